"""When a service is well, and how long the gate waits for it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._health import gate
from ansible_collections.quorum.mesos.plugins.module_utils._health import problems as service_problems

LEADER = {
    "registrar/log/recovered": 1.0,
    "registrar/log/ensemble_size": 3.0,
    "master/uptime_secs": 60.0,
    "master/elected": 1.0,
}
FOLLOWER = {**LEADER, "master/elected": 0.0}


@pytest.mark.parametrize(
    ("own", "others", "problem"),
    [
        (LEADER, [FOLLOWER, FOLLOWER], None),
        (FOLLOWER, [LEADER, FOLLOWER], None),
        (FOLLOWER, [FOLLOWER, FOLLOWER], "0 masters are elected"),
        (LEADER, [LEADER, FOLLOWER], "2 masters are elected"),
        (LEADER, [FOLLOWER, None], "2 does not answer"),
        (
            {**LEADER, "registrar/log/recovered": 0},
            [FOLLOWER, FOLLOWER],
            "its registry log is not recovered (registrar/log/recovered is 0)",
        ),
        (
            {**LEADER, "registrar/log/ensemble_size": 2.0},
            [FOLLOWER, FOLLOWER],
            "it sees 2 of 3 registry replicas (registrar/log/ensemble_size)",
        ),
        (
            {**LEADER, "registrar/log/ensemble_size": 4.0},
            [FOLLOWER, FOLLOWER],
            "it sees 4 registry replicas of 3 masters: one runs that is no member",
        ),
        ({**LEADER, "master/uptime_secs": 3.2}, [FOLLOWER, FOLLOWER], "it is up for 3 s and must be for 10 s"),
    ],
)
def test_masters(own: dict[str, float], others: list[dict[str, float] | None], problem: str | None) -> None:
    answers = {str(number): metrics for number, metrics in enumerate(others, start=1)}
    assert service_problems.master(own, answers, [], 10) == ([problem] if problem else [])


TWO = {"registrar/log/ensemble_size": 2.0}


@pytest.mark.parametrize(
    ("others", "problem"),
    [
        ({"b": FOLLOWER, "c": None}, None),
        ({"b": None, "c": None}, "1 of 3 masters answer, which is no majority"),
    ],
)
def test_masters_elsewhere_may_be_down(others: dict[str, dict[str, float] | None], problem: str | None) -> None:
    assert service_problems.master({**LEADER, **TWO}, others, ["b", "c"], 0) == ([problem] if problem else [])


def test_a_master_that_says_nothing_is_not_well() -> None:
    assert len(service_problems.master({}, {}, [], 10)) == 4


@pytest.mark.parametrize(
    ("metrics", "well"), [({"slave/registered": 1.0}, True), ({"slave/registered": 0.0}, False), ({}, False)]
)
def test_agents(metrics: dict[str, float], well: bool) -> None:
    assert (service_problems.agent(metrics) == []) is well


@pytest.mark.parametrize("state", ["draining", "drained", "deactivated"])
def test_a_registered_agent_that_gets_no_tasks_is_not_healthy(state: str) -> None:
    problems, (warning,) = service_problems.offered("slave1", state, others_active=True)
    assert problems == []
    assert warning == (
        f"The agent slave1 is not healthy: it is registered, but {state}: it gets no tasks. It stays so until you give "
        "it tasks again with the playbook quorum.mesos.mesos_slave_activate."
    )
    (problem,), warnings = service_problems.offered("slave1", state, others_active=False)
    assert warnings == []
    assert problem.startswith(f"it is registered, but {state}: it gets no tasks, and neither does any other agent; ")


@pytest.mark.parametrize("state", ["active", "disconnected"])
def test_nothing_is_said_of_other_agents(state: str) -> None:
    assert service_problems.offered("slave1", state, others_active=False) == ([], [])


@pytest.mark.parametrize(
    ("state", "code", "status", "told"),
    [
        ("inactive", "1", "0", True),
        ("active", "1", "0", False),
        ("failed", "1", "1", False),
        ("inactive", "0", "0", False),
    ],
)
def test_agents_that_were_told_to_end(state: str, code: str, status: str, told: bool) -> None:
    unit = {"ActiveState": state, "ExecMainCode": code, "ExecMainStatus": status}
    assert bool(service_problems.told_to_end(unit)) is told


@pytest.mark.parametrize(
    ("pong", "leader", "well"),
    [
        ("pong\n", {"leader": "a:8080"}, True),
        ('"pong"', {"leader": "a:8080"}, True),
        ("pong", {}, False),
        ("<html>", {"leader": "a"}, False),
    ],
)
def test_marathon(pong: str, leader: dict[str, Any], well: bool) -> None:
    assert (service_problems.marathon(pong, leader) == []) is well


@pytest.mark.parametrize(
    ("mode", "ensemble", "well"),
    [("leader", 3, True), ("standalone", 1, True), ("standalone", 3, False), (None, 1, False)],
)
def test_zookeeper(mode: str | None, ensemble: int, well: bool) -> None:
    assert (service_problems.zookeeper({"mode": mode, "error": "refused"}, ensemble) == []) is well


@pytest.mark.parametrize(
    ("own_serves", "others_serving", "ensemble", "may"),
    [
        (True, 2, 3, True),
        (True, 1, 3, False),
        (False, 1, 3, True),
        (True, 3, 5, True),
        (True, 2, 5, False),
        (True, 0, 1, True),
        (True, 1, 2, True),
        (True, 0, 2, False),
    ],
)
def test_who_may_be_restarted(own_serves: bool, others_serving: int, ensemble: int, may: bool) -> None:
    others = {f"zk{number}": number <= others_serving for number in range(1, ensemble)}
    assert (service_problems.spare(own_serves, others) == []) is may


def test_the_refusal_of_a_restart_names_who_is_missing() -> None:
    assert service_problems.spare(True, {"zk2": True, "zk3": False}) == [
        "without it 1 of 3 members serve and 2 must; bring back zk3 first"
    ]


@pytest.mark.parametrize(("serving", "may"), [(3, True), (2, False)])
def test_who_may_leave(serving: int, may: bool) -> None:
    others = {name: place < serving for place, name in enumerate("abc")}
    assert (service_problems.spare(True, others, 3) == []) is may


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_the_gate_opens_as_soon_as_nothing_is_wrong() -> None:
    clock = Clock()
    answers = [["down"], ["starting"], []]
    found, elapsed = gate.wait_until_healthy(lambda: answers.pop(0), 60, clock, clock.sleep)
    assert found == []
    assert 0 < elapsed < 5


def test_the_gate_gives_up_with_what_was_seen_last() -> None:
    clock = Clock()
    looks: list[float] = []

    def look() -> list[str]:
        looks.append(clock())
        return [f"look {len(looks)}"]

    found, elapsed = gate.wait_until_healthy(look, 30, clock, clock.sleep)
    assert elapsed == 30
    assert found == [f"look {len(looks)}"]
    assert max(b - a for a, b in pairwise(looks)) <= 2


def test_the_gate_looks_once_when_there_is_no_time() -> None:
    clock = Clock()
    assert gate.wait_until_healthy(lambda: ["down"], 0, clock, clock.sleep) == (["down"], 0)


def test_the_names_are_well_once_bind_has_them() -> None:
    assert service_problems.names({"ready": True, "problem": "Marathon does not answer"}) == []
    assert service_problems.names({"ready": False, "problem": None}) == [
        "it has not given BIND the names of the cluster: its first round goes on"
    ]


def test_the_agent_of_a_load_balancer_is_well_once_it_has_told_something() -> None:
    assert service_problems.discovery({"ready": True, "problem": "Marathon does not answer"}) == []
    assert service_problems.discovery({"ready": False, "problem": "Marathon answers 401."}) == [
        "it has not given HAProxy what Marathon runs: Marathon answers 401"
    ]
