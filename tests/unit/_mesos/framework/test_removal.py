"""Which framework goes, and the questions that stand before it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import (
    CallRefused,
    InvalidOption,
    ModifiedConcurrently,
    NotFound,
    WriteRefused,
    WriteUncertain,
)
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.framework import removal

from ..fakes import FakeTime, Masters, task
from ..one_lost_write import lost


def framework(number: int, name: str = "batch", connected: bool = False, **more: Any) -> dict[str, Any]:
    """In the form of recorded ones; tasks of fakes.task belong to F1."""
    info = {"id": {"value": f"F{number}"}, "name": name}
    return {"framework_info": info, "active": connected, "connected": connected, "recovered": False, **more}


class Registry:
    """A master with frameworks and tasks."""

    def __init__(self, *frameworks: dict[str, Any], completed: tuple[dict[str, Any], ...] = (), **tasks: Any) -> None:
        self.frameworks = list(frameworks)
        self.completed = list(completed)
        self.tasks = tasks
        self.calls: list[dict[str, Any]] = []
        self.before_write: Callable[[], Any] = lambda: None
        self.after_write: Callable[[], Any] = lambda: None

    def __call__(self, call: dict[str, Any]) -> Answer:
        kind = call["type"]
        if kind == "GET_FRAMEWORKS":
            content: Any = {"frameworks": self.frameworks, "completed_frameworks": self.completed}
        elif kind == "GET_TASKS":
            content = self.tasks
        else:
            self.calls.append(call["teardown"])
            self.before_write()
            found = [one for one in self.frameworks if one["framework_info"]["id"] == call["teardown"]["framework_id"]]
            if not found:
                return Answer(400, "No framework found with specified ID")
            self.frameworks.remove(found[0])
            self.completed.append(found[0])
            self.after_write()
            return Answer(200, "")
        return Answer(200, json.dumps({"type": kind, kind.lower(): content}))


def remove(master: Any, check_mode: bool = False, **options: Any) -> dict[str, Any]:
    given = {"framework_id": None, "name": None, "force_connected": False, "max_tasks": 0, **options}
    return removal.remove(Masters(m1=master).api(FakeTime()), removal.declared(**given), check_mode)


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize("given", [{"framework_id": "F1"}, {"name": "batch"}, {"framework_id": "F1", "name": "batch"}])
def test_a_framework_that_is_gone(given: dict[str, str], check_mode: bool) -> None:
    master = Registry(framework(1), framework(2, "marathon", connected=True))
    done = remove(master, check_mode, **given)
    assert done["changed"]
    assert done["framework"] == {"id": "F1", "name": "batch", "state": "completed"}
    assert done["diff"]["before"] == {"state": "disconnected", "tasks": []}
    assert master.calls == ([] if check_mode else [{"framework_id": {"value": "F1"}}])
    again = remove(master, **given)
    assert again["changed"] is check_mode
    assert [one["framework_info"]["name"] for one in master.frameworks] == ["marathon"]


@pytest.mark.parametrize(
    ("completed", "shown"), [((framework(1),), {"id": "F1", "name": "batch", "state": "completed"}), ((), None)]
)
def test_one_that_is_not_there_is_no_change(completed: tuple[dict[str, Any], ...], shown: Any) -> None:
    master = Registry(framework(2, "marathon", connected=True), completed=completed)
    done = remove(master, name="batch")
    assert (done["changed"], done["framework"]) == (False, shown)
    assert done["diff"]["before"] == done["diff"]["after"]
    assert master.calls == []


def test_one_that_ran_before_under_the_name_is_not_the_one_that_is_there() -> None:
    master = Registry(framework(3), completed=(framework(1), framework(2)))
    assert remove(master, name="batch")["framework"]["id"] == "F3"


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_connected_one_is_asked_about(check_mode: bool) -> None:
    master = Registry(framework(1, connected=True))
    with pytest.raises(
        WriteRefused, match=r"batch \(F1\) is connected.*or set force_connected.*never register"
    ) as info:
        remove(master, check_mode, name="batch")
    assert info.value.facts["framework"]["state"] == "connected"
    assert master.calls == []
    assert remove(master, check_mode, name="batch", force_connected=True)["changed"]


@pytest.mark.parametrize("check_mode", [False, True])
def test_its_tasks_are_asked_about(check_mode: bool) -> None:
    tasks = {
        "tasks": [task("a"), task("ended", state="TASK_FINISHED"), {**task("else"), "framework_id": {"value": "F2"}}],
        "pending_tasks": [task("waits", state="TASK_STAGING")],
        "unreachable_tasks": [task("away", state="TASK_UNREACHABLE")],
        "completed_tasks": [task("old", state="TASK_KILLED")],
    }
    master = Registry(framework(1), **tasks)
    with pytest.raises(WriteRefused, match=r"still has 3 tasks .*or set max_tasks to 3 or more \(it is 2\)") as info:
        remove(master, check_mode, name="batch", max_tasks=2)
    assert [one["id"] for one in info.value.facts["tasks"]] == ["waits", "a", "away"]
    assert master.calls == []
    done = remove(master, check_mode, name="batch", max_tasks=3)
    assert len(done["diff"]["before"]["tasks"]) == 3


def test_one_that_only_agents_know() -> None:
    master = Registry(framework(1, recovered=True))
    assert remove(master, name="batch")["diff"]["before"]["state"] == "recovered"


def test_a_name_of_several_is_not_guessed() -> None:
    master = Registry(framework(1), framework(2, connected=True))
    with pytest.raises(
        NotFound, match=r"2 frameworks have the name batch \(F1, disconnected, F2, connected\): give the id"
    ):
        remove(master, name="batch")
    assert remove(master, name="batch", framework_id="F1")["changed"]


def test_a_write_without_an_answer() -> None:
    master = Registry(framework(1))
    assert remove(lost(master, arrives=True), name="batch")["changed"]
    assert len(master.calls) == 1
    master = Registry(framework(1))
    with pytest.raises(WriteUncertain, match=r"did not answer TEARDOWN .*which may have been done: run again"):
        remove(lost(master, arrives=False), name="batch")
    assert remove(master, name="batch")["changed"]


def test_another_that_was_faster_is_no_failure() -> None:
    master = Registry(framework(1))
    master.before_write = master.frameworks.clear
    assert remove(master, name="batch")["changed"]


def test_a_refusal_is_told_in_the_words_of_the_master() -> None:
    master = Registry(framework(1))

    def refusing(call: dict[str, Any]) -> Answer:
        return master(call) if call["type"].startswith("GET_") else Answer(400, "Something else")

    with pytest.raises(CallRefused, match="refuses TEARDOWN: Something else"):
        remove(refusing, name="batch")


def test_one_that_comes_back_is_said() -> None:
    master = Registry(framework(1))
    master.after_write = lambda: master.frameworks.append(framework(1))
    with pytest.raises(ModifiedConcurrently, match="is registered again after its teardown"):
        remove(master, name="batch")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"name": ""}, "id and name are empty: give one of them"),
        ({"framework_id": "", "name": None}, "id and name are empty"),
        ({"name": "batch", "max_tasks": -1}, "max_tasks is -1: give the number of tasks"),
    ],
)
def test_wrong_options(given: dict[str, Any], words: str) -> None:
    master = Registry(framework(1))
    with pytest.raises(InvalidOption, match=re.escape(words)):
        remove(master, **given)
    assert master.calls == []
