# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dependencies that a set declares on what neither it nor Marathon has, or on what the same run removes."""

from __future__ import annotations

from typing import Iterator

from ..api.client import Client
from ..check import dependencies
from ..definition.apps import AppSet, ancestors, inside
from .planning.plan import SetPlan


def told(appset: AppSet, plan: SetPlan, scope: str, client: Client) -> Iterator[str]:
    there = {*plan.tree.apps, *plan.tree.pods, *plan.tree.groups}
    for origin, dependent, name in _unmet(appset, plan, scope, client):
        sentence = _of_removed if name in there else dependencies.sentence
        yield f"{origin}: {sentence(dependent, name)}"


def _of_removed(dependent: str, name: str) -> str:
    return (
        f"{dependent} depends on {name}, which this set removes, because nothing declares it: declare {name}, or take "
        "it out of dependencies"
    )


def _unmet(appset: AppSet, plan: SetPlan, scope: str, client: Client) -> Iterator[tuple[str, str, str]]:
    """Origin, dependent and name. What lies outside of the group that was read is asked for, each name once."""
    known = _known(appset, plan)
    outside: dict[str, bool] = {}
    for origin, dependent, name in _declared(appset):
        if name in known:
            continue
        if not inside(name, scope) and name not in outside:
            outside[name] = dependencies.exists(client, name)
        if not outside.get(name, False):
            yield origin, dependent, name


def _declared(appset: AppSet) -> Iterator[tuple[str, str, str]]:
    for app_id, app in sorted(appset.apps.items()):
        for name in app.app.get("dependencies", []):
            yield app.origin, app_id, name
    for group_id, group in sorted(appset.groups.items()):
        for name in group.dependencies:
            yield group.origin, group_id, name


def _known(appset: AppSet, plan: SetPlan) -> set[str]:
    """All that is there when the plan is done, with the groups that hold it."""
    tree = plan.tree
    gone = {one.group_id for one in plan.groups if one.after is None}
    there = {*tree.apps, *tree.pods, *tree.groups} - plan.doomed - plan.doomed_pods
    there = {name for name in there if not any(inside(name, group_id) for group_id in gone)}
    coming = {*appset.apps, *appset.pods, *appset.groups}
    return there | coming | {above for name in coming for above in ancestors(name)}
