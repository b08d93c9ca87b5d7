# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The endpoints of the tasks of apps."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import quote

from .http import MarathonAnswer
from .resource import Resource, deployment_id, listed, mapping, path_of, switched


class Killed(NamedTuple):
    """The tasks that were killed and are replaced; where the app is scaled down by them, the deployment instead."""

    tasks: list[dict[str, Any]]
    deployment_id: str | None


class Tasks(Resource):
    def tasks(self, status: str | None = None) -> list[dict[str, Any]]:
        """The tasks of all apps, or only those running or staging; those of pods are not among them."""
        answer = self._need("/v2/tasks", {"status": status} if status else None)
        return listed(answer, "tasks")

    def app_tasks(self, app_id: str) -> list[dict[str, Any]] | None:
        answer = self._read(path_of("apps", app_id, "/tasks"), name=app_id)
        return None if answer is None else listed(answer, "tasks")

    def tasks_below(self, group_id: str) -> list[dict[str, Any]] | None:
        """The tasks of all apps of a group; None where there is no such group."""
        answer = self._read(path_of("apps", group_id, "/*/tasks"), name=group_id)
        return None if answer is None else listed(answer, "tasks")

    def kill_tasks(
        self,
        ids: list[str],
        scale: bool = False,
        wipe: bool = False,
        force: bool = False,
        app_ids: tuple[str, ...] = (),
    ) -> Killed:
        """Ids that no task has any more are passed over; app_ids are the apps that they are of."""
        names = (*ids, *app_ids)
        return self._kill("POST", "/v2/tasks/delete", scale, wipe, force, names=names, body={"ids": ids})

    def kill_app_tasks(
        self, app_id: str, host: str | None = None, scale: bool = False, wipe: bool = False, force: bool = False
    ) -> Killed:
        """Those of the app, on one host or on any."""
        path = path_of("apps", app_id, "/tasks")
        params = {} if host is None else {"host": host}
        return self._kill("DELETE", path, scale, wipe, force, names=(app_id,), params=params)

    def kill_app_task(
        self, app_id: str, task_id: str, scale: bool = False, wipe: bool = False, force: bool = False
    ) -> Killed:
        path = path_of("apps", app_id, f"/tasks/{quote(task_id)}")
        return self._kill("DELETE", path, scale, wipe, force, names=(app_id, task_id))

    def _kill(
        self,
        method: str,
        path: str,
        scale: bool,
        wipe: bool,
        force: bool,
        names: tuple[str, ...],
        params: dict[str, str] | None = None,
        body: Any = None,
    ) -> Killed:
        switches = switched(scale=scale, wipe=wipe, force=force)
        answer = self._write(method, path, {**(params or {}), **switches}, body, names=names)
        return Killed([], deployment_id(answer)) if scale else Killed(_killed(answer), None)


def _killed(answer: MarathonAnswer) -> list[dict[str, Any]]:
    """A list, or the one task where its own path was asked."""
    data = mapping(answer)
    return [data["task"]] if "task" in data else listed(answer, "tasks")
