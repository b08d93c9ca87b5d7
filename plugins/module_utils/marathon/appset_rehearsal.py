# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marathon's own check of a plan before anything is written: a dry run of every group with changed apps in it.

It reads and checks the definitions as a write does and stores nothing. Its steps are of no use here, since they show
every app of such a group as restarted (api.md 1.3).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Callable

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import appset_writes, planner
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset import ancestors, parent
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_plan import AppPlan, SetPlan
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_writes import Write
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import Invalid


@dataclass(frozen=True)
class Rehearsal:
    """apps: the ids in the order of the body."""

    group_id: str
    body: dict[str, Any]
    apps: tuple[str, ...]

    def part(self, first: int, behind: int) -> Rehearsal:
        return replace(self, body={**self.body, "apps": self.body["apps"][first:behind]}, apps=self.apps[first:behind])


def comes_late(writes: list[Write]) -> bool:
    """Whether definitions are refused, if they are, only after something else was written."""
    return any(write.kind in (appset_writes.APPS, appset_writes.APP) for write in writes[1:])


def rehearsals(plan: SetPlan) -> list[Rehearsal]:
    by_group: dict[str, list[AppPlan]] = {}
    for one in plan.apps:
        # What makes way for a group is still there while nothing is written.
        if one.plan.action in (planner.CREATED, planner.UPDATED) and not plan.doomed.intersection(
            ancestors(one.app_id)
        ):
            by_group.setdefault(parent(one.app_id), []).append(one)
    return [_rehearsal(group_id, apps, plan) for group_id, apps in sorted(by_group.items())]


def refusal(one: Rehearsal, ask: Callable[[str, dict[str, Any]], Any]) -> tuple[Invalid, str | None] | None:
    """Why Marathon refuses and, if that can be told, which app; None if it takes all of them.

    It checks every app by itself and answers without its name, so the one is found by halves.
    """
    error = _asked(one, ask)
    if error is None:
        return None
    suspects, proof = one, error
    while len(suspects.apps) > 1:
        middle = len(suspects.apps) // 2
        half = suspects.part(0, middle)
        proof = _asked(half, ask)
        suspects = half if proof else suspects.part(middle, len(suspects.apps))
    proof = proof or _asked(suspects, ask)
    return (proof, suspects.apps[0]) if proof else (error, None)


def _asked(one: Rehearsal, ask: Callable[[str, dict[str, Any]], Any]) -> Invalid | None:
    try:
        ask(one.group_id, one.body)
    except Invalid as error:
        error.args = (re.sub(r"/?apps\(0\)(?=/)", "", str(error)),)
        return error
    return None


def _rehearsal(group_id: str, apps: list[AppPlan], plan: SetPlan) -> Rehearsal:
    body: dict[str, Any] = {"apps": [_definition(one, plan) for one in apps]}
    role = plan.tree.groups.get(group_id, {}).get("enforceRole")
    if role is not None and group_id != "/" and not ancestors(group_id):
        body["enforceRole"] = role
    return Rehearsal(group_id, body, tuple(one.app_id for one in apps))


def _definition(one: AppPlan, plan: SetPlan) -> dict[str, Any]:
    body = {**one.plan.definition, "id": one.app_id}
    # A group takes fewer new roles than an app does when it is written by itself (api.md 4.6).
    if body.get("role") != plan.tree.apps.get(one.app_id, {}).get("role"):
        body.pop("role", None)
    return body
