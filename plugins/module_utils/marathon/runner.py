# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, plan, stop here in check mode, apply, wait, report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import (
    fields,
    normalise,
    planner,
    secrets,
    values,
)
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import (
    DefinitionError,
    MarathonError,
    WriteUncertain,
)
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.planner import Plan, Wanted
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.waiter import Waiter

_WRITE_REPEATS = 2
_PAUSE_BEFORE_REPEAT = 1.0


@dataclass(frozen=True)
class Options:
    present: bool = True
    app_id: str | None = None
    definition: dict[str, Any] | None = None
    instances: int | None = None
    merge: bool = False
    ignored: tuple[str, ...] = ()
    secret_names: tuple[str, ...] = ()
    force: bool = False
    wait: bool = True


class Runner:
    def __init__(
        self,
        client: Client,
        waiter: Waiter,
        options: Options,
        sleep: Callable[[float], None],
        warn: Callable[[str], None],
    ) -> None:
        planner.check_ignored(options.ignored)
        self._client = client
        self._waiter = waiter
        self._options = options
        self._sleep = sleep
        self._warn = warn
        self._app_id = _app_id(options)
        self._wanted = _wanted(options, self._app_id) if options.present else None
        self._release = fields.NEWEST

    def run(self, check_mode: bool) -> dict[str, Any]:
        current = self._client.app(self._app_id)
        plan = self._plan(current)
        writes = bool(plan.request and plan.request.body is not None)
        if writes or (self._wanted and current and not normalise.tells_release(current)):
            # Defaults differ between releases; a write, or an answer of an older one, makes it worth a request.
            self._release = self._client.release()
            plan = self._plan(current)
        self._warn_of_losses(plan)
        result = self._described(plan)
        if check_mode:
            return self._reported(result, plan, None if plan.changed else current)
        deployment_id = self._apply(plan) if plan.changed else None
        if deployment_id:
            result["deployment_id"] = deployment_id
        seen = None if plan.changed else current
        if self._options.wait:
            try:
                seen = self._wait(plan, seen, deployment_id)
            except MarathonError as error:
                error.facts = {**result, **error.facts}
                raise
        return self._reported(result, plan, seen)

    def _plan(self, current: dict[str, Any] | None) -> Plan:
        if self._wanted is None:
            return planner.plan_absent(self._app_id, current, self._release)
        if current is None and self._options.definition is None:
            raise DefinitionError(
                f"{self._app_id} does not exist, so it cannot be scaled: give definition or src to create it"
            )
        return planner.plan_present(self._wanted, current, self._release)

    def _warn_of_losses(self, plan: Plan) -> None:
        for sentence in normalise.unknown_fields(self._options.definition or {}):
            self._warn(sentence)
        if plan.drops_port_mappings:
            self._warn(
                f"{self._app_id} uses host networking, for which Marathon ignores the declared port mappings; declare "
                "networks with the mode container/bridge, or portDefinitions instead"
            )

    def _apply(self, plan: Plan) -> str | None:
        """The deployment, if it is known. A write without an answer is repeated only if a read shows it is not done."""
        for _repeat in range(_WRITE_REPEATS):
            try:
                return self._send(plan)
            except WriteUncertain:
                self._sleep(_PAUSE_BEFORE_REPEAT)
                plan = self._plan(self._client.app(self._app_id))
                if not plan.changed:
                    return None
        return self._send(plan)

    def _send(self, plan: Plan) -> str | None:
        request, force = plan.request, self._options.force
        if request.method == "DELETE":
            return self._client.delete_app(self._app_id, force)
        if request.method == "POST":
            return self._client.post_app(request.body, force)
        return self._client.put_app(self._app_id, request.body, request.partial, force)

    def _wait(self, plan: Plan, known: dict[str, Any] | None, deployment_id: str | None) -> dict[str, Any] | None:
        if self._wanted is None:
            if plan.changed:
                self._waiter.until_gone(self._app_id)
            return None
        return self._waiter.until_deployed(
            self._app_id,
            matches=lambda app: not self._plan(app).changed,
            known=known,
            deployment_id=deployment_id,
            forced=self._options.force and plan.changed,
        )

    def _described(self, plan: Plan) -> dict[str, Any]:
        before = secrets.mask(plan.before or {}, self._options.secret_names)
        after = secrets.mask(plan.after or {}, self._options.secret_names, plan.before)
        return {
            "changed": plan.changed,
            "action": plan.action,
            "restarts": plan.restarts,
            "diff": {
                "before": before,
                "after": after,
                "before_header": self._app_id,
                "after_header": self._app_id,
            },
        }

    def _reported(self, result: dict[str, Any], plan: Plan, seen: dict[str, Any] | None) -> dict[str, Any]:
        """The result with what Marathon said last or, where nothing was read after the plan, with what is planned."""
        app = plan.after if seen is None else normalise.canonical(seen, self._release)
        tasks = [_task(task) for task in (seen or {}).get("tasks", [])]
        return {
            **result,
            "app": secrets.mask(app, self._options.secret_names),
            "tasks": tasks,
            "endpoints": sorted(f"{task['host']}:{port}" for task in tasks for port in task["ports"]),
            "requests": self._client.requests,
        }


def _app_id(options: Options) -> str:
    declared = (options.definition or {}).get("id")
    if options.app_id is None and declared is None:
        raise DefinitionError("the app has no id: give the option id or an id in the definition")
    return values.absolute_id(declared if options.app_id is None else options.app_id)


def _wanted(options: Options, app_id: str) -> Wanted:
    if options.definition is None and options.instances is None:
        raise DefinitionError(f"there is nothing to do to {app_id}: give definition, src or instances")
    app = normalise.declared({**(options.definition or {}), "id": app_id})
    if options.instances is not None:
        app["instances"] = options.instances
    return Wanted(app, merge=options.merge or options.definition is None, ignored=options.ignored)


def _task(task: dict[str, Any]) -> dict[str, Any]:
    results = task.get("healthCheckResults", [])
    described = {
        "id": task.get("id"),
        "host": task.get("host"),
        "state": task.get("state"),
        "ports": task.get("ports", []),
        "version": task.get("version"),
    }
    if results:
        described["healthy"] = all(result.get("alive") for result in results)
    return described
