# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a run over a set says beside its result: of names that mean nothing, of what Marathon drops, of what is kept."""

from __future__ import annotations

from typing import Callable

from .. import likely_secrets
from ..api.client import Client
from ..definition import app as app_definition
from ..definition import pod as pod_definition
from ..definition.apps import AppSet
from ..definition.schema import Release
from ..errors import MarathonError
from ..plan import ignored, losses, ownership
from ..plan.app import Wanted
from ..snapshot import Tree
from . import dependencies as set_dependencies
from .planning.plan import Rules, SetPlan


def unknown_fields(appset: AppSet) -> list[str]:
    """One sentence for every field that Marathon drops, with the app or pod and where that is declared."""
    of_apps = [(app_id, one, app_definition.unknown_fields(one.raw)) for app_id, one in sorted(appset.apps.items())]
    of_pods = [(pod_id, one, pod_definition.unknown_fields(one.raw)) for pod_id, one in sorted(appset.pods.items())]
    return [f"{one.origin}, {name}: {text}" for name, one, found in [*of_apps, *of_pods] for text in found]


class SetWarnings:
    """wanted answers what is asked of the app with an id."""

    def __init__(
        self,
        client: Client,
        appset: AppSet,
        rules: Rules,
        secret_names: tuple[str, ...],
        wanted: Callable[[str], Wanted],
        warn: Callable[[str], None],
    ) -> None:
        self._client = client
        self._appset = appset
        self._rules = rules
        self._secret_names = secret_names
        self._wanted = wanted
        self._warn = warn
        self._told: set[str] = set()

    def of_plan(self, plan: SetPlan, scope: str) -> None:
        """scope is the group that the plan was made from."""
        for sentence in unknown_fields(self._appset):
            self._warn(sentence)
        self._of_names(plan, scope)
        for one in plan.apps:
            if one.app_id in self._appset.apps:
                self._tell(one.app_id, losses.told(self._wanted(one.app_id), one.plan, plan.tree.apps.get(one.app_id)))
        for one in plan.apps:
            if one.plan.carried:
                self._warn(f"{one.origin}: {ignored.told_of_carried(one.app_id, one.plan.carried)}")
        self._of_pods(plan)
        adopted = [one.app_id for one in plan.apps if one.adopted and one.plan.restarts]
        adopted += [one.pod_id for one in plan.pod_plans.entries if one.adopted and one.plan.restarts]
        spared = sorted([*plan.spared.items(), *plan.pod_plans.spared])
        if spared:
            told = ownership.listed([f"{app_id} ({label})" for app_id, label in spared])
            self._warn(
                f"not removed, because a label marks them as owned by another set: {told}. Leave the key of the label "
                "out of other_owner_keys to remove them"
            )
        if adopted:
            self._warn(f"adopted, which replaces their running instances: {ownership.listed(adopted)}")

    def _of_names(self, plan: SetPlan, scope: str) -> None:
        """Of names that mean nothing: of secrets that nothing has, and of dependencies that do not exist."""
        declared = [*self._appset.apps.values(), *self._appset.pods.values()]
        known = {**plan.tree.apps, **plan.tree.pods}
        there = [known[one.app_id] for one in declared if one.app_id in known]
        paths = self._rules.ignored
        for sentence in ignored.told_of_keys(paths, [*(one.app for one in declared), *there]):
            self._warn(sentence)
        names = self._secret_names
        for sentence in likely_secrets.unmatched(names, [one.raw for one in declared], there):
            self._warn(sentence)
        for sentence in set_dependencies.told(self._appset, plan, scope, self._client):
            self._warn(sentence)

    def _of_pods(self, plan: SetPlan) -> None:
        for one in plan.pod_plans.entries:
            if one.plan.carried:
                self._warn(f"{one.origin}: {ignored.told_of_carried(one.pod_id, one.plan.carried)}")
            if one.plan.unnoticed and not one.plan.changed:
                self._warn(
                    f"{one.origin}: {one.pod_id} differs in {', '.join(one.plan.unnoticed)}, a change of which alone "
                    "Marathon neither stores nor deploys: change something else of the pod too, like a label"
                )
        if plan.pod_plans.kept:
            self._warn(
                f"not removed, because no pod is declared: {ownership.listed(list(plan.pod_plans.kept))}. Declare "
                "them (the module marathon_export writes them into files), or set allow_empty to remove them"
            )

    def compare(self, plan: SetPlan, seen: Tree | None, release: Release) -> None:
        """What was written with what is stored, which a read is worth where Marathon is known to drop something."""
        for one in plan.changed_apps:
            if one.app_id not in self._appset.apps:
                continue
            wanted = self._wanted(one.app_id)
            app = seen.apps.get(one.app_id) if seen else None
            if seen is None and losses.is_doubtful(wanted):
                try:
                    app = self._client.app(one.app_id)
                except MarathonError as error:
                    # The change is done, which a failure here would not tell.
                    self._warn(f"{one.app_id} was written, but what Marathon stored of it could not be read: {error}")
            if app is not None:
                self._tell(one.app_id, losses.compared(wanted, app_definition.canonical(app, release)))

    def _tell(self, app_id: str, sentences: list[str]) -> None:
        for sentence in sentences:
            if sentence not in self._told:
                self._told.add(sentence)
                self._warn(f"{self._appset.apps[app_id].origin}: {sentence}")
