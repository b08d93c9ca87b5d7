# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For a whole set: read once, plan, stop here in check mode, write as little as possible, wait once, report."""

from __future__ import annotations

import os.path
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Callable

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import (
    appset_owner,
    appset_tree,
    appset_writes,
    fields,
    normalise,
    planner,
    secrets,
)
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset import ROOT, AppSet, ancestors
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_plan import Rules, SetPlan, plan_set
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_tree import Tree
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_waiter import SetWaiter, Target
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_writes import Write
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.client import Client
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import (
    Conflict,
    DefinitionError,
    Invalid,
    MarathonError,
    TooManyDeployments,
    Unexpected,
    WriteUncertain,
)
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.planner import Wanted

_OLDEST = (1, 5)
_WRITE_REPEATS = 2
_PAUSE_BEFORE_REPEAT = 1.0
_PAUSE_WHEN_FULL = 2.0


@dataclass(frozen=True)
class Options:
    rules: Rules = field(default_factory=Rules)
    secret_names: tuple[str, ...] = ()
    force: bool = False
    wait: bool = True


class SetRunner:
    def __init__(
        self,
        client: Client,
        appset: AppSet,
        options: Options,
        waiter: Callable[[Callable[[], Tree]], SetWaiter],
        sleep: Callable[[float], None],
        warn: Callable[[str], None],
    ) -> None:
        planner.check_ignored(options.rules.ignored)
        _refuse_ignored_labels(options.rules)
        options.rules.owner.check(appset)
        self._client = client
        self._appset = appset
        self._options = options
        self._sleep = sleep
        self._warn = warn
        self._waiter = waiter(self._read)
        self._release = fields.NEWEST
        self._scope = _scope(appset, options.rules)
        self._deployments: list[str] = []
        self._written = 0

    def run(self, check_mode: bool) -> dict[str, Any]:
        tree = self._read()
        plan = self._plan(tree)
        if self._release_matters(plan):
            # Defaults differ between releases, and only a write makes the one that runs here worth a request.
            self._release = self._supported_release()
            plan = self._plan(tree)
        self._warn_of_losses(plan)
        result = self._described(plan)
        if not check_mode:
            try:
                if plan.changed:
                    self._apply(plan)
                if self._options.wait:
                    self._wait(plan, None if plan.changed else tree)
            except MarathonError as error:
                done = {"changed": self._written > 0}
                error.facts = {**result, **done, **self._counted(), **error.facts}
                raise
        return {**result, **self._counted()}

    def _read(self) -> Tree:
        found = self._client.group(self._scope, appset_tree.embed(self._options.wait))
        if found is not None or self._scope == ROOT:
            return appset_tree.read(found)
        # There is no such group yet. An app may have the id of it, or of a group that is to hold it.
        apps = (self._client.app(path) for path in [self._scope, *ancestors(self._scope)])
        return Tree({app["id"]: app for app in apps if app is not None})

    def _plan(self, tree: Tree) -> SetPlan:
        return plan_set(self._appset, tree, self._options.rules, self._release)

    def _release_matters(self, plan: SetPlan) -> bool:
        return any(one.plan.request and one.plan.request.body is not None for one in plan.apps)

    def _writes(self, plan: SetPlan) -> list[Write]:
        return appset_writes.arranged(plan, arrays=True)

    def _supported_release(self) -> tuple[int, ...]:
        release = self._client.release()
        if release < _OLDEST:
            raise Unexpected(
                f"Marathon {self._client.version()} is too old: releases before 1.5 drop networks and "
                "container.portMappings without a word; upgrade Marathon first"
            )
        return release

    def _warn_of_losses(self, plan: SetPlan) -> None:
        for _app_id, declared in sorted(self._appset.apps.items()):
            for sentence in normalise.unknown_fields(declared.raw):
                self._warn(f"{declared.origin}: {sentence}")
        for one in plan.apps:
            if one.plan.drops_port_mappings:
                self._warn(
                    f"{one.origin}: {one.app_id} uses host networking, for which Marathon ignores the declared port "
                    "mappings; declare networks with the mode container/bridge, or portDefinitions instead"
                )
        adopted = [one.app_id for one in plan.apps if one.adopted and one.plan.restarts]
        if adopted:
            self._warn(f"adopted, which replaces their running instances: {appset_owner.listed(adopted)}")

    def _apply(self, plan: SetPlan) -> None:
        """A write without an answer is only repeated if a read shows that it is not done."""
        for _repeat in range(_WRITE_REPEATS):
            try:
                return self._send_all(plan)
            except WriteUncertain:
                self._sleep(_PAUSE_BEFORE_REPEAT)
                left = self._plan(self._read())
                self._written += _targets(left) != _targets(plan)
                plan = left
        return self._send_all(plan)

    def _send_all(self, plan: SetPlan) -> None:
        writes = self._writes(plan)
        for number, write in enumerate(writes):
            try:
                if write.after and self._options.wait:
                    self._waiter.until_deployed(self._target(plan, write.after))
                deployment = self._send_when_admitted(write)
            except WriteUncertain:
                raise
            except MarathonError as error:
                raise self._explained(error, write, plan, number, len(writes)) from error
            self._written += 1
            if deployment:
                self._deployments.append(deployment)

    def _send_when_admitted(self, write: Write) -> str | None:
        while True:
            try:
                return self._send(write)
            except TooManyDeployments:
                # It was refused as a whole, so the same again is safe.
                if self._waiter.time_left() <= 0:
                    raise
                self._sleep(_PAUSE_WHEN_FULL)

    def _send(self, write: Write) -> str | None:
        force = self._options.force
        if write.kind == appset_writes.APPS:
            return self._client.put_apps(write.body, force)
        if write.kind == appset_writes.GROUP:
            return self._client.put_group(write.target, write.body, force)
        if write.kind == appset_writes.DELETE_GROUP:
            return self._client.delete_group(write.target, force)
        if write.kind == appset_writes.DELETE_APP:
            return self._client.delete_app(write.target, force)
        if write.request.method == "POST":
            return self._client.post_app(write.request.body, force)
        return self._client.put_app(write.target, write.request.body, write.request.partial, force)

    def _explained(self, error: MarathonError, write: Write, plan: SetPlan, done: int, total: int) -> MarathonError:
        """The error with the apps and files that it is about, and with what was written before."""
        text = str(error)
        if isinstance(error, Conflict) and write.kind in (appset_writes.APPS, appset_writes.DELETE_GROUP):
            ids = set(error.facts.get("deployments") or [])
            held = [name for name in write.apps if ids & _deployments_of(plan.tree.apps.get(name))]
            names = appset_owner.listed(held) or write.target
            text = (
                f"another deployment ({', '.join(sorted(ids))}) holds {names}: wait until it is done and run "
                "again, or set force to cancel it"
            )
        if isinstance(error, Invalid) and write.kind == appset_writes.APPS:
            text = self._with_origins(text, write)
        if done:
            text += f". {done} of {total} writes were done before; run again to continue"
        elif total > 1:
            text += f". None of the {total} writes was done"
        error.args = (text,)
        return error

    def _with_origins(self, text: str, write: Write) -> str:
        """Marathon names an element of an array by its number alone."""

        def named(found: re.Match[str]) -> str:
            index = int(found.group(1))
            if index >= len(write.apps):
                return found.group(0)
            name = write.apps[index]
            return f"{name} of {self._appset.apps[name].origin}: "

        return re.sub(r"(?<![\w)])/?\((\d+)\)", named, text).replace("the definition of /v2/apps", "that definition")

    def _target(self, plan: SetPlan, apps: tuple[str, ...], gone: bool = False) -> Target:
        return Target(
            apps=apps,
            matches=self._matches,
            gone=frozenset(plan.doomed if gone else ()),
            deployments=frozenset(self._deployments),
            forced=self._options.force and plan.changed,
        )

    def _wait(self, plan: SetPlan, known: Tree | None) -> None:
        self._waiter.until_deployed(self._target(plan, tuple(sorted(self._appset.apps)), gone=True), known)

    def _matches(self, app: dict[str, Any]) -> bool:
        declared = self._options.rules.owner.marked(self._appset.apps[app["id"]])
        wanted = Wanted(declared.app, ignored=self._options.rules.ignored)
        return not planner.plan_present(wanted, app, self._release).changed

    def _described(self, plan: SetPlan) -> dict[str, Any]:
        return {
            "changed": plan.changed,
            "summary": _summary(plan),
            "apps": [
                {
                    "id": one.app_id,
                    "action": one.plan.action,
                    "restarts": one.plan.restarts,
                    "adopted": one.adopted,
                    "origin": one.origin,
                }
                for one in plan.apps
            ],
            "groups": [
                {"id": one.group_id, "action": one.action, "dependencies": list(one.after or ())} for one in plan.groups
            ],
            "diff": [*self._app_diffs(plan), *_group_diffs(plan)],
        }

    def _app_diffs(self, plan: SetPlan) -> list[dict[str, Any]]:
        diffs = []
        for one in plan.changed_apps:
            before = secrets.mask(one.plan.before or {}, self._options.secret_names)
            after = secrets.mask(one.plan.after or {}, self._options.secret_names, one.plan.before)
            header = f"{one.app_id}{' (restarts)' if one.plan.restarts else ''}"
            diffs.append({"before": before, "after": after, "before_header": one.app_id, "after_header": header})
        return diffs

    def _counted(self) -> dict[str, Any]:
        return {"deployment_ids": list(self._deployments), "requests": self._client.requests}


def _targets(plan: SetPlan) -> set[str]:
    """What differs from what is declared."""
    return {one.app_id for one in plan.changed_apps} | {one.group_id for one in plan.changed_groups}


def _refuse_ignored_labels(rules: Rules) -> None:
    owner = rules.owner
    if isinstance(owner, appset_owner.ByLabel) and {"labels", f"labels.{owner.key}"} & set(rules.ignored):
        raise DefinitionError(
            f"ignore_fields must not name the label {owner.key}, which owner_label sets to tell what this set owns"
        )


def _scope(appset: AppSet, rules: Rules) -> str:
    """The smallest group that holds all that is asked about, so that a large Marathon need not answer with all apps."""
    owner = rules.owner
    if isinstance(owner, appset_owner.ByGroup):
        return owner.group_id
    if isinstance(owner, appset_owner.ByLabel) and rules.prune:
        return ROOT
    paths = [os.path.dirname(app_id) for app_id in appset.apps] + list(appset.groups)
    return os.path.commonpath(paths) if paths else ROOT


def _deployments_of(app: dict[str, Any] | None) -> set[str]:
    return {entry["id"] for entry in (app or {}).get("deployments") or []}


def _summary(plan: SetPlan) -> str:
    """Like '1 app created, 2 updated, 997 unchanged; 2 restart'."""
    counted = Counter(one.plan.action for one in plan.apps)
    names = [planner.CREATED, planner.UPDATED, planner.SCALED, planner.DELETED, planner.NONE]
    parts = [f"{counted[name]} {name.replace(planner.NONE, 'unchanged')}" for name in names if counted[name]]
    restarts = sum(one.plan.restarts for one in plan.apps)
    groups = len(plan.changed_groups)
    text = f"apps: {', '.join(parts) or 'none'}"
    text += f"; {restarts} replaced while running" if restarts else ""
    return text + (f"; groups: {groups} changed" if groups else "")


def _group_diffs(plan: SetPlan) -> list[dict[str, Any]]:
    return [
        {
            "before": {} if one.before is None else {"dependencies": list(one.before)},
            "after": {} if one.after is None else {"dependencies": list(one.after)},
            "before_header": f"group {one.group_id}",
            "after_header": f"group {one.group_id}",
        }
        for one in plan.changed_groups
    ]
