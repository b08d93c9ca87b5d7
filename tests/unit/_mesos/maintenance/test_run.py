"""What is read, written and told, also where another client or the network interferes."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import (
    CallRefused,
    MesosError,
    ModifiedConcurrently,
    NotFound,
    WriteRefused,
    WriteUncertain,
)
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance.machines import Machine
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance.run import DesiredMachines, MaintenanceRun
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance.schedule import DesiredWindow

from ..fakes import FakeTime, Masters
from ..one_lost_write import lost
from .fakes import Scheduling, machine, task, window

S = 10**9
NOW = 500 * S
UPDATE, START, STOP = "UPDATE_MAINTENANCE_SCHEDULE", "START_MAINTENANCE", "STOP_MAINTENANCE"


def keep(master: Any, state: str, *machines: Machine, check_mode: bool = False, warnings: list[str] | None = None,
         **wanted: Any) -> dict[str, Any]:  # fmt: skip
    desired = DesiredMachines(list(machines or [Machine("slave1")]), state, DesiredWindow(NOW, **wanted))
    warn = [] if warnings is None else warnings
    return MaintenanceRun(Masters(m1=master).api(FakeTime()), desired, warn.append).run(check_mode)


# Before, wanted, the write, and the mode of slave1 afterwards.
TABLE: list[tuple[Any, str, str | None, list[str]]] = [
    (Scheduling, "present", UPDATE, ["draining"]),
    (lambda: Scheduling(window(1, start=500, duration=None)), "present", None, ["draining"]),
    (lambda: Scheduling(window(1)), "present", None, ["draining"]),
    (lambda: Scheduling(window(1)), "absent", UPDATE, ["up"]),
    (lambda: Scheduling(window(2)), "absent", None, []),
    (lambda: Scheduling(window(1, 2)), "down", START, ["down"]),
    (lambda: Scheduling(window(1), down=(1,)), "down", None, ["down"]),
    (lambda: Scheduling(window(1), down=(1,)), "up", STOP, ["up"]),
    (Scheduling, "up", None, []),
]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("made", "state", "write", "modes"), TABLE)
def test_changes(made: Any, state: str, write: str | None, modes: list[str], check_mode: bool) -> None:
    master = made()
    done = keep(master, state, check_mode=check_mode)
    assert done["changed"] is bool(write)
    assert master.calls == ([write] if write and not check_mode else [])
    assert [one["mode"] for one in done["machines"]] == modes
    assert done["diff"]["after"] == done["schedule"]
    assert (done["diff"]["before"] != done["diff"]["after"]) is bool(write)
    if not check_mode:
        again = keep(master, state)
        assert again["changed"] is False
        assert again["schedule"] == done["schedule"]
    else:
        # What it promises, the run does.
        assert keep(master, state)["diff"] == done["diff"]


def test_windows_of_others_are_written_as_they_were() -> None:
    master = Scheduling(window(2, start=7, duration=None), window(3), down=(3,))
    keep(master, "present", start=100 * S, duration=60 * S)
    assert master.windows == [window(2, start=7, duration=None), window(3), window(1)]
    keep(master, "absent")
    assert master.windows == [window(2, start=7, duration=None), window(3)]


def test_a_machine_without_an_agent_has_to_be_named_whole() -> None:
    with pytest.raises(
        NotFound, match=r"has the name slave9 \(agents: slave1 \(10.0.0.1\), .*give both hostname and ip"
    ):
        keep(Scheduling(), "present", Machine("slave9"))
    warnings: list[str] = []
    master = Scheduling()
    assert keep(master, "present", Machine("slave9", "10.0.0.9"), warnings=warnings)["changed"]
    assert warnings == [
        "No registered agent has the host name and address of slave9 (10.0.0.9): the window has no effect"
    ]


def test_a_window_that_is_over_is_said() -> None:
    warnings: list[str] = []
    keep(Scheduling(), "present", start=100 * S, duration=60 * S, warnings=warnings)
    assert len(warnings) == 1
    assert "The window of slave1 (10.0.0.1) is over already" in warnings[0]


def test_a_machine_that_is_down_has_no_agent_and_is_found_in_the_schedule() -> None:
    master = Scheduling(window(9), down=(9,))
    assert keep(master, "up", Machine(ip="10.0.0.9"))["changed"]
    assert (master.windows, master.down) == ([], [])


@pytest.mark.parametrize("check_mode", [False, True])
def test_tasks_are_not_ended_unless_it_is_forced(check_mode: bool) -> None:
    master = Scheduling(window(1, 2), tasks=(task(on=1), task("web.2", on=2)))
    with pytest.raises(WriteRefused, match=r"still runs 1 tasks \(web.1 of marathon.*or set force") as info:
        keep(master, "down", check_mode=check_mode)
    assert info.value.facts["tasks"] == [{"id": "web.1", "framework": "marathon", "state": "TASK_RUNNING"}]
    assert master.calls == []
    assert keep(master, "down", force=True, check_mode=check_mode)["changed"]


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("made", "state"),
    [
        (lambda: Scheduling(window(1, 2)), "present"),
        (lambda: Scheduling(window(1), down=(1,)), "absent"),
        (lambda: Scheduling(window(2)), "down"),
        (lambda: Scheduling(window(1)), "up"),
    ],
)
def test_a_refusal_comes_before_anything_changes(made: Any, state: str, check_mode: bool) -> None:
    master = made()
    with pytest.raises(WriteRefused):
        keep(master, state, check_mode=check_mode, start=200 * S)
    assert master.calls == []


@pytest.mark.parametrize(
    ("made", "state"),
    [
        (Scheduling, "present"),
        (lambda: Scheduling(window(1)), "absent"),
        (lambda: Scheduling(window(1)), "down"),
        (lambda: Scheduling(window(1), down=(1,)), "up"),
    ],
)
def test_a_write_without_an_answer(made: Any, state: str) -> None:
    master = made()
    done = keep(lost(master, arrives=True), state)
    assert done["changed"]
    assert len(master.calls) == 1
    assert keep(master, state)["changed"] is False

    master = made()
    with pytest.raises(WriteUncertain, match=r"did not answer \w+ \(it closed .*which may have been done: run again"):
        keep(lost(master, arrives=False), state)
    assert master.calls == []
    assert keep(master, state)["changed"]


def test_where_the_look_fails_too_both_are_said() -> None:
    master = Scheduling()
    written: list[str] = []

    def answer(call: dict[str, Any]) -> Answer:
        if written:
            return Answer(401, "")
        if call["type"] == UPDATE:
            written.append(UPDATE)
            raise NoAnswer("it closed the connection without an answer", arrived=True)
        return master(call)

    with pytest.raises(
        WriteUncertain, match=r"may have been done: run again to see. Reading the master failed too: .*401"
    ):
        keep(answer, "present")


def test_a_change_that_undoes_it_is_detected() -> None:
    master = Scheduling(window(2))

    def another() -> None:
        master.windows = [window(2)]

    master.after_write = another
    with pytest.raises(
        ModifiedConcurrently, match=r"does not say of slave1 \(10.0.0.1\) what was just written"
    ) as info:
        keep(master, "present")
    assert [one["machines"] for one in info.value.facts["schedule"]["windows"]] == [[machine(2)]]


def test_a_change_of_other_machines_after_the_write_is_none_of_ours() -> None:
    master = Scheduling()
    master.after_write = lambda: master.windows.append(window(3))
    assert [one["machines"] for one in keep(master, "present")["schedule"]["windows"]] == [[machine(1)], [machine(3)]]


def test_what_only_the_master_knows_is_told_in_its_words() -> None:
    master = Scheduling(window(1))

    def another() -> None:
        master.down = [machine(3)]

    master.before_write = another
    with pytest.raises(CallRefused, match="cannot be removed from the schedule"):
        keep(master, "absent")


def test_a_login_that_may_not_read_changes_nothing() -> None:
    with pytest.raises(MesosError, match="403"):
        keep(Answer(403, ""), "present")
