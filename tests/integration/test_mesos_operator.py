"""mesos_quota, mesos_weight and mesos_framework against a master that runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import module_runs
import pytest
import requests
from faulty_proxy import CLOSE, Fault, FaultyProxy
from local_cluster import LocalCluster, wait_until, zookeeper_installed

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")

NOBODY = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Operator:
    """The modules on a cluster of its own: a master, an agent with 4 cores and 4096 MiB, a Marathon."""

    cluster: LocalCluster

    def run(self, module: str, check_mode: bool = False, **options: Any) -> dict[str, Any]:
        options.setdefault("url", [self.cluster.masters[0].url])
        ran = module_runs.run(f"mesos_{module}", options, check_mode)
        assert ran.traceback is None, ran.traceback
        return {"failed": False, **ran.result}

    def get(self, path: str) -> Any:
        return requests.get(self.cluster.masters[0].url + path, timeout=5).json()

    def proxy(self, reads: int) -> FaultyProxy:
        """Answers the write that follows so many reads with a closed connection, which "done" has passed on before."""
        made = FaultyProxy(lambda: self.cluster.masters[0].url, requests.Session)
        made.add("done", Fault("POST /api/v1", then=CLOSE, lost=False, skip=reads))
        made.add("lost", Fault("POST /api/v1", then=CLOSE, skip=reads))
        return made


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    flags = {"containerizers": "mesos"}
    with LocalCluster(tmp_path_factory.mktemp("operator"), agents=1, marathons=1, agent_flags=flags) as cluster:
        yield Operator(cluster)


def test_quota(operator: Operator) -> None:
    wanted = {"role": "prod", "guarantees": {"cpus": 1, "mem": "128"}, "limits": {"cpus": 3, "gpus": 0}}
    shown = {"guarantees": {"cpus": 1.0, "mem": 128.0}, "limits": {"cpus": 3.0, "gpus": 0.0}}
    assert operator.run("quota", role="batch", limits={"mem": 64})["changed"]

    planned = operator.run("quota", check_mode=True, **wanted)
    assert (planned["changed"], planned["quota"]) == (True, shown)
    assert [one["role"] for one in operator.get("/quota")["configs"]] == ["batch"]
    done = operator.run("quota", **wanted)
    assert done["changed"]
    assert done["diff"] == planned["diff"]
    assert operator.run("quota", **wanted)["changed"] is False
    assert [one["role"] for one in operator.get("/quota")["configs"]] == ["batch", "prod"]

    # What is not declared is removed.
    assert operator.run("quota", role="prod", guarantees={"cpus": 1})["changed"]
    assert operator.get("/quota")["configs"][1] == {
        "role": "prod",
        "guarantees": {"cpus": {"value": 1.0}},
        "limits": {},
    }
    assert operator.run("quota", role="prod", state="absent")["changed"]
    assert operator.run("quota", role="prod", state="absent")["changed"] is False
    assert [one["role"] for one in operator.get("/quota")["configs"]] == ["batch"]


def test_weight(operator: Operator) -> None:
    assert operator.run("weight", role="prod", weight=1)["changed"] is False
    assert operator.run("weight", role="prod", weight=2.5, check_mode=True)["changed"]
    assert operator.get("/weights") == []
    assert operator.run("weight", role="prod", weight=2.5)["changed"]
    assert operator.run("weight", role="prod", weight=2.5)["changed"] is False
    assert operator.get("/weights") == [{"role": "prod", "weight": 2.5}]
    assert operator.run("weight", role="prod", weight=1)["diff"]["before"] == {"weight": 2.5}
    assert operator.run("weight", role="prod", weight=1)["changed"] is False


WRONG = [
    ("quota", {"role": "*", "limits": {"cpus": 1}}, "role is '*', for which Mesos takes no quota"),
    ("quota", {"role": "prod"}, "guarantees and limits name no amount"),
    ("quota", {"role": "prod", "limits": {"cpus": "many"}}, "limits.cpus is 'many': give a number"),
    ("quota", {"role": "prod", "guarantees": {"cpus": 400}}, "cpus 400 of 4), which Mesos refuses"),
    ("quota", {"role": "prod", "limits": [1]}, "limits"),
    ("quota", {"limits": {"cpus": 1}}, "missing required arguments: role"),
    ("weight", {"role": "prod", "weight": 0}, "weight is 0: give a number above 0"),
    ("weight", {"role": "prod", "weight": "heavy"}, "weight"),
    ("weight", {"role": "a b", "weight": 1}, "role is 'a b', which has white space"),
    ("framework", {"state": "absent"}, "one of the following is required: id, name"),
    ("framework", {"state": "absent", "name": ""}, "id and name are empty"),
    ("framework", {"state": "present", "name": "marathon"}, "value of state must be one of: absent"),
    ("framework", {"state": "absent", "name": "marathon", "max_tasks": -1}, "max_tasks is -1"),
    ("framework", {"state": "absent", "name": "marathon"}, "is connected, so its scheduler runs"),
    ("framework", {"state": "absent", "name": "x", "url": ["m1:5050"]}, "is not the address of a Mesos master"),
    ("framework", {"state": "absent", "name": "x", "url": [NOBODY]}, "No Mesos master answers"),
]


@pytest.mark.parametrize(("module", "options", "words"), WRONG)
def test_what_is_refused_changes_nothing(operator: Operator, module: str, options: dict[str, Any], words: str) -> None:
    """In check mode as in a run, and in the same words."""

    def seen() -> Any:
        return (
            operator.get("/quota"),
            operator.get("/weights"),
            [one["id"] for one in operator.get("/frameworks")["frameworks"]],
        )

    before = seen()
    refused = [operator.run(module, check_mode=check_mode, **options) for check_mode in (False, True)]
    assert refused[0]["failed"]
    assert words in refused[0]["msg"]
    assert refused[1]["msg"] == refused[0]["msg"]
    assert seen() == before


@pytest.mark.parametrize(
    ("module", "reads", "options"),
    [("quota", 1, {"role": "dev", "limits": {"cpus": 1}}), ("weight", 1, {"role": "dev", "weight": 3})],
)
def test_writes_without_an_answer(operator: Operator, module: str, reads: int, options: dict[str, Any]) -> None:
    # Quotas of all roles are held against the agents before one is set.
    proxy = operator.proxy(reads + (module == "quota"))
    with proxy.serving():
        lost = operator.run(module, url=[proxy.url("lost")], **options)
        assert "which may have been done: run again to see" in lost["msg"]
        assert operator.run(module, check_mode=True, **options)["changed"]
        assert operator.run(module, url=[proxy.url("done")], **options)["changed"]
    assert operator.run(module, **options)["changed"] is False


def test_a_framework_whose_scheduler_is_gone(operator: Operator) -> None:
    cluster = operator.cluster
    app = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.2, "mem": 32, "instances": 2}
    assert requests.put(cluster.marathon_url + "/v2/apps/web", json=app, timeout=10).status_code in (200, 201)
    named = {"name": "marathon", "state": "absent"}

    def running() -> int:
        return sum(one["state"] == "TASK_RUNNING" for one in operator.get("/tasks")["tasks"])

    wait_until("the app runs", lambda: running() == 2, 60)
    cluster.marathons[0].kill()
    wait_until("the master has missed it", lambda: not operator.get("/frameworks")["frameworks"][0]["connected"], 60)

    refused = operator.run("framework", **named)
    assert "still has 2 tasks" in refused["msg"]
    assert "or set max_tasks to 2 or more (it is 0)" in refused["msg"]
    assert [one["framework"] for one in refused["tasks"]] == ["marathon", "marathon"]
    assert operator.run("framework", check_mode=True, max_tasks=2, **named)["changed"]
    assert running() == 2

    # Two reads come before the write.
    proxy = operator.proxy(2)
    with proxy.serving():
        lost = operator.run("framework", url=[proxy.url("lost")], max_tasks=2, **named)
        assert "which may have been done: run again to see" in lost["msg"]
        assert running() == 2
        done = operator.run("framework", url=[proxy.url("done")], max_tasks=2, **named)
    assert (done["changed"], done["framework"]["state"]) == (True, "completed")
    wait_until("its tasks have ended", lambda: running() == 0, 60)
    again = operator.run("framework", max_tasks=2, **named)
    assert (again["changed"], again["framework"]) == (False, done["framework"])

    # As documented: it never registers under its id again.
    cluster.marathons[0].start()
    assert cluster.marathons[0].wait(60) == 110
