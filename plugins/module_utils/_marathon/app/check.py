# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Marathon takes the definition of one app, asked before it is written."""

from __future__ import annotations

from typing import Any, Callable

from ..api.client import Client
from ..apps.planning.plan import AppPlan, SetPlan, refuse_circles
from ..bounds import refusals
from ..bounds.limits import Problem
from ..check import dry_run
from ..check.lookaround import Lookaround
from ..definition.apps import ROOT, AppSet, ancestors, parent
from ..definition.schema import Release
from ..errors import DefinitionError, Invalid, MarathonError
from ..plan import app as app_plan
from ..plan import releases
from ..plan.app import Plan
from ..rules import app as app_rules
from ..rules import tree as tree_rules

_ORIGIN = "the definition"


class AppCheck:
    def __init__(self, client: Client, warn: Callable[[str], None], force: bool) -> None:
        self._client = client
        self._warn = warn
        self._force = force

    def refuse(self, plan: Plan, current: dict[str, Any] | None, release: Release, check_mode: bool) -> None:
        """Only check mode asks Marathon: in a run the write itself is the first to be refused."""
        if not _defines(plan):
            return
        self._refuse_by_rules(plan, app_rules.problems(plan.after, plan.before, release, self._force))
        if check_mode:
            self._refuse_among_others(plan, current, release)
            self._check_dry(plan, current, release)

    def explain(self, error: MarathonError, plan: Plan, current: dict[str, Any] | None, release: Release) -> None:
        """Raises the words of check mode for a refused write, where there are some."""
        if not isinstance(error, Invalid) or not _defines(plan):
            return
        try:
            self._refuse_among_others(plan, current, release)
            found = self._refused_dry(plan, current, release) if release >= releases.FULL_WRITES else []
        except DefinitionError as known:
            known.facts = {**error.facts, **known.facts}
            raise
        except MarathonError:
            # What Marathon said stands.
            return
        if found:
            raise refusals.told(found) from error

    def _refuse_by_rules(self, plan: Plan, found: list[Problem]) -> None:
        refused = refusals.by_rules(plan.app_id, found)
        if refused:
            raise refusals.told(refused)

    def _refuse_among_others(self, plan: Plan, current: dict[str, Any] | None, release: Release) -> None:
        look = Lookaround(self._client)
        if app_rules.depends_on_roles(plan.after, current):
            around = look.surroundings(plan.app_id)
            self._refuse_by_rules(plan, app_rules.in_surroundings(plan.after, current, release, around))
        if plan.action == app_plan.CREATED:
            near = look.neighbours(plan.app_id, tree_rules.APP)
            clashes = list(tree_rules.clashes(plan.app_id, tree_rules.APP, _ORIGIN, near))
            if clashes:
                raise DefinitionError("; ".join(clashes))
        names = plan.after.get("dependencies")
        depends = names and names != (plan.before or {}).get("dependencies")
        if depends or tree_rules.external_volumes(plan.after):
            tree = look.everything()
            self._refuse_by_rules(plan, list(tree_rules.volume_conflicts({plan.app_id: plan.after}, tree).values()))
            refuse_circles(AppSet({}, {}), SetPlan((AppPlan(plan),), (), tree))

    def _check_dry(self, plan: Plan, current: dict[str, Any] | None, release: Release) -> None:
        if release < releases.FULL_WRITES:
            self._warn(dry_run.too_old(self._client.version()))
            return
        try:
            found = self._refused_dry(plan, current, release)
        except MarathonError as error:
            self._warn(dry_run.unheard(error))
            return
        if found:
            raise refusals.told(found)

    def _refused_dry(self, plan: Plan, current: dict[str, Any] | None, release: Release) -> list[refusals.Refusal]:
        group_id = parent(plan.app_id)
        enforced = None
        if group_id != ROOT and not ancestors(group_id):
            enforced = (Lookaround(self._client).group(group_id) or {}).get("enforceRole")
        body = dry_run.body_of(plan, current, release)
        one = dry_run.dry_run_of(group_id, {plan.app_id: body}, enforced)
        return dry_run.refused(one, self._client.plan_group, {})


def _defines(plan: Plan) -> bool:
    return plan.request is not None and plan.request.body is not None and plan.after is not None
