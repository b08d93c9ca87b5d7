# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether Marathon takes the definition of one pod, found out before it is written: there is no dry run of pods."""

from __future__ import annotations

from typing import Any

from ..api.client import Client
from ..bounds import refusals
from ..check import locks
from ..check.lookaround import Lookaround
from ..errors import DefinitionError, Invalid, MarathonError
from ..plan import app as app_plan
from ..plan.pod import PodPlan
from ..rules import pod as pod_rules
from ..rules import surroundings
from ..rules import tree as tree_rules
from ..rules.surroundings import Surroundings

_ORIGIN = "the definition"


class PodCheck:
    def __init__(self, client: Client, force: bool) -> None:
        self._client = client
        self._force = force

    def refuse(self, plan: PodPlan, check_mode: bool) -> None:
        """Check mode looks for what else the write would meet."""
        if _defines(plan):
            self._refuse_by_rules(plan, surroundings.of(self._client.settings()))
            if check_mode:
                self._refuse_among_others(plan)
        if check_mode and plan.changed and plan.before is not None and not self._force:
            locks.refuse_held(self._client, [], [plan.pod_id])

    def explain(self, error: MarathonError, plan: PodPlan) -> None:
        """Raises the words of check mode for a refused write, where there are some."""
        if not isinstance(error, Invalid) or not _defines(plan):
            return
        try:
            self._refuse_among_others(plan)
        except DefinitionError as known:
            known.facts = {**error.facts, **known.facts}
            raise
        except MarathonError:
            # What Marathon said stands.
            pass

    def _refuse_by_rules(self, plan: PodPlan, around: Surroundings) -> None:
        body: dict[str, Any] = plan.request.body
        found = refusals.by_rules(plan.pod_id, pod_rules.problems(body, plan.after, plan.before, around))
        if found:
            raise refusals.told(found)

    def _refuse_among_others(self, plan: PodPlan) -> None:
        look = Lookaround(self._client)
        self._refuse_by_rules(plan, look.surroundings(plan.pod_id))
        if plan.action == app_plan.CREATED:
            near = look.neighbours(plan.pod_id, tree_rules.POD)
            clashes = list(tree_rules.clashes(plan.pod_id, tree_rules.POD, _ORIGIN, near))
            if clashes:
                raise DefinitionError("; ".join(clashes))


def _defines(plan: PodPlan) -> bool:
    return plan.request is not None and plan.request.body is not None and plan.after is not None
