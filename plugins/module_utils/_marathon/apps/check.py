# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Marathon takes the definitions of a set, asked before the first write and in check mode."""

from __future__ import annotations

from typing import Any, Callable

from ..api.client import Client
from ..bounds import refusals
from ..bounds.refusals import Refusal
from ..check import dry_run
from ..check.lookaround import Lookaround
from ..definition.apps import ROOT, ancestors, parent
from ..definition.schema import Release
from ..errors import MarathonError
from ..plan import app as app_plan
from ..plan import releases
from ..rules import app as app_rules
from ..rules import pod as pod_rules
from ..rules import tree as tree_rules
from ..snapshot import Tree
from .planning import writes as set_writes
from .planning.plan import AppPlan, SetPlan
from .planning.writes import Write

_WRITTEN = (app_plan.CREATED, app_plan.UPDATED, app_plan.SCALED)


class SetCheck:
    def __init__(self, client: Client, warn: Callable[[str], None], force: bool) -> None:
        self._client = client
        self._warn = warn
        self._force = force

    def refuse(self, plan: SetPlan, writes: list[Write], release: Release, check_mode: bool) -> None:
        """A first write that is refused leaves nothing half done, so Marathon is asked where it is not the first."""
        pods = any(one.plan.action in _WRITTEN for one in plan.changed_pods)
        if self._by_rules(plan, release) or check_mode or pods or _comes_late(writes):
            found = self.refused(plan, release)
            if found:
                raise refusals.told(found)

    def refused(self, plan: SetPlan, release: Release) -> list[Refusal]:
        """All of them, each with its file."""
        found = self._by_rules(plan, release)
        look = Lookaround(self._client, plan.tree.groups)
        found += self._pods(plan, look)
        found += self._among_others(plan, release, {one.name for one in found}, look)
        return found + self._refused_dry(plan, release, {one.name for one in found})

    def _by_rules(self, plan: SetPlan, release: Release) -> list[Refusal]:
        return [
            refusal
            for one in _written(plan)
            for refusal in refusals.by_rules(
                one.app_id, app_rules.problems(one.plan.after, one.plan.before, release, self._force), one.origin
            )
        ]

    def _among_others(self, plan: SetPlan, release: Release, known: set[str], look: Lookaround) -> list[Refusal]:
        planned = [one for one in _written(plan) if one.app_id not in known]
        conflicts: dict[str, Any] = {}
        if any(tree_rules.external_volumes(one.plan.after) for one in planned):
            tree = plan.tree if ROOT in plan.tree.groups else look.everything()
            conflicts = tree_rules.volume_conflicts({one.app_id: one.plan.after for one in planned}, tree, plan.doomed)
        found = []
        for one in planned:
            problems = [conflicts[one.app_id]] if one.app_id in conflicts else []
            current = plan.tree.apps.get(one.app_id)
            if app_rules.depends_on_roles(one.plan.after, current):
                around = look.surroundings(one.app_id)
                problems += app_rules.in_surroundings(one.plan.after, current, release, around)
            found += refusals.by_rules(one.app_id, problems, one.origin)
        return found

    def _pods(self, plan: SetPlan, look: Lookaround) -> list[Refusal]:
        """There is no dry run of pods."""
        found = []
        for one in plan.changed_pods:
            if one.plan.request is not None and one.plan.request.body is not None:
                around = look.surroundings(one.pod_id)
                problems = pod_rules.problems(one.plan.request.body, one.plan.after, one.plan.before, around)
                found += refusals.by_rules(one.pod_id, problems, one.origin)
        return found

    def _refused_dry(self, plan: SetPlan, release: Release, known: set[str]) -> list[Refusal]:
        planned = [one for one in _written(plan) if one.app_id not in known]
        if not planned:
            return []
        if release < releases.FULL_WRITES:
            self._warn(dry_run.too_old(self._client.version()))
            return []
        by_group: dict[str, list[AppPlan]] = {}
        for one in planned:
            # What makes way for a group is still there while nothing is written.
            if not plan.doomed.intersection(ancestors(one.app_id)):
                by_group.setdefault(parent(one.app_id), []).append(one)
        found = []
        for group_id, apps in sorted(by_group.items()):
            try:
                found += self._refused_in_group(group_id, apps, plan.tree, release)
            except MarathonError as error:
                self._warn(dry_run.unheard(error))
                break
        return found

    def _refused_in_group(self, group_id: str, apps: list[AppPlan], tree: Tree, release: Release) -> list[Refusal]:
        enforced = None
        if group_id != ROOT and not ancestors(group_id):
            enforced = tree.groups.get(group_id, {}).get("enforceRole")
        bodies = {}
        for one in apps:
            current = tree.apps.get(one.app_id)
            bodies[one.app_id] = dry_run.body_of(one.plan, current, release)
        origins = {one.app_id: one.origin for one in apps}
        return dry_run.refused(dry_run.dry_run_of(group_id, bodies, enforced), self._client.plan_group, origins)


def _written(plan: SetPlan) -> list[AppPlan]:
    return [one for one in plan.apps if one.plan.action in _WRITTEN]


def _comes_late(writes: list[Write]) -> bool:
    """Whether definitions are refused, if they are, only after something else was written."""
    return any(write.kind in (set_writes.APPS, set_writes.APP) for write in writes[1:])
