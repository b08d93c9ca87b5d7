"""What is called upon which event, from the subscription to the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import (
    CallRefused,
    MesosError,
    NoLeader,
    WaitFailed,
)
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.command import Command
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.execution import Execution
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.interruption import Interrupted
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.placement import Placement, Survey
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.scheduler import StreamEnded

from ..fakes import FakeTime

SUBSCRIBED = {"type": "SUBSCRIBED", "subscribed": {"framework_id": {"value": "F1"}}}
HEARTBEAT = {"type": "HEARTBEAT"}
NEEDS = {"cpus": 1.0}
FOUND = Survey(["slave1"], [], {}, {"S1": "slave1"})

Move = dict[str, Any] | Exception | Callable[["Master"], dict[str, Any]]


def offers(*places: tuple[str, str, float]) -> dict[str, Any]:
    """Of each: the id of the offer, of the agent, and the CPUs."""
    found = [
        {
            "id": {"value": offer},
            "agent_id": {"value": agent},
            "resources": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": cpus}, "role": "*"}],
        }
        for offer, agent, cpus in places
    ]
    return {"type": "OFFERS", "offers": {"offers": found}}


def update(state: str, **more: Any) -> Callable[[Master], dict[str, Any]]:
    """Of the task that was launched last."""

    def made(master: Master) -> dict[str, Any]:
        status = {"task_id": {"value": master.task_id}, "agent_id": {"value": "S1"}, "state": state, **more}
        return {"type": "UPDATE", "update": {"status": status}}

    return made


class Master:
    """Events in their order; each look takes a second where none is left."""

    def __init__(self, time: FakeTime, *moves: Move) -> None:
        self.framework_id: str | None = None
        self.task_id = ""
        self.subscriptions: list[dict[str, Any]] = []
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.refuses: dict[str, MesosError] = {}
        self.leads_again = 0.0
        self._time = time
        self._moves = list(moves)

    def subscribe(self, info: dict[str, Any]) -> None:
        self.subscriptions.append(info)
        if len(self.subscriptions) > 1 and self._time.now < self.leads_again:
            self._time.now += 16
            raise NoLeader("none leads")

    def event(self, seconds: float) -> dict[str, Any] | None:
        if not self._moves:
            self._time.now += max(seconds, 0.1)
            return None
        move = self._moves.pop(0)
        if isinstance(move, Exception):
            raise move
        event = move(self) if callable(move) else move
        if event["type"] == "SUBSCRIBED":
            self.framework_id = "F1"
        return event

    def call(self, kind: str, **content: Any) -> None:
        self.calls.append((kind, content))
        if kind in self.refuses:
            raise self.refuses[kind]
        if kind == "ACCEPT":
            self.task_id = content["operations"][0]["launch"]["task_infos"][0]["task_id"]["value"]

    @property
    def kinds(self) -> list[str]:
        return [kind for kind, _content in self.calls]

    def content(self, kind: str) -> dict[str, Any]:
        return next(content for name, content in self.calls if name == kind)


def execution(time: FakeTime, master: Master, check: Callable[[], None] = lambda: None) -> Execution:
    command = Command("smoke", cmd="true")
    return Execution(master, command, Placement(NEEDS), FOUND, "operator", time.clock, check)  # type: ignore[arg-type]


def test_a_command_from_the_offer_to_its_end() -> None:
    time = FakeTime()
    running = update("TASK_RUNNING", uuid="u1")
    ended = update("TASK_FINISHED", uuid="u2", message="Command exited with status 0")
    master = Master(time, SUBSCRIBED, HEARTBEAT, offers(("O1", "S9", 4), ("O2", "S1", 4)), running, ended)
    run = execution(time, master)
    found = run.run(60)
    assert found is not None and (found.state, found.rc) == ("TASK_FINISHED", 0)
    run.close()
    assert master.kinds == ["ACCEPT", "SUPPRESS", "DECLINE", "ACKNOWLEDGE", "ACKNOWLEDGE", "TEARDOWN"]
    assert master.subscriptions[0]["principal"] == "operator"
    accept = master.content("ACCEPT")
    assert accept["offer_ids"] == [{"value": "O2"}]
    task = accept["operations"][0]["launch"]["task_infos"][0]
    assert (task["agent_id"], task["resources"][0]["scalar"]) == ({"value": "S1"}, {"value": 1.0})
    assert master.content("DECLINE")["offer_ids"] == [{"value": "O1"}]
    acknowledged = {"task_id": {"value": master.task_id}, "agent_id": {"value": "S1"}, "uuid": "u1"}
    assert master.content("ACKNOWLEDGE") == acknowledged


def test_a_status_that_the_master_made_is_not_acknowledged() -> None:
    time = FakeTime()
    master = Master(time, SUBSCRIBED, offers(("O1", "S1", 4)), update("TASK_LOST", reason="REASON_SLAVE_REMOVED"))
    found = execution(time, master).run(60)
    assert found is not None and found.words == "REASON_SLAVE_REMOVED"
    assert "ACKNOWLEDGE" not in master.kinds


def test_one_task_only_is_launched() -> None:
    time = FakeTime()
    both = offers(("O1", "S1", 4), ("O2", "S1", 4))
    master = Master(time, SUBSCRIBED, both, offers(("O3", "S1", 4)), update("TASK_FINISHED", uuid="u"))
    execution(time, master).run(60)
    assert master.kinds.count("ACCEPT") == 1
    declined = [content["offer_ids"] for kind, content in master.calls if kind == "DECLINE"]
    assert declined == [[{"value": "O2"}], [{"value": "O3"}]]


def test_an_offer_that_was_taken_back_is_followed_by_another() -> None:
    time = FakeTime()
    stale = update("TASK_LOST", reason="REASON_INVALID_OFFERS")
    finished = update("TASK_FINISHED", uuid="u")
    master = Master(time, SUBSCRIBED, offers(("O1", "S1", 4)), stale, offers(("O2", "S1", 4)), finished)
    found = execution(time, master).run(60)
    assert found is not None and found.succeeded
    assert master.kinds == ["ACCEPT", "SUPPRESS", "REVIVE", "ACCEPT", "SUPPRESS", "ACKNOWLEDGE"]


def test_time_is_up_and_the_task_is_killed() -> None:
    time = FakeTime()
    master = Master(time, SUBSCRIBED, offers(("O1", "S1", 4)), update("TASK_RUNNING", uuid="u"))
    run = execution(time, master)
    assert run.run(20) is None
    assert master.content("KILL") == {"task_id": {"value": master.task_id}, "agent_id": {"value": "S1"}}
    run.close()
    assert master.kinds[-1] == "TEARDOWN"
    assert 30 <= time.now <= 31


def test_time_is_up_before_an_offer_came() -> None:
    time = FakeTime()
    master = Master(time, SUBSCRIBED, offers(("O1", "S1", 0.5)))
    assert execution(time, master).run(20) is None
    assert master.kinds == ["DECLINE"]
    assert time.now <= 21


def test_an_interruption_kills_the_task_first() -> None:
    time = FakeTime()
    killed = update("TASK_KILLED", uuid="k")
    master = Master(time, SUBSCRIBED, offers(("O1", "S1", 4)), update("TASK_RUNNING", uuid="u"), killed)
    looks = iter([None, None, None, Interrupted("interrupted by SIGTERM")])

    def check() -> None:
        error = next(looks)
        if error:
            raise error

    run = execution(time, master, check)
    with pytest.raises(Interrupted):
        run.run(60)
    assert master.kinds[-2:] == ["KILL", "ACKNOWLEDGE"]
    assert run.ending is not None and run.ending.state == "TASK_KILLED"


def test_another_leader_is_told_who_comes_back_and_is_asked_for_the_task() -> None:
    time = FakeTime()
    lost = StreamEnded("closed")
    finished = update("TASK_FINISHED", uuid="u")
    master = Master(time, SUBSCRIBED, offers(("O1", "S1", 4)), lost, SUBSCRIBED, finished)
    found = execution(time, master).run(60)
    assert found is not None and found.succeeded
    assert master.subscriptions[1]["id"] == {"value": "F1"}
    named = {"task_id": {"value": master.task_id}, "agent_id": {"value": "S1"}}
    assert master.content("RECONCILE") == {"tasks": [named]}


@pytest.mark.parametrize(("seconds", "comes_back"), [(100.0, True), (1000.0, False)])
def test_a_new_leader_is_waited_for(seconds: float, comes_back: bool) -> None:
    time = FakeTime()
    finished = update("TASK_FINISHED", uuid="u")
    master = Master(time, SUBSCRIBED, offers(("O1", "S1", 4)), StreamEnded("closed"), SUBSCRIBED, finished)
    master.leads_again = seconds
    run = execution(time, master)
    if comes_back:
        assert run.run(300) is not None
    else:
        with pytest.raises(NoLeader):
            run.run(300)
        assert 120 <= time.now <= 140


@pytest.mark.parametrize(
    ("moves", "kind", "words"),
    [
        ([], MesosError, "Mesos takes no such framework: not allowed"),
        ([SUBSCRIBED, StreamEnded("closed")], WaitFailed, "Mesos ended the framework with its task: not allowed"),
    ],
)
def test_a_framework_that_is_refused(moves: list[Move], kind: type[MesosError], words: str) -> None:
    time = FakeTime()
    master = Master(time, *moves, {"type": "ERROR", "error": {"message": "not allowed"}})
    with pytest.raises(kind, match=words):
        execution(time, master).run(60)


def test_the_framework_is_removed_once_it_is_known_and_a_master_that_is_away_does_not_matter() -> None:
    time = FakeTime()
    unknown = Master(time)
    execution(time, unknown).close()
    assert unknown.kinds == []
    master = Master(time, SUBSCRIBED)
    master.refuses["TEARDOWN"] = CallRefused("no", "no")
    run = execution(time, master)
    run.run(1)
    run.close()
    assert master.kinds == ["TEARDOWN"]
