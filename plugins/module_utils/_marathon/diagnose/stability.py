# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which instances come and go during a wait, and whether those that run have stayed up long enough to be believed.

A deployment of Marathon is over as soon as an instance without health checks runs, however short it does so.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Callable

from ..timestamps import to_milliseconds

# Seconds for an app without health checks, where none are given.
WITHOUT_CHECKS = 3.0
_LONGEST_PAUSE = 1.5
_LEAVING = ("TASK_KILLING", "TASK_UNREACHABLE")


@dataclass
class Endings:
    """How many instances ended by themselves, or were killed as unhealthy, and the last of them."""

    count: int = 0
    last: dict[str, Any] | None = None


@dataclass
class _History:
    failure: Any = None
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    up_since: dict[str, float] = field(default_factory=dict)
    ended: dict[str, dict[str, Any]] = field(default_factory=dict)


class Stay:
    """before are the ids of the tasks from before the change, whose own start is believed."""

    def __init__(
        self,
        healthy_for: float | None,
        timeout: float,
        before: frozenset[str] = frozenset(),
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._healthy_for = healthy_for
        self._without_checks = min(WITHOUT_CHECKS, timeout / 2)
        self._before = before
        self._wall = wall
        self._apps: dict[str, _History] = {}

    def see(self, app: dict[str, Any], now: float) -> None:
        """app is what GET returns with its tasks, now the time of the wait's clock."""
        failure = app.get("lastTaskFailure") or {}
        known = self._apps.get(app["id"])
        # What failed before the first look is not counted.
        history = known or self._apps.setdefault(app["id"], _History(failure.get("timestamp")))
        changed_at = (app.get("versionInfo") or {}).get("lastConfigChangeAt", "")
        current = {
            str(task.get("id")): task
            for task in app.get("tasks") or []
            if str(task.get("version", changed_at)) >= changed_at
        }
        for task_id, task in history.tasks.items():
            if task_id not in current and task.get("state") not in _LEAVING:
                history.ended.setdefault(task_id, task)
        if failure.get("timestamp") != history.failure and str(failure.get("version", changed_at)) >= changed_at:
            history.failure = failure.get("timestamp")
            task_id = str(failure.get("taskId"))
            # The last one goes to the end.
            seen = history.ended.pop(task_id, None) or history.tasks.get(task_id) or current.get(task_id) or {}
            history.ended[task_id] = {**seen, **failure, "id": task_id}
        history.tasks = current
        running = {str(task.get("id")): task for task in app.get("tasks") or [] if _runs(task)}
        history.up_since = {
            task_id: history.up_since.get(task_id, now - self._age(task_id, task)) for task_id, task in running.items()
        }

    def remaining(self, app: dict[str, Any], now: float) -> float:
        """Seconds until all running instances of an app that see() was shown have stayed up; 0 if they have."""
        seconds = self._seconds(app)
        since = self._apps[app["id"]].up_since.values()
        return max(0.0, *(seconds - (now - start) for start in since)) if since and seconds else 0.0

    def pause(self, remaining: float) -> float:
        """Until the next look, at an instance that may end."""
        return min(remaining, _LONGEST_PAUSE)

    def endings(self, app_id: str) -> Endings:
        ended = list((self._apps.get(app_id) or _History()).ended.values())
        # The containers of an instance of a pod end together.
        attempts = {task.get("attempt") or task.get("id") for task in ended}
        return Endings(len(attempts), ended[-1] if ended else None)

    def _seconds(self, app: dict[str, Any]) -> float:
        if self._healthy_for is not None:
            return self._healthy_for
        return 0.0 if app.get("healthChecks") else self._without_checks

    def _age(self, task_id: str, task: dict[str, Any]) -> float:
        """Of what was there before, by the clock of this host, which is wrong by little; what is new begins now."""
        if task_id not in self._before:
            return 0.0
        started = _seconds_of(task.get("startedAt"))
        return float("inf") if started is None else max(0.0, self._wall() - started)


def task_ids(*apps: dict[str, Any] | None) -> frozenset[str]:
    return frozenset(str(task.get("id")) for app in apps if app for task in app.get("tasks") or [])


def _runs(task: dict[str, Any]) -> bool:
    # Old releases tell no state.
    return task.get("state", "TASK_RUNNING") == "TASK_RUNNING"


def _seconds_of(timestamp: Any) -> float | None:
    try:
        return datetime.fromisoformat(to_milliseconds(timestamp).replace("Z", "+00:00")).timestamp()
    except ValueError:
        return None
