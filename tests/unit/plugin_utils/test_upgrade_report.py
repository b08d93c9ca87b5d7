"""Tasks that an upgrade has lost, and the table at its end."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_report import lost, report, unseen


def task(name: str, state: str = "TASK_RUNNING", agent: str = "S1", app: str = "") -> dict[str, str]:
    return {
        "id": name, "name": app or name, "framework_id": "F", "state": state, "agent_id": agent, "hostname": "slave1",
    }  # fmt: skip


def test_tasks_that_run_on() -> None:
    assert lost([task("a")], [task("a"), task("b")]) == []


def test_tasks_that_are_gone() -> None:
    before = [task("a"), task("b"), task("c"), task("d", "TASK_FAILED")]
    after = [task("a", "TASK_LOST"), task("b", "TASK_UNREACHABLE")]
    assert lost(before, after) == [
        "a on slave1 (TASK_LOST)",
        "b on slave1 (TASK_UNREACHABLE)",
        "c on slave1 (not known to the masters any more)",
    ]


@pytest.mark.parametrize(
    "state", ["TASK_LOST", "TASK_UNREACHABLE", "TASK_GONE", "TASK_GONE_BY_OPERATOR", "TASK_DROPPED"]
)
def test_what_a_lost_agent_ends_is_lost(state: str) -> None:
    assert lost([task("a")], [task("a", state)]) == [f"a on slave1 ({state})"]


@pytest.mark.parametrize("state", ["TASK_FINISHED", "TASK_KILLED", "TASK_FAILED", "TASK_ERROR"])
def test_what_has_ended_by_itself_is_no_loss(state: str) -> None:
    """One that crashes again and again does so elsewhere too."""
    assert lost([task("a")], [task("a", state)], upgraded="S2") == []
    assert unseen([task("a")], [task("a", state)]) == []


def test_failed_tasks_of_the_upgraded_agent_are_lost() -> None:
    before, after = [task("a"), task("b", agent="S2")], [task("a", "TASK_FAILED"), task("b", "TASK_FAILED", "S2")]
    assert lost(before, after, upgraded="S1") == ["a on slave1 (TASK_FAILED)"]
    assert lost(before, after) == []


def test_a_new_leader_does_not_know_what_ended_before_it() -> None:
    before = [task("w.1", app="web"), task("w.2", app="web")]
    replaced = [task("w.1", app="web"), task("w.3", app="web")]
    assert lost(before, replaced) == []
    assert unseen(before, replaced) == ["w.2 on slave1"]
    # Until its framework has started another one.
    assert lost(before, replaced[:1]) == ["w.2 on slave1 (not known to the masters any more)"]
    starting = [task("w.1", app="web"), task("w.3", "TASK_FAILED", app="web")]
    assert lost(before, starting) == ["w.2 on slave1 (not known to the masters any more)"]
    assert unseen(before, before) == []


def test_the_tasks_of_a_drained_agent_move() -> None:
    assert lost([task("a"), task("b", agent="S2")], [], "S1") == ["b on slave1 (not known to the masters any more)"]


def rows(*outcomes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    hosts = {host: {"from": "1.10.0", "to": "1.11.0"} for host, _went in outcomes}
    return report({"hosts": {"mesos_slave": hosts}}, {host: {"mesos_slave": went} for host, went in outcomes})


def test_all_done() -> None:
    found = rows(("s1", {"begun": True, "done": True, "seconds": 20, "tasks_before": 4, "tasks_after": 4}))
    assert (found["failed"], found["left"]) == ([], [])
    assert found["lines"][1].split() == ["s1", "agents", "1.10.0", "1.11.0", "20", "4", "4", "done"]


def test_tasks_that_ended_unseen_are_a_warning() -> None:
    found = rows(("s1", {"begun": True, "done": True, "unseen": ["w.2 on slave1"]}))
    assert found["failed"] == []
    assert found["lines"][2] == "s1, agents: no master knows any more how these ended: w.2 on slave1"
    assert found["rows"][0]["unseen"] == ["w.2 on slave1"]


def test_a_host_that_went_back() -> None:
    found = rows(("s1", {"begun": True, "why": "it ends", "back": True}), ("s2", {}))
    assert (found["failed"], found["left"]) == (["s1"], ["s2"])
    assert "WENT BACK" in found["lines"][1]
    assert "not begun" in found["lines"][2]
    assert found["lines"][3] == "s1, agents: it ends"
    assert "It runs 1.10.0 again" in found["lines"][4]


def test_a_host_that_could_not_go_back() -> None:
    found = rows(("s1", {"begun": True, "why": "it ends", "back_failed": "no package"}))
    assert "FAILED" in found["lines"][1]
    assert "It could not go back: no package." in found["lines"][3]
    assert "run this playbook again, which takes this host first" in found["lines"][4]
    assert "NOT STARTED" in rows(("s1", {"why": "no leader"}))["lines"][1]


def test_a_host_on_which_nothing_has_changed() -> None:
    found = rows(("s1", {"begun": True, "why": "refused", "back": True, "untouched": True}))
    assert (found["failed"], found["rows"][0]["result"]) == (["s1"], "NOT CHANGED")
    assert "Nothing was changed or restarted: it runs 1.10.0 as before" in found["lines"][3]


def test_what_is_not_as_before_is_said() -> None:
    found = rows(("s1", {"begun": True, "why": "it ends", "back": True, "differs": "tasks are gone: a"}))
    assert found["rows"][0]["result"] == "WENT BACK"
    assert found["lines"][-1] == "  Not as before: tasks are gone: a"


def test_nothing_to_do() -> None:
    assert report({"hosts": {}}, {})["lines"] == ["Nothing to upgrade."]
