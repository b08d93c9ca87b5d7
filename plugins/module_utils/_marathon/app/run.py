# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One app: read, plan, stop here in check mode, apply, wait, take back what failed if that is wanted, report."""

from __future__ import annotations

from typing import Any, Callable

from ..._words import ended
from .. import likely_secrets
from ..api import repeat
from ..api.client import Client
from ..check import dependencies, locks
from ..definition import app as app_definition
from ..definition import app_fields
from ..diagnose import held_resources, stability
from ..errors import Conflict, Invalid, MarathonError, Overridden, Unreachable, WaitFailed, say_written
from ..plan import app as app_plan
from ..plan import ignored, losses
from ..plan.app import Plan, Wanted
from ..report import answer
from ..wait.app import Waiter
from . import report as app_report
from .check import AppCheck
from .desired import SUSPENDED, AppOptions, Desired
from .rollback import Rollback

# Of the versions that Marathon keeps, as many are looked through for the number of instances of a suspended app.
_VERSIONS_LOOKED_AT = 10


class AppRunner:
    def __init__(
        self,
        client: Client,
        waiter: Waiter,
        options: AppOptions,
        sleep: Callable[[float], None],
        warn: Callable[[str], None],
    ) -> None:
        self._client = client
        self._waiter = waiter
        self._options = options
        self._sleep = sleep
        self._warn = warn
        self._desired = Desired(options)
        self._app_id = self._desired.app_id
        self._release = app_fields.NEWEST
        self._told: list[str] = []
        self._check = AppCheck(client, warn, options.force)

    def run(self, check_mode: bool) -> dict[str, Any]:
        current = self._client.app(self._app_id)
        plan = self._desired.plan(current, self._release)
        writes = bool(plan.request and plan.request.body is not None)
        if writes or (current and not self._desired.removes and not app_definition.tells_release(current)):
            # Defaults differ between releases; a write, or an answer of an older one, makes it worth a request.
            self._release = self._client.release()
            plan = self._desired.plan(current, self._release)
        self._warn_of_losses(plan, current)
        result = app_report.of_plan(plan, self._options.secret_names)
        if self._options.state == SUSPENDED:
            result["resume_instances"] = self._instances_once(current)
        seen = None if plan.changed else current
        if plan.changed and current is not None and not self._options.force:
            locks.refuse_held(self._client, [current])
        self._check.refuse(plan, current, self._release, check_mode)
        if not check_mode:
            if plan.carried:
                current = self._client.app(self._app_id)
                plan = self._desired.plan(current, self._release)
                result.update(app_report.of_plan(plan, self._options.secret_names))
            deployment_id = self._apply(plan, current) if plan.changed else None
            if deployment_id:
                result["deployment_id"] = deployment_id
            if self._options.wait:
                seen = self._waited(plan, current, deployment_id, result)
            self._compare(plan, seen)
        return {
            **result,
            **app_report.of_outcome(plan, seen, self._release, self._options.secret_names),
            "msg": self._answer(plan, seen, result, check_mode),
            "requests": self._client.requests,
        }

    def _warn_of_losses(self, plan: Plan, current: dict[str, Any] | None) -> None:
        for sentence in app_definition.unknown_fields(self._options.definition or {}):
            self._warn(sentence)
        self._tell(likely_secrets.unmatched(self._options.secret_names, self._options.definition, current))
        self._tell(dependencies.unmet(self._client, self._app_id, _dependencies(plan, self._desired.declared)))
        if self._desired.declared is not None:
            self._tell(ignored.told_of_keys(self._options.ignored, [self._desired.declared.app, current]))
        if plan.carried:
            self._warn(ignored.told_of_carried(self._app_id, plan.carried))
        if self._desired.declared is not None:
            self._tell(losses.told(self._desired.declared, plan, current))

    def _compare(self, plan: Plan, seen: dict[str, Any] | None) -> None:
        """What was written with what is stored, which a read is worth where Marathon is known to drop something."""
        declared = self._desired.declared
        if declared is None or not plan.changed:
            return
        if seen is None and losses.is_doubtful(declared):
            try:
                seen = self._client.app(self._app_id)
            except MarathonError as error:
                # The change is done, which a failure here would not tell.
                self._warn(f"{self._app_id} was written, but what Marathon stored of it could not be read: {error}")
        if seen is not None:
            self._tell(losses.compared(declared, app_definition.canonical(seen, self._release)))

    def _tell(self, sentences: list[str]) -> None:
        for sentence in sentences:
            if sentence not in self._told:
                self._told.append(sentence)
                self._warn(sentence)

    def _instances_once(self, current: dict[str, Any] | None) -> int | None:
        """What a suspended app runs again with: this collection keeps nothing, but Marathon keeps versions."""
        instances = self._desired.resumed(current)
        if instances is not None or current is None:
            return instances
        for version in (self._client.app_versions(self._app_id) or [])[:_VERSIONS_LOOKED_AT]:
            app = self._client.app_version(self._app_id, version) or {}
            if app.get("instances"):
                return app["instances"]
        return None

    def _answer(self, plan: Plan, seen: dict[str, Any] | None, result: dict[str, Any], check_mode: bool) -> str:
        if check_mode:
            return answer.plan({self._app_id: plan.action}, int(plan.restarts), about=self._app_id)
        if "resume_instances" in result:
            instances = result["resume_instances"]
            number = "a number of instances" if instances is None else f"instances={instances}"
            return f"{self._app_id} is suspended; state=present with {number} starts it again"
        if plan.changed and not self._options.wait:
            return answer.not_waited(self._app_id, plan.action, filter(None, [result.get("deployment_id")]))
        if seen is None:
            return answer.of_nothing(self._app_id, self._waiter.took() if plan.changed else None)
        if plan.changed:
            return answer.of_app(seen, self._waiter.took())
        return f"{answer.of_app(seen)}; nothing to change"

    def _apply(self, plan: Plan, current: dict[str, Any] | None) -> str | None:
        """The deployment, if it is known."""
        try:
            return repeat.written(self._send, plan, lambda _plan: self._left(current), self._sleep)
        except (Conflict, Invalid) as error:
            self._check.explain(error, plan, current, self._release)
            raise

    def _left(self, current: dict[str, Any] | None) -> Plan | None:
        plan = self._desired.plan_again(current, self._client.app(self._app_id), self._release)
        return plan if plan.changed else None

    def _send(self, plan: Plan) -> str | None:
        request, force = plan.request, self._options.force
        if plan.action == app_plan.RESTARTED:
            return self._client.restart_app(self._app_id, force)
        if request.method == "DELETE":
            return self._client.delete_app(self._app_id, force)
        if request.method == "POST":
            return self._client.post_app(request.body, force)
        return self._client.put_app(self._app_id, request.body, request.partial, force)

    def _waited(
        self, plan: Plan, current: dict[str, Any] | None, deployment_id: str | None, result: dict[str, Any]
    ) -> dict[str, Any] | None:
        try:
            return self._wait(plan, current, deployment_id)
        except MarathonError as error:
            # Whatever it was: the change has been made.
            error.facts = {**app_report.of_failure(result), **error.facts}
            if plan.changed:
                say_written(error, [deployment_id] if deployment_id else [])
            failed = isinstance(error, (WaitFailed, Unreachable))
            if failed and plan.changed and self._options.rollback and not self._desired.removes:
                raise self._taken_back(error, current, deployment_id) from error
            raise

    def _wait(self, plan: Plan, current: dict[str, Any] | None, deployment_id: str | None) -> dict[str, Any] | None:
        if self._desired.removes:
            if plan.changed:
                self._waiter.until_gone(self._app_id)
            return None
        restarted = plan.action == app_plan.RESTARTED
        return self._waiter.until_deployed(
            self._app_id,
            matches=lambda app: self._desired.reached(current, app, self._release),
            known=None if plan.changed else current,
            deployment_id=deployment_id,
            forced=self._options.force and plan.changed,
            healthy=self._options.healthy,
            replaced=frozenset(task["id"] for task in current.get("tasks") or []) if restarted else frozenset(),
            healthy_for=self._options.healthy_for,
            before=stability.task_ids(current),
        )

    def _taken_back(
        self, error: MarathonError, current: dict[str, Any] | None, deployment_id: str | None
    ) -> MarathonError:
        if isinstance(error, Overridden):
            # What is there now is not what was deployed, and not ours to take back.
            nothing = {"action": "none", "deployment_id": None, "confirmed": False}
            return type(error)(f"{ended(error)} Nothing was rolled back", **{**error.facts, "rollback": nothing})
        held = error.facts.get("held_by")
        hangs = ""
        if held and current is not None and held_resources.keeps_old(current):
            # For the old definition, which gets a new version, Marathon replaces the old instances too.
            hangs = (
                f"A rollback replaces the app's own instance on {', '.join(held)} too and needs what that holds, so it "
                "is likely to hang the same way; the instance keeps running meanwhile"
            )
            self._waiter.announce(f"{self._app_id}: {hangs}")
            hangs = f"{hangs}. "
        rollback = Rollback(
            self._client,
            self._waiter,
            self._sleep,
            self._app_id,
            current,
            lambda app: self._desired.reached(current, app, self._release),
            self._release,
        )
        sentence, facts = rollback.run(deployment_id)
        return type(error)(f"{ended(error)} {hangs}{sentence}", **{**error.facts, "rollback": facts})


def _dependencies(plan: Plan, declared: Wanted | None) -> list[str]:
    """Those that the definition names; others of the app are not its word."""
    return [] if declared is None or plan.after is None else declared.app.get("dependencies", [])
