# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: whether the tasks of a service are what its specification wants, as one look shows it."""

from __future__ import annotations

import typing as t

from . import spec as specs

RUNNING, COMPLETE = "running", "complete"
# An update that has stopped by itself, and will not go on.
STOPPED = ("paused", "rollback_paused", "rollback_completed")
_ON_ITS_WAY = ("updating", "rollback_started")
_ENDED = ("failed", "rejected")

DONE, WAITING, FAILED = "done", "waiting", "failed"


class Look(t.NamedTuple):
    """What is seen of a service at one moment."""

    state: str
    line: str
    # The tasks that count, to see whether they stay the same.
    tasks: tuple[str, ...]


def look(service: t.Mapping[str, t.Any], tasks: t.Sequence[t.Mapping[str, t.Any]], nodes: int) -> Look:
    """``nodes`` is how many could run a task; it counts only for a service with a task on each."""
    spec = service["Spec"]
    mine = current(service, tasks)
    wanted = specs.replicas(spec)
    if wanted is None:
        wanted = len([task for task in mine if task.get("DesiredState") in (RUNNING, COMPLETE)]) or nodes
    goal = COMPLETE if specs.is_job(spec) else RUNNING
    there = sorted(
        task["ID"] for task in mine if _state(task) == goal and (goal == COMPLETE or task["DesiredState"] == RUNNING)
    )
    older = [task for task in tasks if task not in mine and task.get("DesiredState") == RUNNING]
    update = service.get("UpdateStatus") or {}
    state = str(update.get("State") or "")
    line = "%d of %d tasks %s" % (len(there), wanted, "have ended well" if goal == COMPLETE else "run")
    if older:
        line += ", %d of the version before" % len(older)
    if state in STOPPED or state in _ON_ITS_WAY:
        line += "; the update is %s" % state.replace("_", " ")
    if state in STOPPED:
        return Look(FAILED, line, tuple(there))
    done = len(there) == wanted and not older and state not in _ON_ITS_WAY
    return Look(DONE if done else WAITING, line, tuple(there))


def current(service: t.Mapping[str, t.Any], tasks: t.Sequence[t.Mapping[str, t.Any]]) -> list[t.Mapping[str, t.Any]]:
    """The tasks that were made from the specification as it is now."""
    template = service["Spec"]["TaskTemplate"]
    return [task for task in tasks if specs.same_tasks(task.get("Spec") or {}, template)]


def ended(service: t.Mapping[str, t.Any], tasks: t.Sequence[t.Mapping[str, t.Any]]) -> list[t.Mapping[str, t.Any]]:
    """Those of them that did not stay, the last one first."""
    found = [task for task in current(service, tasks) if _state(task) in _ENDED]
    return sorted(found, key=lambda task: str(task["Status"].get("Timestamp", "")), reverse=True)


def unfinished(service: t.Mapping[str, t.Any], tasks: t.Sequence[t.Mapping[str, t.Any]]) -> list[t.Mapping[str, t.Any]]:
    """Those that are wanted and do not run yet."""
    return [
        task
        for task in current(service, tasks)
        if task.get("DesiredState") in (RUNNING, COMPLETE, "ready") and _state(task) not in (RUNNING, COMPLETE, *_ENDED)
    ]


def _state(task: t.Mapping[str, t.Any]) -> str:
    return str((task.get("Status") or {}).get("State") or "new")
