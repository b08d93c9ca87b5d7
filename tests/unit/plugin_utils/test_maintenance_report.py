"""The table of the playbook maintain."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils.maintenance_report import reason, report

UNDO = "ansible-playbook quorum.mesos.mesos_slave_activate --limit slave2"
BEGUN = {"begun": True, "drained": True, "window": True}


def words(check_mode: bool = False, **seen: Any) -> str:
    return str(report({"slave2": seen}, check_mode)["lines"][0])


def test_one_line_a_host() -> None:
    hosts = {
        "slave1": {**BEGUN, "drained": False, "window": False, "done": True, "words": ""},
        "slave2": {**BEGUN, "window": False, "why": "it broke."},
        "slave10": {},
    }
    found = report(hosts, False)
    assert found["lines"] == [
        "slave1   done",
        "slave2   FAILED     it broke. Its agent stays drained. When it is fixed, run this playbook again on it, "
        f"or undo it: {UNDO}.",
        "slave10  not begun",
        "3 hosts: 1 done, 1 FAILED, 1 not begun.",
    ]
    assert (found["failed"], found["left"]) == (["slave2"], ["slave10"])


def test_what_stays() -> None:
    assert "its agent stays drained and its maintenance window stays" in words(**BEGUN, why="no").lower()
    assert "Its maintenance window stays. When" in words(begun=True, drained=False, window=True, why="no")
    assert words(begun=True, drained=False, window=False, why="no").endswith(
        "no. It is as before: active and without a window."
    )
    assert words(why="a window of others.").endswith("a window of others. Nothing was changed.")
    # Unreachable in the middle: nothing more is known.
    silent = words(**BEGUN)
    assert "your tasks have ended the play, or the host is not reached any more. Its agent stays drained" in silent
    assert UNDO in silent


def test_check_mode() -> None:
    assert report({"slave2": {**BEGUN, "done": True}}, True)["lines"] == [
        "slave2  would be done",
        "1 host: 1 would be done.",
    ]
    assert words(True, **BEGUN, why="no").endswith("no. Nothing is changed.")


@pytest.mark.parametrize(
    ("result", "task", "said"),
    [
        ({"msg": "no such\nfile"}, {"name": "Copy"}, "the task 'Copy' failed: no such file"),
        ({"msg": "non-zero", "stderr": "a\nb \n"}, "Copy", "the task 'Copy' failed: non-zero (stderr: b)"),
        ({}, {"name": ""}, "the task 'without a name' failed: no message"),
        (
            {"msg": "One or more", "results": [{"msg": "fine"}, {"failed": True, "msg": "full"}]},
            {"name": "Copy"},
            "the task 'Copy' failed: full",
        ),
        (
            {"msg": "the password is hunter2"},
            {"name": "Log in", "no_log": True},
            "the task 'Log in' failed (its output is hidden by no_log)",
        ),
        (
            {"msg": "hunter2"},
            {"name": "Log in", "no_log": "{{ hide }}"},
            "the task 'Log in' failed (its output is hidden by no_log)",
        ),
        ({"censored": "hidden"}, {"name": "Log in"}, "the task 'Log in' failed (its output is hidden by no_log)"),
    ],
)  # fmt: skip
def test_reasons(result: dict[str, Any], task: Any, said: str) -> None:
    assert reason(result, task) == said


def test_a_long_reason_is_cut() -> None:
    assert len(reason({"msg": "x" * 5000}, "Copy")) == 400
