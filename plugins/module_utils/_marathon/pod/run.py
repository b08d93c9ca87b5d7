# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read, plan, stop here in check mode, apply, wait, report: for one pod."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from .. import likely_secrets, secrets
from ..api import repeat
from ..api.client import Client
from ..definition import app_fields, values
from ..definition import pod as pod_definition
from ..errors import (
    Conflict,
    DefinitionError,
    Invalid,
    MarathonError,
    Overridden,
    Unexpected,
    Unreachable,
    WaitFailed,
    refuse_unknown,
    say_written,
)
from ..plan import ignored, merging
from ..plan import pod as pod_plan
from ..plan.pod import PodPlan, WantedPod
from ..report import answer, pod_instances
from ..wait.pod import PodWaiter
from .check import PodCheck
from .rollback import rolled_back

PRESENT, ABSENT, SUSPENDED = "present", "absent", "suspended"
LEAVE, ROLLBACK = "leave", "rollback"

_FIRST_WITH_PODS = (1, 4)


@dataclass(frozen=True)
class PodOptions:
    state: str = PRESENT
    pod_id: str | None = None
    definition: dict[str, Any] | None = None
    instances: int | None = None
    merge: bool = False
    ignored: tuple[str, ...] = ()
    secret_names: tuple[str, ...] = ()
    strict: bool = False
    force: bool = False
    wait: bool = True
    healthy_for: float | None = 0.0
    on_failure: str = LEAVE


class PodRunner:
    def __init__(
        self,
        client: Client,
        waiter: PodWaiter,
        options: PodOptions,
        sleep: Callable[[float], None],
        warn: Callable[[str], None],
    ) -> None:
        pod_plan.check_ignored(options.ignored)
        _check(options)
        self._client = client
        self._waiter = waiter
        self._options = options
        self._sleep = sleep
        self._warn = warn
        self._pod_id = _pod_id(options)
        if options.strict:
            refuse_unknown(pod_definition.unknown_fields(options.definition or {}))
        self._wanted = None if options.state == ABSENT else _wanted(options, self._pod_id)
        self._release: tuple[int, ...] = app_fields.NEWEST
        self._check = PodCheck(client, options.force)

    def run(self, check_mode: bool) -> dict[str, Any]:
        status = self._read()
        current = status and status["spec"]
        plan = self._plan(current)
        if plan.request and plan.request.body is not None:
            # Defaults differ between releases, and only a write makes the one that runs here worth a request.
            self._release = self._client.release()
            plan = self._plan(current)
        self._warn_of_losses(plan)
        result = self._described(plan)
        seen = None if plan.changed else status
        self._check.refuse(plan, check_mode)
        if check_mode:
            return self._reported(result, plan, seen, check_mode)
        if plan.carried:
            status = self._read()
            plan = self._plan(status and status["spec"])
            result = self._described(plan)
            seen = None if plan.changed else status
        deployment_id = self._apply(plan) if plan.changed else None
        if deployment_id:
            result["deployment_id"] = deployment_id
        if self._options.wait:
            try:
                seen = self._wait(plan, status, deployment_id)
            except MarathonError as error:
                error.facts = {**result, **error.facts}
                raise
        return self._reported(result, plan, seen, check_mode)

    def _read(self) -> dict[str, Any] | None:
        """The status, which holds the definition too."""
        try:
            return self._client.pod_status(self._pod_id)
        except Unexpected:
            self._refuse_without_pods()
            raise

    def _refuse_without_pods(self) -> None:
        try:
            version, release = self._client.version(), self._client.release()
        except MarathonError:
            # The caller's own error says more about a server that is none.
            return
        if release < _FIRST_WITH_PODS:
            raise Unexpected(f"Marathon {version} is too old for pods, which came with 1.4; upgrade Marathon first")

    def _plan(self, current: dict[str, Any] | None) -> PodPlan:
        if self._wanted is None:
            return pod_plan.plan_absent(self._pod_id, current)
        if current is None and self._options.definition is None:
            raise DefinitionError(
                f"{self._pod_id} does not exist, so it cannot be scaled: give definition or src to create it"
            )
        return pod_plan.plan_present(self._wanted, current, self._release)

    def _warn_of_losses(self, plan: PodPlan) -> None:
        for sentence in pod_definition.unknown_fields(self._options.definition or {}):
            self._warn(sentence)
        current = plan.before
        for sentence in likely_secrets.unmatched(self._options.secret_names, self._options.definition, current):
            self._warn(sentence)
        if self._wanted is not None:
            for sentence in ignored.told_of_keys(self._options.ignored, [self._wanted.pod, current]):
                self._warn(sentence)
        if plan.carried:
            self._warn(ignored.told_of_carried(self._pod_id, plan.carried))
        if plan.unnoticed and not plan.changed:
            self._warn(
                f"{self._pod_id} differs in {', '.join(plan.unnoticed)}, a change of which alone Marathon neither "
                "stores nor deploys: change something else of the pod too, like a label"
            )

    def _apply(self, plan: PodPlan) -> str | None:
        """The deployment, if it is known."""
        try:
            return repeat.written(self._send, plan, lambda _plan: self._left(), self._sleep)
        except (Conflict, Invalid) as error:
            self._check.explain(error, plan)
            raise

    def _left(self) -> PodPlan | None:
        plan = self._plan(self._client.pod(self._pod_id))
        return plan if plan.changed else None

    def _send(self, plan: PodPlan) -> str | None:
        request, force = plan.request, self._options.force
        if request is None:
            return None
        if request.body is None:
            return self._client.delete_pod(self._pod_id, force)
        if request.method == "POST":
            return self._client.post_pod(request.body, force)
        return self._client.put_pod(self._pod_id, request.body, force)

    def _wait(self, plan: PodPlan, before: dict[str, Any] | None, deployment_id: str | None) -> dict[str, Any] | None:
        try:
            return self._waited(plan, before, deployment_id)
        except MarathonError as error:
            if plan.changed:
                say_written(error, [deployment_id] if deployment_id else [])
            failed = isinstance(error, (WaitFailed, Unreachable)) and not isinstance(error, Overridden)
            if failed and deployment_id and self._wanted is not None and self._options.on_failure == ROLLBACK:
                raise rolled_back(self._client, error, deployment_id, before and before["spec"]) from error
            raise

    def _waited(self, plan: PodPlan, before: dict[str, Any] | None, deployment_id: str | None) -> dict[str, Any] | None:
        if self._wanted is None:
            if plan.changed:
                self._waiter.until_gone(self._pod_id)
            return None
        return self._waiter.until_stable(
            self._pod_id,
            matches=lambda pod: not self._plan(pod).changed,
            known=None if plan.changed else before,
            deployment_id=deployment_id,
            healthy_for=self._options.healthy_for,
            before=before,
        )

    def _described(self, plan: PodPlan) -> dict[str, Any]:
        return {
            "changed": plan.changed,
            "action": plan.action,
            "restarts": plan.restarts,
            "diff": {
                "before": secrets.mask(plan.before or {}, self._options.secret_names),
                "after": secrets.mask(plan.shown or {}, self._options.secret_names, plan.before),
                "before_header": self._pod_id,
                "after_header": self._pod_id + likely_secrets.told(self._options.secret_names, plan.before, plan.after),
            },
        }

    def _reported(
        self, result: dict[str, Any], plan: PodPlan, seen: dict[str, Any] | None, check_mode: bool
    ) -> dict[str, Any]:
        """The result with what Marathon said last or, where nothing was read after the plan, with what is planned."""
        pod = plan.after if seen is None else pod_definition.canonical(seen["spec"], self._release)
        instances = pod_instances.described(seen)
        return {
            **result,
            "pod": secrets.mask(pod, self._options.secret_names),
            "instances": instances,
            "endpoints": pod_instances.addresses(instances),
            "msg": self._answer(result, plan, seen, check_mode),
            "requests": self._client.requests,
        }

    def _answer(self, result: dict[str, Any], plan: PodPlan, seen: dict[str, Any] | None, check_mode: bool) -> str:
        if check_mode:
            return answer.plan({self._pod_id: plan.action}, int(plan.restarts), about=self._pod_id)
        if plan.changed and not self._options.wait:
            return answer.not_waited(self._pod_id, plan.action, filter(None, [result.get("deployment_id")]))
        if seen is None:
            return answer.of_nothing(self._pod_id, self._waiter.took() if plan.changed else None)
        if plan.changed:
            return answer.of_pod(seen, self._waiter.took())
        return f"{answer.of_pod(seen)}; nothing to change"


def _check(options: PodOptions) -> None:
    if options.on_failure == ROLLBACK and not options.wait:
        raise DefinitionError("on_failure=rollback needs wait, because only the wait can fail after the write")
    if options.state != SUSPENDED:
        return
    if options.instances is not None:
        raise DefinitionError(
            f"instances is {options.instances}, but state={options.state} sets the number itself: leave instances out"
        )
    if {"instances", "scaling.instances", "scaling"} & set(options.ignored):
        raise DefinitionError("ignore_fields has instances, which is what state=suspended changes: leave it out")


def _pod_id(options: PodOptions) -> str:
    declared = (options.definition or {}).get("id")
    if options.pod_id is None and declared is None:
        raise DefinitionError("the pod has no id: give the option id or an id in the definition")
    return values.absolute_id(declared if options.pod_id is None else options.pod_id)


def _wanted(options: PodOptions, pod_id: str) -> WantedPod:
    count = 0 if options.state == SUSPENDED else options.instances
    if options.definition is None and count is None:
        raise DefinitionError(f"there is nothing to do to {pod_id}: give definition, src or instances")
    pod = pod_definition.declared({**(options.definition or {}), "id": pod_id})
    merge = options.merge or options.definition is None
    removed = merging.pod_removals(options.definition or {}, pod_plan.NAMED_LISTS) if options.merge else ()
    return WantedPod(pod, merge=merge, removed=removed, ignored=options.ignored, instances=count)
