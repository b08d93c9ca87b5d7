# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For a whole set: read once, plan, stop here in check mode, write as little as possible, wait once, report."""

from __future__ import annotations

import os.path
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Iterable, Iterator

from .. import snapshot
from ..api import repeat
from ..api.client import Client
from ..check import locks
from ..check.lookaround import Lookaround
from ..definition import app as app_definition
from ..definition import app_fields
from ..definition.apps import ROOT, AppSet
from ..diagnose import pod_stability, stability
from ..errors import (
    DefinitionError,
    MarathonError,
    TooManyDeployments,
    WriteUncertain,
    refuse_unknown,
    say_written,
)
from ..plan import app as app_plan
from ..plan import ownership
from ..plan import pod as pod_plan
from ..plan.app import Wanted
from ..report import answer
from ..snapshot import Tree
from ..wait.apps import SetWaiter, Target, WantedPods
from . import failure, send, warnings
from . import report as set_report
from .check import SetCheck
from .planning import ignored as ignored_in_set
from .planning import pods as set_pods
from .planning import writes as set_writes
from .planning.plan import Rules, SetPlan, plan_set, without
from .planning.writes import Write
from .removals import Removals
from .warnings import SetWarnings

_PAUSE_WHEN_FULL = 2.0


@dataclass(frozen=True)
class SetOptions:
    rules: Rules = field(default_factory=Rules)
    secret_names: tuple[str, ...] = ()
    strict: bool = False
    force: bool = False
    wait: bool = True
    healthy_for: float | None = 0.0


class SetRunner:
    def __init__(
        self,
        client: Client,
        appset: AppSet,
        options: SetOptions,
        waiter: Callable[[Callable[[], Tree]], SetWaiter],
        sleep: Callable[[float], None],
        warn: Callable[[str], None],
    ) -> None:
        of_apps, of_pods = ignored_in_set.split(options.rules.ignored, bool(appset.pods))
        options = replace(options, rules=replace(options.rules, ignored=of_apps, pod_ignored=of_pods))
        _refuse_ignored_labels(options.rules)
        options.rules.owner.check(appset)
        if options.strict:
            refuse_unknown(warnings.unknown_fields(appset))
        self._client = client
        self._appset = appset
        self._options = options
        self._sleep = sleep
        self._warn = warn
        self._waiter = waiter(self._read)
        self._release = app_fields.NEWEST
        self._scope = _scope(appset, options.rules)
        self._check = SetCheck(client, warn, options.force)
        self._deployments: list[str] = []
        self._pod_deployments: dict[str, str] = {}
        self._written = 0
        # The group that all is about, for the one who reads the answer.
        self._about = ""
        self._removals = Removals(client, appset, options.rules.owner, warn)
        self._warnings = SetWarnings(client, appset, options.rules, options.secret_names, self._wanted, warn)

    def run(self, check_mode: bool) -> dict[str, Any]:
        tree = self._read()
        plan = self._plan(tree)
        if self._release_matters(plan):
            self._release = self._client.release()
            plan = self._plan(tree)
        self._warnings.of_plan(plan, self._scope)
        result = self._described(plan)
        seen = None
        try:
            if plan.changed and not self._options.force:
                held = (plan.tree.apps.get(one.app_id) for one in plan.changed_apps)
                locks.refuse_held(self._client, [app for app in held if app is not None], self._changed_pods(plan))
            self._check.refuse(plan, self._writes(plan), self._release, check_mode)
            if not check_mode:
                plan = self._looked_again(plan)
                if plan.changed:
                    self._waiter.announce(str(result["summary"]))
                    self._apply(plan)
                if self._removals.kept:
                    plan = without(plan, self._removals.kept)
                    result = self._described(plan)
                seen = self._wait_after(plan, tree) if self._options.wait else None
                self._warnings.compare(plan, seen, self._release)
        except MarathonError as error:
            done = {"changed": self._written > 0}
            error.facts = {**set_report.of_failure(result), **done, **self._counted(), **error.facts}
            raise
        told = result["summary"] if check_mode else self._answer(plan, seen)
        return {**result, "msg": told, **self._counted()}

    def _answer(self, plan: SetPlan, seen: Tree | None) -> str:
        if seen is None:
            return answer.set_not_waited(self._about, plan.actions, self._deployments)
        return answer.of_set(self._about, plan.actions, seen, self._waiter.took() if plan.changed else None)

    def _read(self) -> Tree:
        found = self._client.group(self._scope, snapshot.embed(self._options.wait))
        if found is not None or self._scope == ROOT:
            return snapshot.read(found)
        # There is no such group yet. An app or a pod may have the id of it, or of a group that is to hold it.
        return Lookaround(self._client, {self._scope: None}).in_the_way(self._scope)

    def _plan(self, tree: Tree) -> SetPlan:
        return plan_set(self._appset, tree, self._options.rules, self._release)

    def _release_matters(self, plan: SetPlan) -> bool:
        """Defaults differ between releases: a write, or an answer of an older one, makes it worth a request."""
        plans = [one.plan for one in [*plan.apps, *plan.pod_plans.entries]]
        if any(one.request and one.request.body is not None and one.changed for one in plans):
            return True
        known = (plan.tree.apps.get(app_id) for app_id in self._appset.apps)
        return not all(app_definition.tells_release(app) for app in known if app is not None)

    def _writes(self, plan: SetPlan) -> list[Write]:
        return set_writes.arranged(plan, self._release)

    def _described(self, plan: SetPlan) -> dict[str, Any]:
        return set_report.described(plan, self._options.secret_names, self._about)

    def _looked_again(self, plan: SetPlan) -> SetPlan:
        """Right before the writes, if they carry fields that are not to be changed."""
        entries = [*plan.apps, *plan.pod_plans.entries]
        return self._left(plan) if any(one.plan.carried for one in entries) else plan

    def _left(self, plan: SetPlan) -> SetPlan:
        """What is left to do of a plan. What came meanwhile was not planned to go."""
        left = self._plan(self._read())
        return without(left, (left.doomed - plan.doomed) | (left.doomed_pods - plan.doomed_pods))

    def _changed_pods(self, plan: SetPlan) -> list[str]:
        """Those that are there."""
        return [one.pod_id for one in plan.changed_pods if one.pod_id in plan.tree.pods]

    def _apply(self, plan: SetPlan) -> None:
        def left(before: SetPlan) -> SetPlan | None:
            after = self._left(before)
            self._written += _targets(after) != _targets(before)
            return after if after.changed else None

        repeat.written(self._send_all, plan, left, self._sleep)

    def _send_all(self, plan: SetPlan) -> None:
        writes = self._writes(plan)
        for number, write in enumerate(writes):
            try:
                if write.after and self._options.wait:
                    self._wait_for(plan, write.after)
                for part in self._looked_at(write, plan):
                    deployment = self._send_when_admitted(part)
                    self._written += 1
                    if deployment:
                        self._deployments.append(deployment)
                        if part.kind == set_writes.POD:
                            self._pod_deployments[part.target] = deployment
            except WriteUncertain:
                raise
            except MarathonError as error:
                raise failure.explained(
                    error, write, plan, number, len(writes), lambda: self._check.refused(plan, self._release)
                ) from error

    def _looked_at(self, write: Write, plan: SetPlan) -> Iterator[Write]:
        yield from self._removals.looked_at(write, plan)

    def _send_when_admitted(self, write: Write) -> str | None:
        while True:
            try:
                return send.send(self._client, write, self._options.force)
            except TooManyDeployments:
                # It was refused as a whole, so the same again is safe.
                if self._waiter.time_left() <= 0:
                    raise
                self._sleep(_PAUSE_WHEN_FULL)

    def _target(self, plan: SetPlan, names: Iterable[str], gone: bool = False) -> Target:
        pods = tuple(sorted(name for name in names if name in self._appset.pods))
        return Target(
            apps=tuple(sorted(name for name in names if name in self._appset.apps)),
            matches=self._matches,
            gone=frozenset(plan.doomed if gone else ()),
            deployments=frozenset(self._deployments),
            forced=self._options.force and plan.changed,
            healthy_for=self._options.healthy_for,
            before=stability.task_ids(
                *plan.tree.apps.values(), *map(pod_stability.as_app, plan.tree.pod_statuses.values())
            ),
            pods=WantedPods(
                pods,
                self._pod_matches,
                {name: self._pod_deployments[name] for name in pods if name in self._pod_deployments},
                frozenset(plan.doomed_pods if gone else ()),
            ),
        )

    def _wait_after(self, plan: SetPlan, tree: Tree) -> Tree:
        try:
            return self._wait(plan, None if plan.changed else tree)
        except MarathonError as error:
            if self._written:
                say_written(error, self._deployments, "All that was to change")
            raise

    def _wait(self, plan: SetPlan, known: Tree | None) -> Tree:
        target = self._target(plan, {*self._appset.apps, *self._appset.pods}, gone=True)
        return self._waiter.until_deployed(target, known)

    def _wait_for(self, plan: SetPlan, names: tuple[str, ...]) -> None:
        self._waiter.until_deployed(self._target(plan, names))

    def _pod_matches(self, pod: dict[str, Any]) -> bool:
        rules = self._options.rules
        wanted = set_pods.wanted_pod(self._appset.pods[pod["id"]], pod, rules.owner, rules.pod_ignored)
        return not pod_plan.plan_present(wanted, pod, self._release).changed

    def _wanted(self, app_id: str) -> Wanted:
        declared = self._options.rules.owner.marked(self._appset.apps[app_id])
        return Wanted(declared.app, ignored=self._options.rules.ignored)

    def _matches(self, app: dict[str, Any]) -> bool:
        return not app_plan.plan_present(self._wanted(app["id"]), app, self._release).changed

    def _counted(self) -> dict[str, Any]:
        return {"deployment_ids": list(self._deployments), "requests": self._client.requests}


def _targets(plan: SetPlan) -> set[str]:
    """What differs from what is declared."""
    apps, groups = {one.app_id for one in plan.changed_apps}, {one.group_id for one in plan.changed_groups}
    return apps | groups | {one.pod_id for one in plan.changed_pods}


def _refuse_ignored_labels(rules: Rules) -> None:
    owner = rules.owner
    if isinstance(owner, ownership.ByLabel) and {"labels", f"labels.{owner.key}"} & set(rules.ignored):
        raise DefinitionError(
            f"ignore_fields must not name the label {owner.key}, which owner_label sets to tell what this set owns"
        )


def _scope(appset: AppSet, rules: Rules) -> str:
    """The smallest group that holds all that is asked about, so that a large Marathon need not answer with all apps."""
    owner = rules.owner
    if isinstance(owner, ownership.ByGroup):
        return owner.group_id
    if isinstance(owner, ownership.ByLabel) and rules.prune:
        return ROOT
    paths = [os.path.dirname(path) for path in [*appset.apps, *appset.pods]] + list(appset.groups)
    return os.path.commonpath(paths) if paths else ROOT
