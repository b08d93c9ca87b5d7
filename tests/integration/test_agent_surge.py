"""agent_surge on a running cluster: what serves from one agent alone serves elsewhere before that agent is drained."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, wait_until, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")

SLEEP = {"cmd": "sleep 1000", "cpus": 0.1, "mem": 16}
# Serves late, so that it must be waited for.
LATE = {
    "cmd": "sleep 3; touch up; sleep 1000",
    "healthChecks": [
        {
            "protocol": "COMMAND",
            "command": {"value": "test -e up"},
            "gracePeriodSeconds": 60,
            "intervalSeconds": 1,
            "timeoutSeconds": 5,
        }
    ],
}


class Operator:
    """The module, an agent that is about to be drained, and what Marathon says."""

    def __init__(self, ansible: Any, cluster: LocalCluster, directory: Path) -> None:
        self._ansible = ansible
        self.cluster = cluster
        self.record = directory / "surge"

    @property
    def agent(self) -> dict[str, Any]:
        first = self.cluster.agents[0]
        slaves = self.get(self.cluster.leader().url + "/slaves")["slaves"]
        return next(one for one in slaves if one["pid"].endswith(f"@{first.ip}:{first.port}"))

    def surge(self, state: str, *switches: str, timeout: int = 60, **options: Any) -> dict[str, Any]:
        agent = self.agent
        return dict(
            self._ansible.module(
                *switches,
                module="quorum.mesos._agent_surge",
                url=[self.cluster.marathon_url],
                agent=agent["id"],
                hostname=agent["hostname"],
                record=str(self.record),
                state=state,
                wait_timeout=timeout,
                **options,
            )
        )

    def keep(self, state: str) -> None:
        done = self._ansible.module(
            module="quorum.mesos.mesos_agent",
            url=[master.url for master in self.cluster.masters],
            id=self.agent["id"],
            state=state,
            force=True,
            wait_timeout=60,
        )
        assert not done["failed"], done

    @staticmethod
    def get(url: str) -> dict[str, Any]:
        return dict(requests.get(url, timeout=5).json())

    def app(self, app_id: str) -> dict[str, Any]:
        return dict(self.get(f"{self.cluster.marathon_url}/v2/apps{app_id}")["app"])

    def here(self, app_id: str) -> int:
        agent = self.agent["id"]
        return sum(task["slaveId"] == agent and task["state"] == "TASK_RUNNING" for task in self.app(app_id)["tasks"])

    def put(self, app_id: str, **definition: Any) -> None:
        """The app with all its instances on the first agent: the other takes nothing meanwhile."""
        self.others("DEACTIVATE_AGENT")
        answer = requests.put(
            f"{self.cluster.marathon_url}/v2/apps{app_id}", json={"id": app_id, **SLEEP, **definition}, timeout=10
        )
        assert answer.ok, answer.text
        wanted = definition.get("instances", 1)
        wait_until("all run here", lambda: self.here(app_id) == wanted and not self.app(app_id)["deployments"], 60)
        if definition.get("healthChecks"):
            wait_until("all are healthy", lambda: self.app(app_id)["tasksHealthy"] == wanted, 60)
        self.others("REACTIVATE_AGENT")

    def others(self, call: str) -> None:
        leader, here = self.cluster.leader().url, self.agent["id"]
        for one in self.get(leader + "/slaves")["slaves"]:
            if one["id"] != here:
                body = {"type": call, call.lower(): {"agent_id": {"value": one["id"]}}}
                requests.post(leader + "/api/v1", json=body, timeout=5)


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory, ansible: Any) -> Iterator[Operator]:
    directory = tmp_path_factory.mktemp("surge")
    flags = {"containerizers": "mesos", "resources": "cpus:2;mem:512;disk:512;ports:[31000-31020]"}
    with LocalCluster(directory, masters=1, agents=2, marathons=1, agent_flags=flags) as cluster:
        operator = Operator(ansible, cluster, directory)
        slaves = cluster.leader().url + "/slaves"
        wait_until("both agents are there", lambda: len(operator.get(slaves)["slaves"]) == 2, 60)
        yield operator


@pytest.fixture(autouse=True)
def clean(operator: Operator) -> Iterator[None]:
    yield
    url = operator.cluster.marathon_url
    for app in operator.get(url + "/v2/apps")["apps"]:
        requests.delete(f"{url}/v2/apps{app['id']}", params={"force": "true"}, timeout=10)
    with contextlib.suppress(requests.RequestException):
        for pod in requests.get(url + "/v2/pods", timeout=5).json():
            requests.delete(f"{url}/v2/pods{pod['id']}", params={"force": "true"}, timeout=10)
    operator.keep("active")
    operator.record.unlink(missing_ok=True)
    wait_until("nothing is left", lambda: operator.get(url + "/v2/tasks")["tasks"] == [], 60)


def test_all_instances_move_before_the_drain(operator: Operator) -> None:
    operator.put("/web", instances=2, **LATE)
    changed_at = operator.app("/web")["versionInfo"]["lastConfigChangeAt"]
    operator.keep("deactivated")
    shown = operator.surge("moved", "--check", "--diff")
    assert (shown["changed"], shown["diff"]["prepared"]) == (True, "/web (2 instances): an instance elsewhere first\n")
    assert not operator.record.exists()

    done = operator.surge("moved")
    assert (done["failed"], done["changed"]) == (False, True), done
    app = operator.app("/web")
    assert (app["instances"], operator.here("/web")) == (2, 0)
    assert app["tasksHealthy"] >= 2
    # Not another definition: no instance was restarted for it.
    assert app["versionInfo"]["lastConfigChangeAt"] == changed_at
    assert not operator.record.exists()
    assert operator.surge("moved")["changed"] is False
    assert operator.surge("settled")["changed"] is False


def test_what_serves_elsewhere_too_is_left_alone(operator: Operator) -> None:
    url = operator.cluster.marathon_url
    app = {"id": "/spread", **SLEEP, "instances": 2, "constraints": [["hostname", "UNIQUE"]]}
    assert requests.put(url + "/v2/apps/spread", json=app, timeout=10).ok
    wait_until("both run", lambda: operator.app("/spread")["tasksRunning"] == 2, 60)
    operator.keep("deactivated")
    done = operator.surge("moved")
    assert (done["changed"], done["apps"]) == (False, []), done


@pytest.mark.long
def test_what_may_not_run_twice_or_elsewhere_is_named_and_left_alone(operator: Operator) -> None:
    host = operator.agent["hostname"]
    operator.put("/single", upgradeStrategy={"minimumHealthCapacity": 0, "maximumOverCapacity": 0})
    operator.put("/pinned", constraints=[["hostname", "CLUSTER", host]])
    operator.put("/fixed", portDefinitions=[{"port": 31005}], requirePorts=True)
    operator.keep("deactivated")
    done = operator.surge("moved")
    assert {app["id"]: app["moves"] for app in done["apps"]} == {"/single": False, "/pinned": False, "/fixed": True}
    said = " ".join(done["output"].split())
    assert f"/single (1 instance) is away while {host} is drained: its upgrade strategy" in said
    assert f"/pinned (1 instance) is away while {host} is drained: its constraint hostname:CLUSTER:{host} keeps" in said
    assert f"/fixed (1 instance) leaves {host}, where it has the fixed port 31005" in said
    assert (operator.here("/single"), operator.here("/pinned"), operator.here("/fixed")) == (1, 1, 0)


@pytest.mark.long
def test_an_app_without_a_place_elsewhere_stops_it_and_is_scaled_back(operator: Operator) -> None:
    host = operator.agent["hostname"]
    operator.put("/stuck", constraints=[["hostname", "LIKE", host.replace(".", "[.]")]])
    before = operator.app("/stuck")
    operator.keep("deactivated")
    done = operator.surge("moved", timeout=6)
    assert done["failed"]
    assert f"{host} is not drained, because nothing else would serve: after 6 s no instance" in done["msg"]
    assert "elsewhere of /stuck (" in done["msg"]
    assert "set quorum_drain_surge: false" in done["msg"]
    after = operator.app("/stuck")
    assert after["instances"] == 1
    assert [task["id"] for task in after["tasks"]] == [task["id"] for task in before["tasks"]]
    assert not operator.record.exists()


@pytest.mark.long
def test_a_run_that_stopped_half_way_is_gone_on_with(operator: Operator) -> None:
    operator.put("/web")
    operator.keep("deactivated")
    # As after the write to Marathon.
    operator.record.write_text(json.dumps({"/web": {"kind": "app", "before": 1, "surged": 2}}), encoding="utf-8")
    url = f"{operator.cluster.marathon_url}/v2/apps/web"
    assert requests.put(url, json={"instances": 2}, timeout=10).ok
    done = operator.surge("moved")
    assert (done["failed"], done["changed"]) == (False, True), done
    assert (operator.app("/web")["instances"], operator.here("/web")) == (1, 0)
    assert not operator.record.exists()


@pytest.mark.long
def test_a_run_that_stopped_half_way_is_taken_back(operator: Operator) -> None:
    operator.put("/web")
    operator.put("/other")
    # As before the write to Marathon, and as after it where somebody has another count in mind since.
    entries = {
        "/web": {"kind": "app", "before": 1, "surged": 2},
        "/other": {"kind": "app", "before": 1, "surged": 2},
        "/gone": {"kind": "app", "before": 1, "surged": 2},
    }
    operator.record.write_text(json.dumps(entries), encoding="utf-8")
    url = f"{operator.cluster.marathon_url}/v2/apps"
    assert requests.put(url + "/web", json={"instances": 2}, timeout=10).ok
    assert requests.put(url + "/other", json={"instances": 3}, timeout=10).ok
    for name, count in (("/web", 2), ("/other", 3)):
        wait_until("all run", lambda name=name, count=count: operator.app(name)["tasksRunning"] == count, 60)
    shown = operator.surge("settled", "--check")
    assert (shown["changed"], shown["settled"]) == (True, ["/web"])
    done = operator.surge("settled")
    assert (done["changed"], done["settled"]) == (True, ["/web"]), done
    assert (operator.app("/web")["instances"], operator.app("/other")["instances"]) == (1, 3)
    assert not operator.record.exists()


@pytest.mark.long
def test_pods_come_back_to_their_count_after_the_drain(operator: Operator) -> None:
    pod = {
        "id": "/pod",
        "scaling": {"kind": "fixed", "instances": 1},
        "containers": [
            {"name": "one", "resources": {"cpus": 0.1, "mem": 16}, "exec": {"command": {"shell": "sleep 1000"}}}
        ],
        "networks": [{"mode": "host"}],
    }
    url = operator.cluster.marathon_url
    operator.others("DEACTIVATE_AGENT")
    assert requests.post(url + "/v2/pods", json=pod, timeout=10).ok

    def stable() -> list[str]:
        status = operator.get(url + "/v2/pods/pod::status")
        return [one["agentId"] for one in status["instances"] if one["status"] == "STABLE"]

    here = operator.agent["id"]
    wait_until("the pod runs here", lambda: stable() == [here], 60)
    operator.others("REACTIVATE_AGENT")
    operator.keep("deactivated")
    done = operator.surge("moved")
    assert (done["failed"], done["changed"]) == (False, True), done
    assert len(set(stable())) == 2
    assert operator.record.exists()
    operator.keep("drained")
    done = operator.surge("settled")
    assert (done["failed"], done["settled"]) == (False, ["/pod"]), done
    assert operator.get(url + "/v2/pods/pod")["scaling"]["instances"] == 1
    wait_until("one is left, elsewhere", lambda: len(stable()) == 1 and here not in stable(), 60)
    assert not operator.record.exists()
