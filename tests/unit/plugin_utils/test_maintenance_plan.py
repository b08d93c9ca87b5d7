"""What the playbook maintain refuses, and which hosts it takes together."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils import maintenance_plan

GROUPS = {
    "all": ["master1", "slave1", "slave2", "slave10"],
    "mesos_masters": ["master1"],
    "mesos_slaves": ["slave1", "slave2", "slave10"],
}
OPTIONS = {"tasks": "/w.yml", "tasks_found": True, "role": "", "at_once": 1, "duration": "", "recovery_timeout": 600}


def refused(limit: str = "", chosen: list[str] | None = None, **options: Any) -> list[str]:
    hosts = GROUPS["all"] if chosen is None else chosen
    return maintenance_plan.refusals({**OPTIONS, **options}, limit, GROUPS, "mesos_slaves", hosts)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"tasks": "", "tasks_found": False}, "no tasks are given"),
        ({"role": "patch"}, "maintain_tasks and maintain_role are both set"),
        ({"tasks": "/no.yml", "tasks_found": False}, "/no.yml, which is no file"),
        ({"at_once": "0"}, "maintain_at_once is 0"),
        ({"at_once": "0%"}, "maintain_at_once is 0%"),
        ({"at_once": "few"}, "maintain_at_once is few"),
        ({"at_once": True}, "maintain_at_once is True"),
        ({"at_once": -1}, "maintain_at_once is -1"),
        ({"duration": "1h"}, "maintain_duration is 1h"),
        ({"recovery_timeout": 0}, "maintain_recovery_timeout is 0"),
    ],
)
def test_options(options: dict[str, Any], word: str) -> None:
    (said,) = refused(**options)
    assert word in said


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"tasks": "", "tasks_found": False, "role": "patch"},
        {"at_once": "2"},
        {"at_once": "30%"},
        {"duration": 3600},
    ],
)
def test_good_options(options: dict[str, Any]) -> None:
    assert refused(**options) == []


@pytest.mark.parametrize(
    ("limit", "chosen", "words"),
    [
        ("slave1,slave9", ["slave1"], ["--limit names slave9"]),
        ("all:!slave9", GROUPS["all"], ["--limit names slave9"]),
        ("slave1,master1", ["slave1", "master1"], ["master1 is no agent"]),
        ("mesos_masters", ["master1"], ["--limit leaves no host of the group mesos_slaves"]),
        ("master1", ["master1"], ["master1 is no agent"]),
        ("all:!slave2", ["master1", "slave1", "slave10"], []),
        ("mesos_slaves[0:1],slave10", ["slave1", "slave2", "slave10"], []),
        ("slave*", ["slave1", "slave2", "slave10"], []),
        ("~slave[12]$", ["slave1", "slave2"], []),
        ("@failed.retry", ["slave1"], []),
    ],
)
def test_limits(limit: str, chosen: list[str], words: list[str]) -> None:
    found = refused(limit, chosen)
    assert len(found) == len(words), found
    assert all(word in said for word, said in zip(words, found, strict=True))


def test_an_inventory_without_agents() -> None:
    (said,) = maintenance_plan.refusals(OPTIONS, "", {"all": []}, "mesos_slaves", [])
    assert said == "the group mesos_slaves has no hosts: give an inventory with the agents."


@pytest.mark.parametrize(
    ("at_once", "sizes"),
    [(1, [1] * 10), ("4", [4, 4, 2]), ("25%", [2] * 5), ("1%", [1] * 10), (20, [10]), ("100%", [10])],
)
def test_batches_as_ansible_makes_them(at_once: Any, sizes: list[int]) -> None:
    hosts = [f"h{number}" for number in range(10)]
    found = maintenance_plan.batches(hosts, at_once)
    assert [len(batch) for batch in found] == sizes
    assert [host for batch in found for host in batch] == hosts


def agent(number: int, state: str = "active", cpus: float = 4, used: float = 0) -> dict[str, Any]:
    amounts = {"mem": 100.0, "disk": 0.0, "gpus": 0.0}
    return {
        "id": f"S{number}", "hostname": f"slave{number}", "address": f"10.0.0.{number}:5051", "state": state,
        "resources": {"cpus": cpus, **amounts}, "used": {"cpus": used, **dict.fromkeys(amounts, 0.0)},
    }  # fmt: skip


def task(number: int, on: int, cpus: float = 1, state: str = "TASK_RUNNING") -> dict[str, Any]:
    resources = {"cpus": cpus, "mem": 1.0, "disk": 0.0, "gpus": 0.0}
    named = {"id": f"t{number}", "framework": "marathon", "agent_id": f"S{on}", "state": state}
    return {**named, "resources": resources}


def cluster(
    *agents: dict[str, Any],
    tasks: list[dict[str, Any]] | None = None,
    windows: list[dict[str, Any]] | None = None,
    down: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "agents": list(agents),
        "tasks": tasks or [],
        "maintenance": {"windows": windows or [], "draining": [], "down": down or []},
    }


def seen(number: int, force: bool = False, **was: Any) -> dict[str, dict[str, Any]]:
    known = {"id": f"S{number}", "drained": False, "maintenance": None, **was}
    return {f"slave{number}": {"was": known, "hostname": f"slave{number}", "force": force}}


def machine(number: int) -> dict[str, str]:
    return {"hostname": f"SLAVE{number}", "ip": f"10.0.0.{number}"}


def test_the_plan() -> None:
    found = maintenance_plan.plan(
        {**seen(1), **seen(2), **seen(10)},
        cluster(agent(1), agent(2, "drained"), agent(10), tasks=[task(1, 1), task(2, 1, state="TASK_FAILED")]),
        2,
    )
    assert found["problems"] == []
    assert found["lines"] == ["1. slave1 (1 task), slave2 (drained, is not reactivated)", "2. slave10 (0 tasks)"]
    assert [one["reactivates"] for one in found["hosts"].values()] == [True, False, True]
    assert found["hosts"]["slave1"]["machine"] == {"hostname": "slave1", "ip": "10.0.0.1"}


@pytest.mark.parametrize(
    ("was", "state", "reactivates"),
    [
        ({}, "active", True),
        ({}, "drained", False),
        ({}, "deactivated", False),
        # A play of the roles that was interrupted has drained it, or an earlier run of this playbook.
        ({"drained": True}, "drained", True),
        ({"maintenance": {"reactivates": True}}, "draining", True),
        ({"maintenance": {"reactivates": False}}, "drained", False),
    ],
)
def test_what_is_reactivated(was: dict[str, Any], state: str, reactivates: bool) -> None:
    found = maintenance_plan.plan(seen(1, **was), cluster(agent(1, state)), 1)
    assert found["hosts"]["slave1"]["reactivates"] is reactivates


START = "2030-01-31T22:00:00Z"
WINDOW = {"machines": [machine(1)], "start": START, "duration": 60.0}


@pytest.mark.parametrize(
    ("windows", "record", "refused"),
    [
        ([WINDOW], None, True),
        ([WINDOW], {"start": START, "duration": 60}, False),
        ([WINDOW], {"start": START, "duration": 0}, True),
        ([{**WINDOW, "duration": None}], {"start": START, "duration": 0}, False),
        ([{**WINDOW, "machines": [machine(1), machine(2)]}], {"start": START, "duration": 60}, True),
        ([{**WINDOW, "machines": [machine(2)]}], None, False),
        ([{**WINDOW, "machines": [{"hostname": "", "ip": "10.0.0.1"}]}], None, True),
    ],
)
def test_windows_of_others(windows: list[dict[str, Any]], record: dict[str, Any] | None, refused: bool) -> None:
    found = maintenance_plan.plan(seen(1, maintenance=record), cluster(agent(1), windows=windows), 1)
    assert bool(found["problems"]) is refused
    if refused:
        assert found["problems"][0].startswith("slave1: it is in a maintenance window already, from " + START)
        assert "mesos_maintenance, state: absent" in found["problems"][0]


def test_hosts_that_cannot_be_maintained() -> None:
    found = maintenance_plan.plan(
        {**seen(1), **seen(2), **seen(3), **seen(4, id="")},
        cluster(agent(1, "disconnected"), agent(2), agent(5), down=[machine(2)]),
        1,
    )
    one, two, three, four = found["problems"]
    assert one.startswith("slave1: its agent is not connected to the leading master.")
    assert two.startswith("slave2: the machine is down for maintenance already.")
    assert three.startswith("slave3: the masters know no agent of this host (registered: slave1, slave2, slave5).")
    assert four.startswith("slave4: the masters know no agent of this host")


@pytest.mark.parametrize(
    ("at_once", "force", "said"),
    [
        # The third has room for two of the four.
        (1, False, []),
        (2, False, ["slave1, slave2 at once: no other active agent has room for 2 of their 4 tasks ("]),
        (2, True, []),
        (3, False, ["slave1, slave2, slave3 at once: no other active agent has room for 4 of their 4 tasks ("]),
    ],
)
def test_several_at_once_need_room_together(at_once: int, force: bool, said: list[str]) -> None:
    tasks = [task(number, 1 + number % 2) for number in range(4)]
    agents = [agent(1, cpus=2, used=2), agent(2, cpus=2, used=2), agent(3, cpus=3, used=1)]
    found = maintenance_plan.plan(
        {**seen(1, force), **seen(2, force), **seen(3, force)}, cluster(*agents, tasks=tasks), at_once
    )
    assert [problem[: len(words)] for problem, words in zip(found["problems"], said, strict=True)] == said


@pytest.mark.parametrize(("state", "refused"), [("active", True), ("deactivated", True), ("drained", False)])
def test_one_alone_needs_room_before_its_window(state: str, refused: bool) -> None:
    agents = [agent(1, state, used=4), agent(2, used=4)]
    found = maintenance_plan.plan(seen(1), cluster(*agents, tasks=[task(1, 1)]), 1)
    assert bool(found["problems"]) is refused
    if refused:
        assert found["problems"][0].startswith("slave1: no other active agent has room for 1 of their 1 tasks (t1 of")
        assert found["problems"][0].endswith("Add room, or set mesos_slave_drain_force: true.")
