# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A declared group beside the one that is there: what happens to its apps and to the groups in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..apps.planning.limit import USUAL, Limit
from ..apps.planning.plan import (
    AppPlan,
    GroupPlan,
    SetPlan,
    declared_and_there,
    emptiness,
    refuse_circles,
    refuse_clashes,
    refuse_excess,
)
from ..definition import app as app_definition
from ..definition import app_fields
from ..definition import pod as pod_definition
from ..definition.apps import DeclaredApp, ancestors, inside, parent
from ..errors import DefinitionError
from ..plan import app as app_plan
from ..plan import ignored as ignored_fields
from ..plan import merging
from ..plan.app import Wanted
from ..snapshot import Tree
from .tree import DeclaredTree

ROLES_SINCE = (1, 9)


@dataclass(frozen=True)
class TreePlan(SetPlan):
    """role is the rule for roles that has to be set, None where it is as declared.

    pods are those that change, gone_pods those of them that are removed.
    """

    group_id: str = "/"
    role: bool | None = None
    pods: tuple[str, ...] = ()
    gone_pods: frozenset[str] = frozenset()

    @property
    def actions(self) -> dict[str, str]:
        there = {name: app_plan.UPDATED if name in self.tree.pods else app_plan.CREATED for name in self.pods}
        return {**super().actions, **there, **dict.fromkeys(self.gone_pods, app_plan.DELETED)}

    @property
    def changed(self) -> bool:
        return self.role is not None or bool(self.pods) or super().changed

    @property
    def action(self) -> str:
        if self.group_id not in self.tree.groups:
            return app_plan.CREATED
        return app_plan.UPDATED if self.changed else app_plan.NONE

    def after(self, release: tuple[int, ...]) -> dict[str, Any]:
        """The whole group as planned, with canonical apps."""
        apps = {app_id: app_definition.canonical(app, release) for app_id, app in self.tree.apps.items()}
        apps.update((one.app_id, one.plan.after or {}) for one in self.apps)
        dependencies = {name: list(group.get("dependencies") or []) for name, group in self.tree.groups.items()}
        dependencies.update((one.group_id, list(one.after or ())) for one in self.groups)
        gone = [one.group_id for one in self.groups if one.action == app_plan.DELETED]
        for app_id in self.doomed:
            del apps[app_id]
        kept = {name: value for name, value in dependencies.items() if not any(inside(name, path) for path in gone)}
        return _nested(self.group_id, apps, kept)


def plan_tree(
    declared: DeclaredTree,
    tree: Tree,
    merge: bool = False,
    ignored: tuple[str, ...] = (),
    release: tuple[int, ...] = app_fields.NEWEST,
    allow_empty: bool = False,
    limit: Limit = USUAL,
) -> TreePlan:
    ignored_fields.check_keys(ignored, declared_and_there(declared.appset, tree))
    apps = []
    for app_id, app in sorted(declared.appset.apps.items()):
        wanted = declared_app(app, merge, ignored)
        apps.append(AppPlan(app_plan.plan_present(wanted, tree.apps.get(app_id), release), app.origin))
    going = [] if merge else _unlisted_groups(declared, tree)
    doomed = [] if merge else _unlisted_apps(declared, tree, going)
    if declared.version is None:
        # An earlier version is put back by Marathon itself, whatever is there now.
        if not allow_empty:
            _refuse_emptiness(declared, doomed)
        whose = f"in {declared.group_id}"
        refuse_excess(limit, len(tree.apps), doomed, "the definition", whose, "the definition")
        _refuse_pods(going, tree)
        refuse_clashes(declared.appset, tree, set(doomed))
    removed = [AppPlan(app_plan.plan_absent(app_id, tree.apps[app_id], release)) for app_id in doomed]
    pods = () if declared.version is None else _changed_pods(declared, tree, release)
    plan = TreePlan(
        tuple(sorted([*apps, *removed], key=lambda one: one.app_id)),
        (*_present_groups(declared, tree, merge), *(_removal(name, tree) for name in going)),
        tree,
        group_id=declared.group_id,
        role=_role(declared, tree, release),
        pods=pods,
        gone_pods=frozenset(pods) - set(declared.pods),
    )
    if plan.changed:
        refuse_circles(declared.appset, plan)
    return plan


def declared_app(app: DeclaredApp, merge: bool, ignored: tuple[str, ...]) -> Wanted:
    return Wanted(app.app, merge=merge, removed=merging.app_removals(app.raw) if merge else (), ignored=ignored)


def _unlisted_groups(declared: DeclaredTree, tree: Tree) -> list[str]:
    known = declared.appset.groups
    return sorted(name for name in tree.groups if name not in known and parent(name) in declared.whole_groups)


def _unlisted_apps(declared: DeclaredTree, tree: Tree, going: list[str]) -> list[str]:
    known = declared.appset.apps
    return sorted(
        app_id
        for app_id in tree.apps
        if app_id not in known
        and (parent(app_id) in declared.whole_apps or any(inside(app_id, name) for name in going))
    )


def _refuse_emptiness(declared: DeclaredTree, doomed: list[str]) -> None:
    """A template that yields nothing, because a variable is missing, is no decision to remove what it declared."""
    no_apps = declared.whole_apps - {parent(app_id) for app_id in declared.appset.apps}
    no_groups = declared.whole_groups - {parent(group_id) for group_id in declared.appset.groups}
    losing = {f"the list of apps of {parent(app_id)} is empty" for app_id in doomed if parent(app_id) in no_apps}
    for app_id in doomed:
        above = no_groups.intersection(ancestors(parent(app_id)))
        losing.update(f"the list of groups of {name} is empty" for name in above)
    if losing:
        raise emptiness(sorted(losing), doomed, "the definition")


def _refuse_pods(going: list[str], tree: Tree) -> None:
    for name in going:
        pods = sorted(pod for pod in tree.pods if inside(pod, name))
        if pods:
            raise DefinitionError(
                f"{name} is not in the list of groups, but holds the pod {pods[0]}, which no definition of a group "
                "can declare: list that group, or remove its pods first"
            )


def _present_groups(declared: DeclaredTree, tree: Tree, merge: bool) -> list[GroupPlan]:
    plans = []
    for group_id, group in sorted(declared.appset.groups.items()):
        current = tree.groups.get(group_id)
        before = None if current is None else tuple(sorted(current.get("dependencies") or ()))
        after = group.dependencies if group_id in declared.whole_dependencies else before or ()
        if merge:
            after = () if group_id in declared.no_dependencies else tuple(sorted({*after, *(before or ())}))
        action = app_plan.NONE if before == after else app_plan.UPDATED
        if current is None:
            action = app_plan.CREATED
        role = None
        if not ancestors(group_id):
            role = (current or {}).get("enforceRole") if declared.enforce_role is None else declared.enforce_role
        plans.append(GroupPlan(group_id, action, before, after, role))
    return plans


def _removal(group_id: str, tree: Tree) -> GroupPlan:
    return GroupPlan(group_id, app_plan.DELETED, tuple(tree.groups[group_id].get("dependencies") or ()), None)


def _changed_pods(declared: DeclaredTree, tree: Tree, release: tuple[int, ...]) -> tuple[str, ...]:
    before = {pod_id: pod_definition.canonical(pod, release) for pod_id, pod in tree.pods.items()}
    after = {pod_id: pod_definition.canonical(pod, release) for pod_id, pod in declared.pods.items()}
    changed = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    for name in changed:
        pod_definition.check_harmless(after.get(name, {}))
    return tuple(changed)


def _role(declared: DeclaredTree, tree: Tree, release: tuple[int, ...]) -> bool | None:
    wanted = declared.enforce_role
    if wanted is None or tree.groups.get(declared.group_id, {}).get("enforceRole") is wanted:
        return None
    if release < ROLES_SINCE:
        raise DefinitionError("enforceRole needs Marathon 1.9 or newer, and this one is older: leave it out")
    return wanted


def _nested(group_id: str, apps: dict[str, dict[str, Any]], dependencies: dict[str, list[str]]) -> dict[str, Any]:
    return {
        "id": group_id,
        "dependencies": dependencies.get(group_id, []),
        "apps": [app for app_id, app in sorted(apps.items()) if parent(app_id) == group_id],
        "groups": [_nested(name, apps, dependencies) for name in sorted(dependencies) if parent(name) == group_id],
    }
