# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes a framework that is gone, after the questions that a person would ask: does it run, and what does it run?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .. import agents
from ..errors import CallRefused, InvalidOption, ModifiedConcurrently, NotFound, WriteRefused
from ..operator_api import OperatorApi
from ..single_write import written


@dataclass(frozen=True)
class Framework:
    id: str
    name: str
    # connected, disconnected or recovered; completed once it was removed.
    state: str

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"

    @property
    def shown(self) -> dict[str, str]:
        return {"id": self.id, "name": self.name, "state": self.state}


@dataclass(frozen=True)
class DesiredRemoval:
    """By id or by name. force_connected and max_tasks are what is answered to the questions beforehand."""

    id: str | None = None
    name: str | None = None
    force_connected: bool = False
    max_tasks: int = 0

    def fits(self, framework: Framework) -> bool:
        return self.id in (None, framework.id) and self.name in (None, framework.name)

    def __str__(self) -> str:
        given = {"id": self.id, "name": self.name}
        return " and ".join(f"{key} {value}" for key, value in given.items() if value)


def declared(framework_id: str | None, name: str | None, force_connected: bool, max_tasks: int) -> DesiredRemoval:
    """From the options; an empty name is none."""
    if not framework_id and not name:
        raise InvalidOption("id and name are empty: give one of them, so that it is clear which framework is to go")
    if max_tasks < 0:
        raise InvalidOption(f"max_tasks is {max_tasks}: give the number of tasks that may end, 0 or more")
    return DesiredRemoval(framework_id or None, name or None, force_connected, max_tasks)


def remove(api: OperatorApi, desired: DesiredRemoval, check_mode: bool) -> dict[str, Any]:
    content = api.call("GET_FRAMEWORKS")
    framework = _meant(living(content), desired)
    if framework is None:
        gone = next((one for one in completed(content) if desired.fits(one)), None)
        return _result(gone, [], changed=False)
    tasks = _tasks(api.call("GET_TASKS"), content, framework.id)
    _refuse_harm(framework, tasks, desired)
    if not check_mode:
        _teardown(api, framework)
    return _result(framework, tasks, changed=True)


def living(content: dict[str, Any]) -> list[Framework]:
    """From GET_FRAMEWORKS: those that are registered, and those that only agents know of since a master restarted."""
    found = [_framework(entry, _state(entry)) for entry in content.get("frameworks") or []]
    recovered = [{"framework_info": info} for info in content.get("recovered_frameworks") or []]
    return found + [_framework(entry, "recovered") for entry in recovered]


def completed(content: dict[str, Any]) -> list[Framework]:
    """From GET_FRAMEWORKS: the last ones that were removed, which the leading master remembers."""
    return [_framework(entry, "completed") for entry in content.get("completed_frameworks") or []]


def _framework(entry: dict[str, Any], state: str) -> Framework:
    info = entry["framework_info"]
    return Framework(info["id"]["value"], str(info.get("name") or ""), state)


def _state(entry: dict[str, Any]) -> str:
    if entry.get("recovered"):
        return "recovered"
    return "connected" if entry.get("connected") else "disconnected"


def _meant(frameworks: list[Framework], desired: DesiredRemoval) -> Framework | None:
    found = [one for one in frameworks if desired.fits(one)]
    if len(found) > 1:
        listed = ", ".join(f"{one.id}, {one.state}" for one in found)
        raise NotFound(f"{len(found)} frameworks have the {desired} ({listed}): give the id of the one that is to go")
    return found[0] if found else None


def _tasks(content: dict[str, Any], frameworks: dict[str, Any], framework_id: str) -> list[agents.Task]:
    """All that the teardown ends, also what waits or is on an agent that was lost."""
    kinds = ("pending_tasks", "tasks", "unreachable_tasks")
    entries = [entry for kind in kinds for entry in content.get(kind) or []]
    mine = [entry for entry in entries if entry["framework_id"]["value"] == framework_id]
    return agents.unfinished(mine, frameworks)


def _refuse_harm(framework: Framework, tasks: list[agents.Task], desired: DesiredRemoval) -> None:
    if framework.state == "connected" and not desired.force_connected:
        raise WriteRefused(
            f"The framework {framework} is connected, so its scheduler runs: stop the scheduler first, or set "
            "force_connected. Once removed, it can never register with this id again",
            framework=framework.shown,
        )
    if len(tasks) > desired.max_tasks:
        raise WriteRefused(
            f"The framework {framework} still has {len(tasks)} tasks ({agents.listed(tasks)}), which end with it: end "
            f"them first, or set max_tasks to {len(tasks)} or more (it is {desired.max_tasks})",
            framework=framework.shown,
            tasks=[task.summary for task in tasks],
        )


def _teardown(api: OperatorApi, framework: Framework) -> None:
    def gone() -> bool:
        return framework.id not in {one.id for one in living(api.call("GET_FRAMEWORKS"))}

    try:
        written(api, gone, "TEARDOWN", framework_id={"value": framework.id})
    except CallRefused:
        # Another client, or its own scheduler, was faster.
        if not gone():
            raise
    if not gone():
        raise ModifiedConcurrently(
            f"The framework {framework} is registered again after its teardown: find out what registers it, and run "
            "again",
            framework=framework.shown,
        )


def _result(framework: Framework | None, tasks: list[agents.Task], changed: bool) -> dict[str, Any]:
    shown = {**framework.shown, "state": "completed"} if framework else None
    header = framework.name if framework else "framework"
    before = {"state": framework.state if framework else "absent", "tasks": [task.summary for task in tasks]}
    return {
        "changed": changed,
        "framework": shown,
        "diff": {
            "before": before,
            "after": {"state": "completed" if framework else "absent", "tasks": []},
            "before_header": header,
            "after_header": header,
        },
    }
