# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of the tasks of apps."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from ansible_collections.quorum.mesos.plugins.module_utils.marathon.client_answers import (
    Resource,
    array,
    deployment_id,
    mapping,
    member,
    path_of,
    switched,
)
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.http import Answer


class Killed(NamedTuple):
    """The tasks that were killed and are replaced; where the app is scaled down by them, the deployment instead."""

    tasks: list[dict[str, Any]]
    deployment_id: str | None


class Tasks(Resource):
    def tasks(self, status: str | None = None) -> list[dict[str, Any]]:
        """The tasks of all apps, or only those running or staging; those of pods are not among them."""
        answer = self._need("/v2/tasks", {"status": status} if status else None)
        return array(member(answer, "tasks", "/v2/tasks"), "/v2/tasks")

    def app_tasks(self, app_id: str) -> list[dict[str, Any]] | None:
        path = path_of("apps", app_id, "/tasks")
        answer = self._read(path)
        return None if answer is None else array(member(answer, "tasks", path), path)

    def tasks_below(self, group_id: str) -> list[dict[str, Any]] | None:
        """The tasks of all apps of a group; None where there is no such group."""
        path = path_of("apps", group_id, "/*/tasks")
        answer = self._read(path)
        return None if answer is None else array(member(answer, "tasks", path), path)

    def kill_tasks(self, ids: list[str], scale: bool = False, wipe: bool = False, force: bool = False) -> Killed:
        """Ids that no task has any more are passed over."""
        return self._kill("POST", "/v2/tasks/delete", scale, wipe, force, body={"ids": ids})

    def kill_app_tasks(
        self, app_id: str, host: str | None = None, scale: bool = False, wipe: bool = False, force: bool = False
    ) -> Killed:
        """Those of the app, on one host or on any."""
        path = path_of("apps", app_id, "/tasks")
        return self._kill("DELETE", path, scale, wipe, force, params={} if host is None else {"host": host})

    def kill_app_task(
        self, app_id: str, task_id: str, scale: bool = False, wipe: bool = False, force: bool = False
    ) -> Killed:
        return self._kill("DELETE", path_of("apps", app_id, f"/tasks/{quote(task_id)}"), scale, wipe, force)

    def _kill(
        self,
        method: str,
        path: str,
        scale: bool,
        wipe: bool,
        force: bool,
        params: dict[str, str] | None = None,
        body: Any = None,
    ) -> Killed:
        switches = switched(scale=scale, wipe=wipe, force=force)
        answer = self._write(method, path, {**(params or {}), **switches}, body)
        return Killed([], deployment_id(answer)) if scale else Killed(_killed(answer, path), None)


def _killed(answer: Answer, path: str) -> list[dict[str, Any]]:
    """A list, or the one task where its own path was asked."""
    data = mapping(answer, path)
    return [data["task"]] if "task" in data else array(member(answer, "tasks", path), path)
