"""The table of the playbook smoke."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.plugin_utils.smoke_report import smoke_report


def agent(number: int, state: str = "active") -> dict[str, Any]:
    return {"id": f"S{number}", "hostname": f"slave{number}", "state": state}


def test_one_line_an_agent_and_what_failed() -> None:
    agents = [agent(1), agent(2), agent(3, "drained"), agent(10)]
    runs = {
        "S1": {"state": "TASK_FINISHED", "stdout": "Starting\nslave1\n\n", "rc": 0},
        "S2": {"state": "TASK_FAILED", "msg": "The command failed on slave2: exit", "stderr": "no\tshell \n"},
    }
    assert smoke_report(agents, runs) == {
        "lines": [
            "slave1   ok       slave1",
            "slave2   FAILED   The command failed on slave2: exit (stderr: no shell)",
            "slave3   not run  the agent is drained",
            "slave10  FAILED   it was not run: see the task before",
            "4 agents: 1 ok, 2 FAILED, 1 not run.",
        ],
        "failed": ["slave2", "slave10"],
        "passed": 1,
    }


def test_check_mode() -> None:
    runs = {"S1": {"agents_now": ["slave1"], "agents_later": []}, "S2": {"agents_now": [], "agents_later": ["slave2"]}}
    report = smoke_report([agent(1), agent(2)], runs)
    assert report["lines"] == [
        "slave1  fits  now",
        "slave2  fits  when something there has ended",
        "2 agents: 2 fits.",
    ]
    assert report["passed"] == 2


def test_nothing_runs_where_there_are_no_agents() -> None:
    assert smoke_report([], {}) == {"lines": ["0 agents: none."], "failed": [], "passed": 0}


def test_a_long_answer_is_cut() -> None:
    line = smoke_report([agent(1)], {"S1": {"state": "TASK_FINISHED", "stdout": "x" * 300}})["lines"][0]
    assert len(line) < 120 and line.endswith("...")
