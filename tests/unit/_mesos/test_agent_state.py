"""From any state into any other, what is asked for on the way, and why it ends."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent_state import AgentState, DesiredState
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agents import Name
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import (
    InsufficientResources,
    MesosError,
    NotFound,
    WaitFailed,
)

from .fakes import FakeTime, Leader, Masters, agent, task


def keep(leader: Leader, state: str, check_mode: bool = False, time: FakeTime | None = None, **desired: Any) -> Any:
    time = time or FakeTime()
    desired.setdefault("name", Name(hostname="slave1"))
    wanted = DesiredState(state=state, **desired)
    return AgentState(Masters(m1=leader).api(time), wanted, time.clock, time.sleep).run(check_mode)


ACTIVE: dict[str, Any] = {}
DEACTIVATED = {"deactivated": True}
DRAINING = {"deactivated": True, "drain": "DRAINING"}
DRAINED = {"deactivated": True, "drain": "DRAINED"}

TABLE: list[tuple[dict[str, Any], str, list[str], str]] = [
    (ACTIVE, "active", [], "active"),
    (ACTIVE, "drained", ["DRAIN_AGENT"], "drained"),
    (ACTIVE, "deactivated", ["DEACTIVATE_AGENT"], "deactivated"),
    (ACTIVE, "gone", ["MARK_AGENT_GONE"], "gone"),
    (DEACTIVATED, "active", ["REACTIVATE_AGENT"], "active"),
    (DEACTIVATED, "drained", ["DRAIN_AGENT"], "drained"),
    (DEACTIVATED, "deactivated", [], "deactivated"),
    (DRAINED, "active", ["REACTIVATE_AGENT"], "active"),
    (DRAINED, "drained", [], "drained"),
    (DRAINED, "deactivated", [], "drained"),
    (DRAINED, "gone", ["MARK_AGENT_GONE"], "gone"),
]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("before", "wanted", "calls", "after"), TABLE)
def test_changes(before: dict[str, Any], wanted: str, calls: list[str], after: str, check_mode: bool) -> None:
    leader = Leader(agent(**before), agent(2))
    result = keep(leader, wanted, check_mode)
    assert result["changed"] is bool(calls)
    assert leader.calls == ([] if check_mode else calls)
    assert result["agent"]["state"] == after
    assert result["diff"]["after"] == {"state": after}
    if wanted != "gone":
        again = keep(leader, wanted, check_mode)
        assert again["changed"] is (check_mode and bool(calls))


def test_a_draining_agent_is_waited_for_and_not_a_change() -> None:
    leader = Leader(agent(**DRAINING))
    leader.drains_needed = 0
    assert keep(leader, "drained")["changed"] is False
    assert leader.calls == []


def test_the_call_is_repeated_where_an_agent_stays_draining() -> None:
    time = FakeTime()
    leader = Leader(agent(), agent(2), tasks=(task(),))
    leader.drains_needed = 2
    assert keep(leader, "drained", time=time, max_grace_period=5)["agent"]["state"] == "drained"
    assert leader.calls == ["DRAIN_AGENT", "DRAIN_AGENT"]
    assert leader.contents == [{"agent_id": {"value": "S1"}, "max_grace_period": {"seconds": 5}}] * 2
    assert 10 <= time.now <= 20


def test_a_draining_agent_becomes_active_once_it_is_drained() -> None:
    leader = Leader(agent(**DRAINING))
    result = keep(leader, "active")
    assert result["changed"] is True
    assert leader.calls[-1] == "REACTIVATE_AGENT"


def test_the_wait_ends_with_the_tasks_that_still_run() -> None:
    time = FakeTime()
    leader = Leader(agent(), agent(2), tasks=(task(state="TASK_KILLING"),))
    leader.looks_until_idle = 1000
    with pytest.raises(WaitFailed, match=r"slave1 is draining and not drained after 30 s: 1 tasks still run on it "
                                         r"\(web.1 of marathon, TASK_KILLING\)") as info:  # fmt: skip
        keep(leader, "drained", time=time, wait_timeout=30)
    assert info.value.facts["tasks"] == [{"id": "web.1", "framework": "marathon", "state": "TASK_KILLING"}]
    assert 30 <= time.now <= 32
    assert leader.calls.count("DRAIN_AGENT") == 4


def test_an_agent_that_does_not_connect_ends_the_wait() -> None:
    with pytest.raises(WaitFailed, match="slave1 is disconnected and not active after 5 s: its agent is not connected"):
        keep(Leader(agent(active=False)), "active", wait_timeout=5)


def test_nothing_is_waited_for_unless_wanted() -> None:
    leader = Leader(agent(), agent(2))
    leader.looks_until_idle = 1000
    assert keep(leader, "drained", wait=False)["agent"]["state"] == "draining"


@pytest.mark.parametrize("state", ["drained", "gone"])
@pytest.mark.parametrize("check_mode", [False, True])
def test_tasks_without_another_place_are_not_taken_down(state: str, check_mode: bool) -> None:
    leader = Leader(agent(), agent(2, cpus=0.5), tasks=(task(),))
    with pytest.raises(InsufficientResources, match=r"web\.1 of marathon, TASK_RUNNING.*set force"):
        keep(leader, state, check_mode)
    assert leader.calls == []
    assert keep(leader, state, check_mode, force=True)["changed"] is True


def test_a_gone_agent_is_gone_already_where_nobody_knows_it() -> None:
    assert keep(Leader(agent(2)), "gone") == {
        "changed": False,
        "agent": None,
        "diff": {"before": {"state": "gone"}, "after": {"state": "gone"}, "before_header": "agent",
                 "after_header": "agent"},
    }  # fmt: skip


@pytest.mark.parametrize("state", ["active", "drained", "deactivated"])
def test_nobody_has_the_name(state: str) -> None:
    with pytest.raises(NotFound, match=r"No registered agent has the hostname slave1 \(registered: slave2 at 10.0.0.2"):
        keep(Leader(agent(2)), state)


def test_an_agent_that_comes_back_to_a_new_leader_is_waited_for() -> None:
    leader = Leader(agent(2))
    leader.recovered = [{"id": {"value": "S1"}, "hostname": "slave1"}]
    time = FakeTime()

    def later(seconds: float) -> None:
        time.now += seconds
        if time.now > 5 and leader.recovered:
            leader.agents, leader.recovered = [agent(1), agent(2)], []

    time_api = Masters(m1=leader).api(time)
    desired = DesiredState(Name(address="10.0.0.1"), "drained")
    assert AgentState(time_api, desired, time.clock, later).run(False)["changed"] is True


def test_an_agent_that_is_lost_on_the_way() -> None:
    leader = Leader(agent(), agent(2))
    time = FakeTime()

    def lose(seconds: float) -> None:
        time.now += seconds
        leader.agents = []

    with pytest.raises(MesosError, match="slave1 is no registered agent any more"):
        AgentState(Masters(m1=leader).api(time), DesiredState(Name(id="S1"), "drained"), time.clock, lose).run(False)
