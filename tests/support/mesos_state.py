"""A state of Mesos, made small: two agents, one framework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

AGENTS = [
    {"id": f"20200101-S{number}", "hostname": f"a{number}", "pid": f"slave(1)@10.0.0.1{number}:5051"}
    for number in range(2)
]


def task(name: str, port: int, number: int = 0, agent: int = 0) -> dict[str, Any]:
    """As Marathon starts it: with one port, and discovery information."""
    return {
        "id": f"{name!a}.{number}",
        "name": name,
        "slave_id": AGENTS[agent]["id"],
        "state": "TASK_RUNNING",
        "resources": {"ports": f"[{port}-{port}]"},
        "statuses": [{"state": "TASK_RUNNING", "timestamp": 1.0}],
        "discovery": {
            "visibility": "FRAMEWORK",
            "name": name,
            "ports": {"ports": [{"number": port, "protocol": "tcp"}]},
        },
    }


def state(*tasks: dict[str, Any], completed: Sequence[dict[str, Any]] = (), **more: Any) -> dict[str, Any]:
    framework = {
        "name": "marathon",
        "hostname": "m1",
        "pid": "scheduler-1@10.0.0.5:8080",
        "tasks": list(tasks),
        "completed_tasks": [{**one, "state": "TASK_KILLED"} for one in completed],
    }
    return {
        "pid": "master@10.0.0.1:5050",
        "leader": "master@10.0.0.1:5050",
        "slaves": AGENTS,
        "frameworks": [framework],
        **more,
    }
