"""What a real Marathon 1.11.24 was seen to do with tasks, which no answer shows alone.

It stops the Marathon that is asked, so it is one of its own, whatever MARATHON_URL says.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from conformance import marathon_recordings as recorded
from local_cluster import LocalCluster, wait_until, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="ZooKeeper is not installed")
STORIES, POISON = recorded.story("with-tasks"), recorded.story("pod-without-networks")
SECONDS = 20
RUN_SECONDS = 60
# Far longer than any of these launches takes.
IDLE_SECONDS = 4
APP = {"cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
VOLUMES, WITHOUT = "posix/cpu,posix/mem,volume/sandbox_path", "posix/cpu,posix/mem"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    """Two agents, of which the second has not the isolator for volumes of pods."""
    with LocalCluster(tmp_path_factory.mktemp("tasks"), masters=1, agents=1, marathons=1,
                      agent_flags={"containerizers": "mesos", "isolation": VOLUMES},
                      marathon_flags={"min_revive_offers_interval": "500"}) as made:
        made.add_agent(isolation=WITHOUT)
        made.wait_agents(2)
        yield made


def ask(cluster: LocalCluster, method: str, path: str, **options: Any) -> Any:
    answer = requests.request(method, cluster.marathon_url + path, timeout=SECONDS, **options)
    answer.raise_for_status()
    return answer.json() if answer.content else None


def places(cluster: LocalCluster, app_id: str) -> list[str]:
    tasks = ask(cluster, "GET", f"/v2/apps{app_id}/tasks")["tasks"]
    return sorted(task["host"] for task in tasks if task["state"] == "TASK_RUNNING")


def test_group_by_divides_the_instances_of_the_first_task(cluster: LocalCluster) -> None:
    story = STORIES["group_by_scaling"]
    app, (wanted,) = story["create"], story["then"].values()
    ask(cluster, "POST", "/v2/apps", json=app)
    wait_until("one runs", lambda: len(places(cluster, app["id"])) == 1, RUN_SECONDS)
    ask(cluster, "PUT", f"/v2/apps{app['id']}", json=wanted)
    hosts = [agent.ip for agent in cluster.agents]
    assert len(hosts) == len(story["after_30_s"]["running_on"])
    wait_until("one runs on each", lambda: places(cluster, app["id"]) == hosts, RUN_SECONDS)

    def reasons() -> list[list[str]]:
        (entry,) = ask(cluster, "GET", "/v2/queue", params={"embed": "lastUnusedOffers"})["queue"]
        return [one["reason"] for one in entry.get("lastUnusedOffers", [])]

    wait_until("both offers are refused", lambda: reasons() == [["UnfulfilledConstraint"]] * 2, RUN_SECONDS)
    time.sleep(IDLE_SECONDS)
    assert places(cluster, app["id"]) == hosts
    # What helps: instances that are launched with the new definition.
    ask(cluster, "POST", f"/v2/apps{app['id']}/restart", params={"force": "true"})
    wait_until("three run", lambda: len(places(cluster, app["id"])) == 3 and not ask(cluster, "GET", "/v2/deployments"),
               RUN_SECONDS)
    ask(cluster, "DELETE", f"/v2/apps{app['id']}")


@pytest.mark.parametrize("number", [0, 1])
def test_a_volume_of_a_pod_needs_the_isolator(cluster: LocalCluster, number: int) -> None:
    pod = dict(STORIES["pod_ephemeral_volume"]["pod"])
    pod["scheduling"] = {"placement": {"constraints": [
        {"fieldName": "hostname", "operator": "LIKE", "value": cluster.agents[number].ip}]}}
    ask(cluster, "POST", "/v2/pods", json=pod)

    def status() -> Any:
        return ask(cluster, "GET", f"/v2/pods{pod['id']}::status")

    if number == 0:
        wait_until("it is stable", lambda: status()["status"] == "STABLE", RUN_SECONDS)
    else:
        history = wait_until("it fails", lambda: status()["terminationHistory"], RUN_SECONDS)
        assert "Command exited with status 2" in str(history)
        assert status()["status"] == "DEGRADED"
    ask(cluster, "DELETE", f"/v2/pods{pod['id']}", params={"force": "true"})
    wait_until("it is gone", lambda: not ask(cluster, "GET", "/v2/deployments"), RUN_SECONDS)


def test_a_pod_without_networks_stops_the_launch_queue(cluster: LocalCluster) -> None:
    """The last one here."""
    ask(cluster, "POST", "/v2/apps", json={**APP, "id": "/pp/before"})
    wait_until("the first runs", lambda: len(places(cluster, "/pp/before")) == POISON["app_created_before"]
               ["tasksRunning"], RUN_SECONDS)
    answer = requests.post(f"{cluster.marathon_url}/v2/pods", json=POISON["poison"], timeout=SECONDS)
    assert answer.status_code == POISON["answer"]
    (marathon,) = cluster.marathons
    wait_until("the queue has ended", lambda: "unexpected combination" in marathon.tail(1000), RUN_SECONDS)
    ask(cluster, "POST", "/v2/apps", json={**APP, "id": "/pp/after"})
    time.sleep(IDLE_SECONDS)
    assert len(places(cluster, "/pp/after")) == POISON["app_created_after"]["tasksRunning"]
    ask(cluster, "DELETE", f"/v2/pods{POISON['poison']['id']}", params={"force": "true"})
    time.sleep(IDLE_SECONDS)
    assert len(places(cluster, "/pp/after")) == POISON["after_delete_of_pod"]["tasksRunning"]
    ask(cluster, "DELETE", "/v2/leader")
    assert marathon.wait(SECONDS) == 105
    marathon.start()
    marathon.wait_answering("/ping")
    wait_until("it runs", lambda: len(places(cluster, "/pp/after")) == POISON["after_new_leader"]["tasksRunning"],
               RUN_SECONDS)
