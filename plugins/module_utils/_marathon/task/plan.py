# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tasks are to be killed, out of apps as GET returns them with their tasks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterable

from ..errors import DefinitionError
from ..report import endpoints

# Of Marathon 1.4 and newer, and of older ones. No id of an app holds the underscore that stands for its slashes.
_INSTANCE = re.compile(r"(?P<app>.+)\.(?:instance-|marathon-)[^.]+(?:\.(?P<container>[^.]+)(?:\.\d+)?)?")
_OLD_TASK = re.compile(r"(?P<app>.+)\.[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_APP_CONTAINER = "_app"

# They need no kill: it was sent already, or there is nothing left of them.
_ENDING = ("TASK_KILLING", "TASK_KILLED", "TASK_FINISHED", "TASK_FAILED", "TASK_ERROR", "TASK_GONE", "TASK_DROPPED")


@dataclass(frozen=True)
class KillPlan:
    """before and after tell what is wanted of the apps that lose tasks; ending are the ids of all that have to go."""

    kills: tuple[dict[str, Any], ...]
    ending: frozenset[str]
    missing: tuple[str, ...]
    instances: dict[str, int]
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def changed(self) -> bool:
        return bool(self.kills)

    @property
    def ids(self) -> list[str]:
        return [task["id"] for task in self.kills]


def app_of(task_id: str) -> str:
    """The id of the app, which is the first part of the id of its task."""
    found = _INSTANCE.fullmatch(task_id)
    if found is None:
        found = _OLD_TASK.fullmatch(task_id)
        if found is None:
            raise DefinitionError(
                f"tasks: {task_id!r} is not the id of a task, which looks like "
                "shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1"
            )
    elif found["container"] is None:
        raise DefinitionError(
            f"tasks: {task_id!r} is the id of an instance: give that of its task, which has ._app.1 behind it"
        )
    elif found["container"] != _APP_CONTAINER:
        raise DefinitionError(
            f"tasks: {task_id!r} belongs to a pod, whose containers are not killed one by one: give tasks of apps"
        )
    return "/" + found["app"].replace("_", "/")


def plan(
    apps: Iterable[dict[str, Any]], ids: tuple[str, ...] | None = None, host: str | None = None, scale: bool = False
) -> KillPlan:
    """ids None means every task of the apps. An id that no task has is missing, which is no fault."""
    kills, ending, seen = [], [], set()
    instances, before, after = {}, {}, {}
    for app in sorted(apps, key=lambda one: one["id"]):
        chosen = [task for task in app.get("tasks") or [] if _is_chosen(task, ids, host)]
        seen.update(task["id"] for task in chosen)
        ending += [task["id"] for task in chosen]
        own = [task for task in chosen if endpoints.state(task) not in _ENDING]
        kills += own
        instances[app["id"]] = max(0, app["instances"] - len(own)) if scale else app["instances"]
        if own:
            gone = {task["id"] for task in own}
            stay = [task for task in app["tasks"] if task["id"] not in gone]
            before[app["id"]] = _described(app["instances"], app["tasks"])
            after[app["id"]] = _described(instances[app["id"]], stay)
    missing = tuple(task_id for task_id in dict.fromkeys(ids or ()) if task_id not in seen)
    return KillPlan(tuple(kills), frozenset(ending), missing, instances, before, after)


def _is_chosen(task: dict[str, Any], ids: tuple[str, ...] | None, host: str | None) -> bool:
    return (ids is None or task["id"] in ids) and host in (None, task.get("host"))


def _described(instances: int, tasks: list[dict[str, Any]]) -> dict[str, Any]:
    return {"instances": instances, "tasks": sorted(f"{task['id']} on {task.get('host')}" for task in tasks)}
