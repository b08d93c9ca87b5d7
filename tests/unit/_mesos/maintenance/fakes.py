"""A master that keeps a maintenance schedule and refuses what Mesos 1.11 refuses."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer

from ..fakes import agent, task

__all__ = ["Scheduling", "agent", "machine", "task", "window"]


def machine(number: int) -> dict[str, str]:
    """That of fakes.agent(number)."""
    return {"hostname": f"slave{number}", "ip": f"10.0.0.{number}"}


def window(*numbers: int, start: int = 100, duration: int | None = 60) -> dict[str, Any]:
    """Times in seconds."""
    length = {} if duration is None else {"duration": {"nanoseconds": duration * 10**9}}
    machines = [machine(number) for number in numbers]
    return {"machine_ids": machines, "unavailability": {"start": {"nanoseconds": start * 10**9}, **length}}


class Scheduling:
    def __init__(self, *windows: dict[str, Any], down: tuple[int, ...] = (), agents: int = 3,
                 tasks: tuple[dict[str, Any], ...] = ()) -> None:  # fmt: skip
        self.windows = list(windows)
        self.down = [machine(number) for number in down]
        self.agents = [agent(number) for number in range(1, agents + 1)]
        self.tasks = list(tasks)
        self.calls: list[str] = []
        # What happens when a write arrives: before it is done, and after that.
        self.before_write: Callable[[], Any] = lambda: None
        self.after_write: Callable[[], Any] = lambda: None

    def __call__(self, call: dict[str, Any]) -> Answer:
        kind = call["type"]
        reads: dict[str, Any] = {
            "GET_AGENTS": {"agents": self.agents},
            "GET_TASKS": {"tasks": self.tasks},
            "GET_FRAMEWORKS": {"frameworks": [{"framework_info": {"id": {"value": "F1"}, "name": "marathon"}}]},
            "GET_MAINTENANCE_SCHEDULE": {"schedule": {"windows": self.windows} if self.windows else {}},
            "GET_MAINTENANCE_STATUS": {"status": {"down_machines": self.down} if self.down else {}},
        }
        if kind in reads:
            return Answer(200, json.dumps({"type": kind, kind.lower(): reads[kind]}))
        self.calls.append(kind)
        self.before_write()
        refusal = self._done(kind, copy.deepcopy(call[kind.lower()]))
        answer = Answer(400, refusal) if refusal else Answer(200, "")
        self.after_write()
        return answer

    def _done(self, kind: str, content: dict[str, Any]) -> str | None:
        scheduled = [one for each in self.windows for one in each["machine_ids"]]
        if kind == "UPDATE_MAINTENANCE_SCHEDULE":
            windows = content["schedule"].get("windows", [])
            machines = [one for each in windows for one in each["machine_ids"]]
            if twice := [one for one in machines if machines.count(one) > 1]:
                return f"Machine '{twice[0]}' appears more than once in the schedule"
            if lost := [one for one in self.down if one not in machines]:
                return f"Machine '{lost[0]}' is deactivated and cannot be removed from the schedule"
            self.windows = windows
            return None
        for one in content["machines"]:
            if kind == "START_MAINTENANCE" and one not in scheduled:
                return f"Machine '{one}' is not part of a maintenance schedule"
            if kind == "START_MAINTENANCE" and one in self.down:
                return f"Machine '{one}' is not in DRAINING mode and cannot be brought down"
            if kind == "STOP_MAINTENANCE" and one not in self.down:
                return f"Machine '{one}' is not in DOWN mode and cannot be brought up"
        if kind == "START_MAINTENANCE":
            self.down += content["machines"]
            return None
        self.down = [one for one in self.down if one not in content["machines"]]
        for each in self.windows:
            each["machine_ids"] = [one for one in each["machine_ids"] if one not in content["machines"]]
        self.windows = [each for each in self.windows if each["machine_ids"]]
        return None
