# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How the last instance of a pod ended, from the terminationHistory of its status.

Marathon 1.11 gives one entry at most, of the last failed task, whose words are its message: its only container has an
id and a state, and no termination (AppInfoBaseData.scala). It has none once the instance is replaced.
"""

from __future__ import annotations

import re
from typing import Any

from ..timestamps import to_milliseconds

_NAME = re.compile(r"(?P<instance>\.instance-[^.]+)\.(?P<name>[^.]+)(?P<number>\.\d+)?$")
_FAILED = ("TASK_FAILED", "TASK_ERROR", "TASK_LOST", "TASK_GONE", "TASK_DROPPED", "TASK_UNKNOWN")


def last_entry(status: dict[str, Any]) -> dict[str, Any] | None:
    """The newest entry, unless it is older than the definition."""
    since = to_milliseconds(status["spec"].get("version", ""))
    history = [
        one for one in status.get("terminationHistory") or [] if to_milliseconds(one.get("terminatedAt", "~")) >= since
    ]
    return max(history, key=lambda one: str(one.get("terminatedAt", "")), default=None)


def culprit(entry: dict[str, Any]) -> dict[str, Any] | None:
    """The container that ended the instance: the one that failed, or the only one."""
    containers = entry.get("containers") or []
    failed = [one for one in containers if _state(one) in _FAILED]
    exited = [one for one in containers if (one.get("termination") or {}).get("exitCode")]
    found = failed or exited or (containers if len(containers) == 1 else [])
    return found[0] if found else None


def name_of(container: dict[str, Any]) -> str:
    """The name of a container in the definition, out of the id of its task."""
    container_id = str(container.get("containerId") or "")
    found = _NAME.search(container_id)
    return found["name"] if found else container_id or "a container"


def attempt(task_id: str) -> str:
    """The same for all containers of one start of an instance, whose number counts its starts."""
    return _NAME.sub(r"\g<instance>\g<number>", task_id)


def latest(status: dict[str, Any]) -> dict[str, Any] | None:
    """The last end in the form of an app's lastTaskFailure."""
    entry = last_entry(status)
    container = None if entry is None else culprit(entry)
    if entry is None or container is None:
        return None
    return {
        "taskId": container.get("containerId"),
        "attempt": attempt(str(container.get("containerId"))),
        "timestamp": entry.get("terminatedAt"),
        "state": container.get("lastKnownState"),
        "message": (container.get("termination") or {}).get("message") or entry.get("message"),
    }


def _state(container: dict[str, Any]) -> str:
    # Its form is that of a name of Mesos, or of the enumeration in Marathon.
    state = str(container.get("lastKnownState") or "").upper()
    return state if state.startswith("TASK_") else f"TASK_{state}"
