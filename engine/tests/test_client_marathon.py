"""The public client `marathon` on a cluster of the engine: its operations, its objects, its errors, its event stream.

The library's last release is older than what it talks to; what is bridged here is named in ``OLD_LIBRARY``. Events with
a plan it reads only with the trees that Marathon since 1.8 leaves out, so they are read raw.
"""

from __future__ import annotations

import collections
import collections.abc
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, free_port, wait_until
from marathon import MarathonClient
from marathon.exceptions import ConflictError, MarathonHttpError, NotFoundError
from marathon.models import MarathonApp, MarathonConstraint, MarathonGroup
from marathon.models.app import MarathonHealthCheck, MarathonUpgradeStrategy
from marathon.models.events import EventFactory
from marathon.models.queue import MarathonQueueItem

from labengine import MARATHON_VERSION

pytestmark = pytest.mark.filterwarnings("ignore:The 'warn' method is deprecated:DeprecationWarning")
SECONDS = 30
HOME = "/client"
# What Marathon 1.11 answers and the library refuses to construct its objects with.
OLD_LIBRARY = {MarathonQueueItem: "role", MarathonGroup: "enforceRole"}


@pytest.fixture(autouse=True)
def bridged(monkeypatch: pytest.MonkeyPatch) -> None:
    # Python 3.10 took this name away; the library's encoder asks for it.
    monkeypatch.setattr(collections, "Iterable", collections.abc.Iterable, raising=False)
    for kind, key in OLD_LIBRARY.items():
        def from_json(attributes: dict[str, Any], key: str = key, read: Any = kind.from_json) -> Any:
            return read({name: value for name, value in attributes.items() if name != key})

        monkeypatch.setattr(kind, "from_json", staticmethod(from_json))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    home: Path = tmp_path_factory.mktemp("cluster")
    with LocalCluster(home, agents=1, marathons=2, marathon_flags={"min_revive_offers_interval": "100"}) as running:
        wait_until("a Marathon leads", lambda: leader_of(running))
        yield running


@pytest.fixture
def client(cluster: LocalCluster) -> Iterator[MarathonClient]:
    # The first server is not there, as after the loss of a host.
    made = MarathonClient([f"http://127.0.0.1:{free_port()}", *(one.url for one in cluster.marathons)])
    yield made
    for path in ([HOME] if HOME in {one.id for one in made.list_groups()} else []):
        made.delete_group(path, force=True)
    settled(made)


def leader_of(cluster: LocalCluster) -> str | None:
    asked = next(one for one in cluster.marathons if one.running)
    answer = requests.get(asked.url + "/v2/leader", timeout=5)
    return answer.json()["leader"] if answer.ok else None


def settled(client: MarathonClient) -> None:
    wait_until("no deployment runs", lambda: client.list_deployments() == [], SECONDS)


def sleeper(**more: Any) -> MarathonApp:
    return MarathonApp(**{"cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 1, **more})


def running(client: MarathonClient, app_id: str, count: int) -> list[Any]:
    def tasks() -> list[Any] | None:
        found = client.list_tasks(app_id)
        return found if [one.state for one in found] == ["TASK_RUNNING"] * count else None

    return wait_until(f"{count} tasks of {app_id} run", tasks, SECONDS)


def test_an_app_from_creation_to_removal(client: MarathonClient, cluster: LocalCluster) -> None:
    app_id = f"{HOME}/web"
    created = client.create_app(app_id, sleeper(
        labels={"team": "a"}, env={"GREETING": "hello"}, constraints=[MarathonConstraint("hostname", "UNIQUE")],
        upgrade_strategy=MarathonUpgradeStrategy(maximum_over_capacity=0, minimum_health_capacity=0)))
    assert (created.id, created.instances, len(created.deployments)) == (app_id, 1, 1)
    settled(client)

    app = client.get_app(app_id, embed_tasks=True, embed_counts=True, embed_deployments=True)
    assert (app.tasks_running, app.tasks_staged, app.deployments) == (1, 0, [])
    assert (app.labels, app.env) == ({"team": "a"}, {"GREETING": "hello"})
    assert [one.json_repr() for one in app.constraints] == [["hostname", "UNIQUE"]]
    assert app.version_info.last_config_change_at.tzinfo is not None
    task = app.tasks[0]
    assert (task.app_id, task.state, task.host) == (app_id, "TASK_RUNNING", cluster.agents[0].ip)
    assert task.staged_at <= task.started_at
    assert [one.ip_address for one in task.ip_addresses] == [cluster.agents[0].ip]

    assert [one.id for one in client.list_apps(label="team==a")] == [app_id]
    assert client.list_apps(label="team==b") == client.list_apps(cmd="nothing like it") == []
    assert [one.id for one in client.list_apps(app_id="client/we", instances=1, embed_counts=True)] == [app_id]
    assert client.get_app("client/web").id == app_id, "without the first slash too"

    # The constraint lets one task on each of the agents, of which there is one.
    updated = client.update_app(app_id, MarathonApp(env={"GREETING": "bye"}))
    assert set(updated) == {"version", "deploymentId"}
    settled(client)
    assert client.get_app(app_id).env == {"GREETING": "bye"}
    # In no order that Marathon promises.
    versions = sorted(client.list_versions(app_id), reverse=True)
    assert versions[0] == updated["version"]
    assert client.get_version(app_id, versions[1]).env == {"GREETING": "hello"}
    client.rollback_app(app_id, versions[1])
    settled(client)
    assert client.get_app(app_id).env == {"GREETING": "hello"}

    before = running(client, app_id, 1)[0].id
    client.restart_app(app_id)
    settled(client)
    assert running(client, app_id, 1)[0].id != before
    client.delete_app(app_id)
    settled(client)
    with pytest.raises(NotFoundError, match=r"App '/client/web' does not exist"):
        client.get_app(app_id)


def test_scaling_and_killing(client: MarathonClient, cluster: LocalCluster) -> None:
    app_id = f"{HOME}/many"
    client.create_app(app_id, sleeper())
    settled(client)
    client.scale_app(app_id, instances=3)
    settled(client)
    first = [one.id for one in running(client, app_id, 3)]
    client.scale_app(app_id, delta=-1)
    settled(client)
    left = [one.id for one in running(client, app_id, 2)]
    assert set(left) < set(first)

    killed = client.kill_task(app_id, left[0])
    assert killed.id == left[0]
    wait_until("it is replaced", lambda: left[0] not in [one.id for one in running(client, app_id, 2)], SECONDS)
    tasks = [one.id for one in running(client, app_id, 2)]
    assert [one.id for one in client.kill_tasks(app_id, host="elsewhere")] == []
    assert {one.id for one in client.kill_tasks(app_id, host=cluster.agents[0].ip)} == set(tasks)
    wait_until("they are replaced", lambda: not {one.id for one in running(client, app_id, 2)} & set(tasks), SECONDS)
    tasks = [one.id for one in running(client, app_id, 2)]
    assert client.kill_given_tasks([tasks[0]], scale=True, force=True)
    settled(client)
    assert client.get_app(app_id).instances == 1
    assert [one.id for one in running(client, app_id, 1)] == tasks[1:]
    everyone = client.list_tasks()
    assert [one.app_id for one in everyone] == [app_id]
    assert [(one.app_id, one.host) for one in client.list_endpoints()] == [
        (app_id, cluster.agents[0].ip)] * len(everyone[0].service_ports)


def test_a_health_check_and_a_failure(client: MarathonClient) -> None:
    checked, failing = f"{HOME}/checked", f"{HOME}/failing"
    client.create_app(checked, sleeper(health_checks=[MarathonHealthCheck(
        protocol="COMMAND", command="true", grace_period_seconds=30, interval_seconds=1, timeout_seconds=5)]))
    client.create_app(failing, sleeper(cmd="exit 7", backoff_seconds=60))
    wait_until("the check passes", lambda: client.get_app(checked, embed_counts=True).tasks_healthy == 1, SECONDS)
    assert [one.alive for one in client.list_tasks(checked)[0].health_check_results] == [True]
    failure = wait_until("the failure is known", lambda: client.get_app(
        failing, embed_last_task_failure=True).last_task_failure, SECONDS)
    assert (failure.state, failure.app_id) == ("TASK_FAILED", failing)
    delayed = wait_until("the next start is delayed", lambda: [
        one for one in client.list_queue() if one.app.id == failing and not one.delay.overdue], SECONDS)
    assert 0 < delayed[0].delay.time_left_seconds <= 75
    client.reset_delay(failing)


def test_groups(client: MarathonClient) -> None:
    group_id = f"{HOME}/shop"
    made = client.create_group(MarathonGroup(id=group_id, apps=[sleeper(id=f"{group_id}/db")], groups=[
        MarathonGroup(id=f"{group_id}/front", apps=[sleeper(id=f"{group_id}/front/web")],
                      dependencies=[f"{group_id}/db"])]))
    assert set(made) == {"version", "deploymentId"}
    settled(client)
    group = client.get_group(group_id)
    assert ([one.id for one in group.apps], [one.id for one in group.groups]) == (
        [f"{group_id}/db"], [f"{group_id}/front"])
    assert group.groups[0].dependencies == [f"{group_id}/db"]
    assert [one.id for one in client.list_groups()] == [HOME]

    client.scale_group(group_id, 2)
    settled(client)
    assert [client.get_app(f"{group_id}/{name}").instances for name in ("db", "front/web")] == [2, 2]
    client.update_group(group_id, MarathonGroup(apps=[sleeper(id=f"{group_id}/db", cmd="sleep 2000")]))
    settled(client)
    changed = client.get_app(f"{group_id}/db")
    assert (changed.cmd, changed.instances) == ("sleep 2000", 1)
    assert client.get_app(f"{group_id}/front/web").instances == 2, "what is not named stays"
    with pytest.raises(MarathonHttpError, match="409"):
        client.create_group(MarathonGroup(id=group_id))

    client.update_apps([MarathonApp(id=f"{group_id}/{name}", instances=0) for name in ("db", "front/web")])
    settled(client)
    assert client.list_tasks() == []
    assert set(client.delete_group(group_id)) == {"version", "deploymentId"}
    settled(client)
    with pytest.raises(NotFoundError):
        client.get_group(group_id)


def test_a_deployment_that_hangs(client: MarathonClient) -> None:
    app_id = f"{HOME}/large"
    client.create_app(app_id, sleeper(cpus=1000))
    deployment = client.list_deployments()[0]
    assert (deployment.affected_apps, deployment.total_steps) == ([app_id], 2)
    item = wait_until("an offer was refused", lambda: [
        one for one in client.list_queue(embed_last_unused_offers=True) if one.last_unused_offers], SECONDS)[0]
    assert (item.app.id, item.count, item.delay.overdue) == (app_id, 1, True)
    assert item.last_unused_offers[0]["reason"] == ["InsufficientCpus"]
    assert item.processed_offers_summary["unusedOffersCount"] >= 1
    assert client.list_deployments()[0].current_actions[0].action == "ScaleApplication"

    with pytest.raises(ConflictError) as locked:
        client.update_app(app_id, MarathonApp(cpus=2000))
    assert locked.value.error_message.startswith("App is locked by one or more deployments.")
    forced = client.update_app(app_id, MarathonApp(cpus=2000), force=True)
    assert [one.id for one in client.list_deployments()] == [forced["deploymentId"]]
    assert client.delete_deployment(forced["deploymentId"], force=True) == {}
    settled(client)
    assert client.get_app(app_id).cpus == 2000

    hanging = client.update_app(app_id, MarathonApp(instances=2))
    undone = client.delete_deployment(hanging["deploymentId"])
    assert undone["deploymentId"] != hanging["deploymentId"]
    assert client.get_app(app_id).instances == 1
    with pytest.raises(NotFoundError):
        client.delete_deployment(hanging["deploymentId"])


def test_what_is_wrong_is_told(client: MarathonClient) -> None:
    with pytest.raises(MarathonHttpError) as refused:
        client.create_app(f"{HOME}/wrong", MarathonApp(cmd="true", cpus=-1, mem=32))
    assert refused.value.status_code == 422
    assert refused.value.error_details
    for call in (lambda: client.delete_app("/nothing"), lambda: client.restart_app("/nothing"),
                 lambda: client.list_versions("/nothing"), lambda: client.kill_task("/nothing", "task"),
                 lambda: client.list_tasks("/nothing"), lambda: client.delete_group("/nothing"),
                 lambda: client.reset_delay("/nothing")):
        with pytest.raises(NotFoundError):
            call()


def test_what_marathon_says_of_itself(client: MarathonClient, cluster: LocalCluster) -> None:
    info = client.get_info()
    assert (info.name, info.version, info.elected) == ("marathon", MARATHON_VERSION, True)
    assert info.leader == client.get_leader()["leader"] == leader_of(cluster)
    assert info.framework_id
    assert info.marathon_config.master == cluster.zk_url("mesos")
    assert info.zookeeper_config.zk == cluster.zk_url("marathon")
    assert info.http_config.http_port == int(info.leader.rpartition(":")[2])
    assert client.ping() == b'"pong"', "JSON, because the library asks for it"
    metrics = client.get_metrics()
    assert metrics["version"] == "4.0.0"
    assert metrics["gauges"]["marathon.apps.active.gauge"]["value"] == 0


class Listener:
    """Events of one stream, read in a thread."""

    def __init__(self, stream: Iterator[Any]) -> None:
        self.events: queue.Queue[Any] = queue.Queue()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: Iterator[Any]) -> None:
        try:
            for event in stream:
                self.events.put(event)
        except Exception as error:
            self.events.put(error)

    def until(self, wanted: Callable[[Any], bool]) -> list[Any]:
        """All events up to the first that is wanted."""
        seen: list[Any] = []
        deadline = time.monotonic() + SECONDS
        while True:
            event = self.events.get(timeout=max(0.01, deadline - time.monotonic()))
            if isinstance(event, Exception):
                raise event
            seen.append(event)
            if wanted(event):
                return seen


def test_events(client: MarathonClient, cluster: LocalCluster) -> None:
    # A standby sends the client on to the leader.
    standby = next(one for one in cluster.marathons if leader_of(cluster) != f"{one.ip}:{one.port}")
    listening = MarathonClient([standby.url])
    types = ["event_stream_attached", "api_post_event", "group_change_success", "status_update_event",
             "instance_changed_event", "deployment_success"]
    objects = Listener(listening.event_stream(event_types=types))
    raw = Listener(listening.event_stream(raw=True))
    objects.until(lambda event: event.event_type == "event_stream_attached")
    raw.until(lambda event: json.loads(event)["eventType"] == "event_stream_attached")

    app_id = f"{HOME}/seen"
    created = client.create_app(app_id, sleeper())
    deployment_id = created.deployments[0].id
    seen = objects.until(lambda event: event.event_type == "deployment_success")
    assert seen[-1].id == deployment_id
    by_type = {event.event_type: event for event in seen}
    # The raw stream's beginning may be among them.
    assert set(by_type) | {"event_stream_attached"} == set(types)
    assert by_type["api_post_event"].app_definition["id"] == app_id
    assert by_type["api_post_event"].uri == "/v2/apps"
    status = by_type["status_update_event"]
    assert (status.task_status, status.app_id, status.host) == ("TASK_RUNNING", app_id, cluster.agents[0].ip)
    assert [one.ip_address for one in status.ip_addresses] == [cluster.agents[0].ip]
    assert (by_type["instance_changed_event"].condition, by_type["instance_changed_event"].run_spec_id) == (
        "Running", app_id)

    everything = [json.loads(event) for event in raw.until(
        lambda event: json.loads(event)["eventType"] == "deployment_success")]
    plans = [event for event in everything if event["eventType"] in ("deployment_info", "deployment_step_success")]
    assert [set(event["plan"]) for event in plans] == [{"id", "version", "steps"}] * len(plans) != []
    assert {event["eventType"] for event in everything} <= set(EventFactory.event_to_class), "the library knows them"


def test_the_leader_abdicates(client: MarathonClient, cluster: LocalCluster) -> None:
    old = leader_of(cluster)
    assert client.delete_leader() == {"message": "Leadership abdicated"}

    def another() -> str | None:
        now = leader_of(cluster)
        return now if now != old else None

    new = wait_until("the other one leads", another, SECONDS)
    # The one that gave up is started again by its service.
    gone = next(one for one in cluster.marathons if f"{one.ip}:{one.port}" == old)
    assert gone.wait(SECONDS) is not None
    gone.start()
    gone.wait_answering("/ping")
    assert client.get_leader() == {"leader": new}
