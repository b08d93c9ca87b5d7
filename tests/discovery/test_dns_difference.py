"""What changes in a zone, and what of a state is not believed."""

from __future__ import annotations

from typing import Any

from mesos_state import state, task

from marathon_discovery.names import guard
from marathon_discovery.names.difference import Change, changes, messages
from marathon_discovery.names.model import Now, Records, Settings
from marathon_discovery.names.records import MOST_BYTES, build

WEB = ("web.marathon.mesos", "A")


def served(records: Records, ttl: int = 5) -> dict[tuple[str, str], tuple[int, frozenset[str]]]:
    return {key: (ttl, values) for key, values in records.items()}


def records(*tasks: dict[str, Any]) -> Records:
    return build(state(*tasks), Settings(), Now()).records


def test_equal_is_nothing_and_another_ttl_is_all() -> None:
    wanted = records(task("web", 31001))
    assert changes(served(wanted), wanted, 5) == []
    assert {one.key for one in changes(served(wanted, 60), wanted, 5)} == set(wanted)


def test_addresses_come_first_and_what_goes_goes_last() -> None:
    found = changes(served(records(task("old", 31001))), records(task("web", 31002)), 5)
    kinds = [(not one.values, one.key[1]) for one in found if "web" in one.key[0] or "old" in one.key[0]]
    assert kinds == sorted(kinds, key=lambda one: (one[0], (one[1] == "SRV") != one[0]))
    assert {kind for gone, kind in kinds if gone} == {kind for gone, kind in kinds if not gone} == {"A", "SRV"}


def test_a_message_is_filled_and_never_too_long() -> None:
    big = [Change((f"a{number}.mesos", "A"), frozenset({"10.0.0.1" * 1000})) for number in range(20)]
    parts = list(messages(big))
    assert [one for part in parts for one in part] == big
    assert [len(part) for part in parts] == [5, 5, 5, 5]
    full = Change(("x" * 253, "SRV"), frozenset({"x" * (MOST_BYTES - 20)}))
    assert list(messages([full, full])) == [[full], [full]]
    assert list(messages([])) == []


def lost(before: list[dict[str, Any]], after: dict[str, Any], fraction: float = 0.5) -> str | None:
    names = {name for name, _kind in records(*before)}
    gone, count = guard.lost(names, build(after, Settings(), Now()), after)
    return guard.doubt(len(gone), count, after, fraction)


TASKS = [task("web", 31000 + number, number) for number in range(4)]


def test_what_mesos_has_a_trace_of_is_believed() -> None:
    assert lost(TASKS, state(completed=TASKS)) is None
    assert lost(TASKS, state(*({**one, "state": "TASK_KILLING"} for one in TASKS))) is None
    gone = state()
    gone["completed_frameworks"] = gone.pop("frameworks")
    gone["completed_frameworks"][0]["unreachable_tasks"] = TASKS
    assert lost(TASKS, {**gone, "frameworks": []}) is None


def test_more_than_a_part_without_a_trace_is_not() -> None:
    assert lost(TASKS, state(*TASKS[2:])) is None
    assert lost(TASKS, state(*TASKS[3:])) == "3 of 4 tasks are gone without a trace (guard)"
    assert lost(TASKS, state(*TASKS[3:]), 0.9) is None
    assert lost([], state()) is None


def test_a_task_that_only_waits_is_not_lost() -> None:
    sick = [{**one, "statuses": [{"state": "TASK_RUNNING", "healthy": False}]} for one in TASKS]
    assert lost(TASKS, state(*sick)) is None


def test_a_master_that_waits_for_agents_is_believed_in_nothing_that_is_gone() -> None:
    after = state(*TASKS[1:], recovered_slaves=[{"id": "20200101-S7"}])
    assert lost(TASKS, after) == "1 of 4 tasks are gone without a trace, and Mesos waits for 1 agents (guard)"
    assert lost(TASKS, {**after, "frameworks": state(*TASKS)["frameworks"]}) is None


def test_an_app_that_is_called_like_a_single_task_is_not_lost() -> None:
    tasks = [task(f"web-abcd{letter}-s{letter}", 31000 + letter, letter) for letter in range(3)]
    assert lost(tasks, state(*tasks)) is None
    after = state(*tasks, recovered_slaves=[{"id": "20200101-S7"}])
    assert lost(tasks, after) is None


def test_held_is_all_but_who_leads() -> None:
    before = served(records(*TASKS))
    after = build({**state(), "leader": "master@10.0.0.2:5050"}, Settings(), Now()).records
    kept = guard.held(before, after, "mesos")
    assert kept[WEB] == {"10.0.0.10"}
    assert kept["leader.mesos", "A"] == kept["master0.mesos", "A"] == {"10.0.0.2"}


def test_apps_that_are_called_like_masters_are_held_too() -> None:
    tasks = [task(name, 31000 + number, number) for number, name in enumerate(("master", "leader", "master1"))]
    kept = guard.held(served(records(*tasks)), {}, "mesos")
    apps = {name for name, kind in kept if kind == "A" and name.count(".") == 2}
    assert apps >= {f"{name}.marathon.mesos" for name in ("master", "leader", "master1")}
    assert not [name for name, _kind in kept if name in ("master.mesos", "leader.mesos", "master1.mesos")]
