"""Tasks that an upgrade has lost, and the table at its end."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_report import lost, report


def task(name: str, state: str = "TASK_RUNNING", agent: str = "S1") -> dict[str, str]:
    return {"id": name, "framework_id": "F", "state": state, "agent_id": agent, "hostname": "slave1"}


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


def test_what_somebody_has_ended_is_no_loss() -> None:
    assert lost([task("a"), task("b")], [task("a", "TASK_FINISHED"), task("b", "TASK_KILLED")]) == []


def test_the_tasks_of_a_drained_agent_move() -> None:
    assert lost([task("a"), task("b", agent="S2")], [], "S1") == ["b on slave1 (not known to the masters any more)"]


def rows(*outcomes: tuple[str, dict[str, Any]]) -> dict[str, Any]:
    hosts = {host: {"from": "1.10.0", "to": "1.11.0"} for host, _went in outcomes}
    return report({"hosts": {"mesos_slave": hosts}}, {host: {"mesos_slave": went} for host, went in outcomes})


def test_all_done() -> None:
    found = rows(("s1", {"begun": True, "done": True, "seconds": 20, "tasks_before": 4, "tasks_after": 4}))
    assert (found["failed"], found["left"]) == ([], [])
    assert found["lines"][1].split() == ["s1", "agents", "1.10.0", "1.11.0", "20", "4", "4", "done"]


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
