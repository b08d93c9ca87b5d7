# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read apps, plan which of their tasks go, stop here in check mode, kill, wait for others in their place, report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from ..api import repeat
from ..api.client import Client
from ..errors import DefinitionError, MarathonError, Overridden, say_written
from ..report import endpoints
from ..wait.app import Waiter
from . import plan as task_plan
from .plan import KillPlan


@dataclass(frozen=True)
class TaskOptions:
    """tasks are ids; app_id means every task of that app, or those on host."""

    app_id: str | None = None
    tasks: tuple[str, ...] | None = None
    host: str | None = None
    scale: bool = False
    wipe: bool = False
    force: bool = False
    wait: bool = True
    wait_timeout: float = 300


class TaskRunner:
    def __init__(
        self,
        client: Client,
        options: TaskOptions,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        progress: Callable[[str], None] | None = None,
    ) -> None:
        if options.scale and options.wipe:
            raise DefinitionError(
                "scale and wipe exclude each other on Marathon: scale first, or wipe and let the task be replaced"
            )
        self._client = client
        self._options = options
        self._clock = clock
        self._sleep = sleep
        self._progress = progress
        own = (options.app_id,) if options.app_id is not None else map(task_plan.app_of, options.tasks or ())
        self._app_ids = sorted(set(own))

    def run(self, check_mode: bool) -> dict[str, Any]:
        apps = self._read()
        plan = self._plan(apps)
        result = self._described(plan)
        if check_mode:
            return self._reported(result, apps)
        deployment_id = self._apply(plan) if plan.changed else None
        if deployment_id is not None:
            result["deployment_id"] = deployment_id
        if self._options.wait:
            try:
                apps = self._wait(plan, apps, deployment_id)
            except MarathonError as error:
                if plan.changed:
                    say_written(error, [deployment_id] if deployment_id else [], "The kill")
                error.facts = {**result, **error.facts}
                raise
        return self._reported(result, apps)

    def _read(self) -> dict[str, dict[str, Any]]:
        """Without those that do not exist: their tasks are gone. An app that was named has to be there."""
        found = {app_id: self._client.app(app_id) for app_id in self._app_ids}
        if self._options.app_id is not None and found[self._options.app_id] is None:
            raise DefinitionError(f"id {self._options.app_id}: there is no such app on Marathon, so nothing was killed")
        return {app_id: app for app_id, app in found.items() if app is not None}

    def _plan(self, apps: dict[str, dict[str, Any]]) -> KillPlan:
        return task_plan.plan(apps.values(), self._options.tasks, self._options.host, self._options.scale)

    def _apply(self, plan: KillPlan) -> str | None:
        """The deployment, where the apps are scaled. By ids in every case: what starts meanwhile is not killed."""
        return repeat.written(self._kill, plan.ids, lambda ids: self._left(plan, ids) or None, self._sleep)

    def _kill(self, ids: list[str]) -> str | None:
        options = self._options
        force = options.scale and options.force
        return self._client.kill_tasks(ids, options.scale, options.wipe, force, tuple(self._app_ids)).deployment_id

    def _left(self, plan: KillPlan, ids: list[str]) -> list[str]:
        apps = self._read()
        if not self._options.scale:
            again = task_plan.plan(apps.values(), tuple(ids))
            return again.ids
        # A task that is being killed still counts where Marathon scales, so the number of instances tells.
        wanted = {app_id: app["instances"] for app_id, app in apps.items() if app_id in plan.before}
        if wanted == {app_id: before["instances"] for app_id, before in plan.before.items()}:
            return ids
        if wanted == {app_id: plan.instances[app_id] for app_id in plan.before}:
            return []
        raise Overridden(
            "Marathon gave no answer to the kill, and the number of instances is neither what it was nor what it was "
            f"to be ({', '.join(f'{app_id}: {number}' for app_id, number in sorted(wanted.items()))}): these apps "
            "are scaled concurrently; look at them and run again"
        )

    def _wait(
        self, plan: KillPlan, apps: dict[str, dict[str, Any]], deployment_id: str | None
    ) -> dict[str, dict[str, Any]]:
        """All of them within the one time. What was read before a kill is not what is waited for."""
        end = self._clock() + self._options.wait_timeout
        seen = {}
        for app_id in sorted(apps):
            left = max(0.0, end - self._clock())
            seen[app_id] = Waiter(self._client, left, self._clock, self._sleep, self._progress).until_deployed(
                app_id,
                matches=lambda app: not self._options.scale or app["instances"] == plan.instances[app["id"]],
                known=None if plan.changed else apps[app_id],
                deployment_id=deployment_id,
                forced=self._options.force and deployment_id is not None,
                replaced=plan.ending,
            )
        return seen

    def _described(self, plan: KillPlan) -> dict[str, Any]:
        return {
            "changed": plan.changed,
            "killed": [_task(task) for task in plan.kills],
            "missing": list(plan.missing),
            "instances": plan.instances,
            "diff": {"before": plan.before, "after": plan.after},
        }

    def _reported(self, result: dict[str, Any], apps: dict[str, dict[str, Any]]) -> dict[str, Any]:
        tasks = [_task(task) for app_id in sorted(apps) for task in apps[app_id].get("tasks") or []]
        return {**result, "tasks": tasks, "requests": self._client.requests}


def _task(task: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": task["id"],
        "app": task.get("appId"),
        "host": task.get("host"),
        "ports": task.get("ports") or [],
        "state": endpoints.state(task),
    }
