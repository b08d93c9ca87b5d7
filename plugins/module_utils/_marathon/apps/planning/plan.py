# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole set beside what is there: what happens to each app and group. How it is written is in writes.py."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Collection

from ...definition import app as app_definition
from ...definition import app_fields
from ...definition.apps import AppSet, DeclaredApp, DeclaredGroup, ancestors, inside, parent, refuse_all
from ...definition.schema import Release
from ...errors import DefinitionError
from ...plan import app as app_plan
from ...plan import ignored, ownership, releases
from ...plan.app import Plan, Wanted
from ...rules import tree as tree_rules
from ...snapshot import Tree
from . import limit as removal_limit
from . import pods as set_pods
from .order import find_circle


@dataclass(frozen=True)
class Rules:
    owner: ownership.Nobody = field(default_factory=ownership.Nobody)
    adopt: bool = False
    prune: bool = False
    allow_empty: bool = False
    # Files, or documents of them, that are an empty list.
    blank: tuple[str, ...] = ()
    limit: removal_limit.Limit = removal_limit.USUAL
    ignored: tuple[str, ...] = ()
    pod_ignored: tuple[str, ...] = ()


@dataclass(frozen=True)
class AppPlan:
    plan: Plan
    origin: str | None = None
    adopted: bool = False

    @property
    def app_id(self) -> str:
        return self.plan.app_id


@dataclass(frozen=True)
class GroupPlan:
    """A declared group, or with the action deleted one that goes with all that is left in it."""

    group_id: str
    action: str
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None
    enforce_role: bool | None = None

    @property
    def changed(self) -> bool:
        return self.action != app_plan.NONE


@dataclass(frozen=True)
class SetPlan:
    apps: tuple[AppPlan, ...]
    groups: tuple[GroupPlan, ...]
    tree: Tree
    # Apps that would be removed but for the label of another set, with that label.
    spared: dict[str, str] = field(default_factory=dict)
    pod_plans: set_pods.PodPlans = field(default_factory=set_pods.PodPlans)

    @property
    def changed_apps(self) -> list[AppPlan]:
        return [one for one in self.apps if one.plan.changed]

    @property
    def changed_pods(self) -> list[set_pods.PodEntry]:
        return [one for one in self.pod_plans.entries if one.plan.changed]

    @property
    def doomed_pods(self) -> set[str]:
        return set(self.pod_plans.removed)

    @property
    def changed_groups(self) -> list[GroupPlan]:
        return [one for one in self.groups if one.changed]

    @property
    def changed(self) -> bool:
        return bool(self.changed_apps or self.changed_pods or self.changed_groups)

    @property
    def actions(self) -> dict[str, str]:
        """What is done to every app and pod, by its id."""
        apps = {one.app_id: one.plan.action for one in self.apps}
        return {**apps, **{one.pod_id: one.plan.action for one in self.pod_plans.entries}}

    @property
    def restarts(self) -> int:
        """Of how many apps and pods running instances are replaced."""
        return sum(one.plan.restarts for one in [*self.apps, *self.pod_plans.entries])

    @property
    def doomed(self) -> set[str]:
        return {one.app_id for one in self.apps if one.plan.action == app_plan.DELETED}

    def app_dependencies(self) -> dict[str, list[str]]:
        """Of every app that will be there, and every pod, which itself depends on nothing."""
        pods = {*self.tree.pods, *(one.pod_id for one in self.pod_plans.entries)} - self.doomed_pods
        stored = {app_id: app.get("dependencies") or [] for app_id, app in self.tree.apps.items()}
        planned = {one.app_id: (one.plan.after or {}).get("dependencies", []) for one in self.apps}
        known = {**dict.fromkeys(pods, ()), **stored, **planned}
        doomed = self.doomed
        return {name: list(names) for name, names in known.items() if name not in doomed}

    def group_dependencies(self) -> dict[str, tuple[str, ...]]:
        stored = {group_id: tuple(group.get("dependencies") or ()) for group_id, group in self.tree.groups.items()}
        planned = {one.group_id: one.after for one in self.groups if one.after is not None}
        gone = {one.group_id for one in self.groups if one.after is None}
        return {name: names for name, names in {**stored, **planned}.items() if name not in gone}


def plan_set(appset: AppSet, tree: Tree, rules: Rules, release: Release = app_fields.NEWEST) -> SetPlan:
    ignored.check_keys(rules.ignored, declared_and_there(appset, tree))
    present, wrong = [], []
    for _app_id, app in sorted(appset.apps.items()):
        try:
            present.append(_plan_app(app, tree, rules, release))
        except DefinitionError as error:
            wrong.append(error)
    refuse_all(wrong)
    _refuse_strangers(appset, tree, rules)
    spared = _marked_by_others(appset, tree, rules)
    doomed = _doomed(appset, tree, rules, spared)
    refuse_clashes(appset, tree, {app["id"] for app in doomed})
    pods = set_pods.plan_pods(
        appset, tree.pods, rules.owner, rules.pod_ignored, release, rules.prune, rules.allow_empty, rules.limit
    )
    if not rules.allow_empty:
        _refuse_emptiness_of_pods(appset, rules, pods.removed)
    absent = [AppPlan(app_plan.plan_absent(app["id"], app, release)) for app in doomed]
    groups = [*_declared_groups(appset, tree), *_emptied_groups(appset, tree, rules, doomed, spared, pods)]
    plan = SetPlan(tuple(sorted([*present, *absent], key=lambda one: one.app_id)), tuple(groups), tree, spared, pods)
    if plan.changed:
        refuse_circles(appset, plan)
    return plan


def declared_and_there(appset: AppSet, tree: Tree) -> list[dict[str, Any]]:
    """The declared apps and pods, and what is there of them."""
    there = [tree.apps[app_id] for app_id in appset.apps if app_id in tree.apps]
    there += [tree.pods[pod_id] for pod_id in appset.pods if pod_id in tree.pods]
    return [*(one.app for one in [*appset.apps.values(), *appset.pods.values()]), *there]


def _plan_app(declared: DeclaredApp, tree: Tree, rules: Rules, release: Release) -> AppPlan:
    current = tree.apps.get(declared.app_id)
    wanted = rules.owner.marked(declared)
    try:
        plan = app_plan.plan_present(Wanted(wanted.app, ignored=rules.ignored), current, release)
    except DefinitionError as error:
        raise DefinitionError(f"{declared.origin}: {error}", **error.facts) from error
    adopted = current is not None and not rules.owner.owns(current)
    return AppPlan(plan, declared.origin, adopted)


def _refuse_strangers(appset: AppSet, tree: Tree, rules: Rules) -> None:
    """An app that runs without the mark of this set may be somebody else's."""
    strangers = []
    for app_id, declared in sorted([*appset.apps.items(), *appset.pods.items()]):
        current = tree.apps.get(app_id) or tree.pods.get(app_id)
        if current is None:
            continue
        other = rules.owner.disowned(current)
        if other is not None:
            raise DefinitionError(
                f"{app_id} of {declared.origin} belongs to the set {other!r} according to its label, which is another "
                "one than that of owner_label: declare it in one set only, or change that label first"
            )
        if not rules.owner.owns(current):
            strangers.append(app_id)
    if strangers and not rules.adopt:
        raise DefinitionError(rules.owner.refusal(strangers), strangers=strangers)


def _marked_by_others(appset: AppSet, tree: Tree, rules: Rules) -> dict[str, str]:
    if not rules.prune:
        return {}
    found = {
        app_id: rules.owner.marked_by_another(app, appset)
        for app_id, app in sorted(tree.apps.items())
        if app_id not in appset.apps and rules.owner.owns(app)
    }
    return {app_id: label for app_id, label in found.items() if label is not None}


def _doomed(appset: AppSet, tree: Tree, rules: Rules, spared: dict[str, str]) -> list[dict[str, Any]]:
    if not rules.prune:
        return []
    owned = [app for app_id, app in sorted(tree.apps.items()) if app_id not in spared and rules.owner.owns(app)]
    doomed = [app for app in owned if app["id"] not in appset.apps]
    if not rules.allow_empty:
        _refuse_emptiness(appset, rules, [app["id"] for app in doomed])
    refuse_excess(
        rules.limit, len(owned), [app["id"] for app in doomed], "prune", "that this set owns", "definitions and src"
    )
    return doomed


def refuse_excess(limit: removal_limit.Limit, owned: int, doomed: list[str], who: str, whose: str, place: str) -> None:
    """Most of a set does not go at once, unless something is wrong with what declares it."""
    if limit.exceeded(len(doomed), owned):
        raise DefinitionError(
            f"{who} would remove {len(doomed)} of the {owned} apps {whose} ({ownership.listed(doomed)}), "
            f"which is more than {limit}: check {place}, or set prune_limit to {len(doomed)} if that is intended",
            removed=doomed,
        )


def _refuse_emptiness(appset: AppSet, rules: Rules, doomed: list[str]) -> None:
    """A template that yields nothing, because a variable is missing, is no decision to remove what it declared."""
    losing = {parent(app_id) for app_id in doomed} & appset.bare
    losing |= {name for app_id in doomed for name in ancestors(app_id)} & appset.hollow
    reasons = [] if appset.apps else ["no app is declared"]
    _refuse_losses(appset, rules, doomed, losing, "app", reasons)


def _refuse_emptiness_of_pods(appset: AppSet, rules: Rules, doomed: list[str]) -> None:
    """The same of pods, some of which are declared."""
    without_any = {name for name in appset.hollow if not any(inside(pod_id, name) for pod_id in appset.pods)}
    losing = {parent(pod_id) for pod_id in doomed} & appset.podless
    losing |= {name for pod_id in doomed for name in ancestors(pod_id)} & without_any
    _refuse_losses(appset, rules, doomed, losing, "pod", [])


def _refuse_losses(
    appset: AppSet, rules: Rules, doomed: list[str], losing: set[str], what: str, reasons: list[str]
) -> None:
    """losing are the groups in which nothing is declared that holds what goes."""
    reasons = reasons + [f"{path} is an empty list" for path in rules.blank]
    reasons += [
        f"the group {name} of {appset.groups[name].origin} has no {what}s"
        for name in sorted(losing)
        if not losing.intersection(ancestors(name))
    ]
    if doomed and reasons:
        raise emptiness(reasons, doomed, "definitions and src", what)


def emptiness(reasons: list[str], doomed: list[str], place: str, what: str = "app") -> DefinitionError:
    return DefinitionError(
        f"{ownership.listed(reasons)}, so {len(doomed)} {what}{'s' if len(doomed) > 1 else ''} would be removed "
        f"({ownership.listed(doomed)}): check {place}, or set allow_empty if that is intended",
        removed=doomed,
    )


def refuse_clashes(appset: AppSet, tree: Tree, doomed: set[str]) -> None:
    """An id is that of an app, of a pod or of a group."""
    kinds = [(tree_rules.APP, appset.apps), (tree_rules.POD, appset.pods), (tree_rules.GROUP, appset.groups)]
    found = [
        clash
        for kind, declared in kinds
        for path in sorted(declared)
        for clash in tree_rules.clashes(path, kind, declared[path].origin, tree, doomed)
    ]
    if found:
        raise DefinitionError("; ".join(found))


def _declared_groups(appset: AppSet, tree: Tree) -> list[GroupPlan]:
    plans = []
    for group_id, declared in sorted(appset.groups.items()):
        current = tree.groups.get(group_id)
        _refuse_role(declared, bool((current or {}).get("enforceRole")))
        before = None if current is None else tuple(sorted(current.get("dependencies") or ()))
        action = app_plan.NONE if before == declared.dependencies else app_plan.UPDATED
        if current is None:
            action = app_plan.CREATED
        role = (current or {}).get("enforceRole") if not ancestors(group_id) else None
        plans.append(GroupPlan(group_id, action, before, declared.dependencies, role))
    return plans


def _refuse_role(declared: DeclaredGroup, current: bool) -> None:
    wanted = declared.enforce_role
    if wanted not in (None, current):
        raise DefinitionError(
            f"{declared.origin}: the group {declared.group_id} declares enforceRole={str(wanted).lower()}, and has "
            f"{str(current).lower()} on this Marathon: set it by the module marathon_group first, or leave it out"
        )


def _emptied_groups(
    appset: AppSet,
    tree: Tree,
    rules: Rules,
    doomed: list[dict[str, Any]],
    spared: dict[str, str],
    pods: set_pods.PodPlans,
) -> list[GroupPlan]:
    """The largest groups that hold nothing but what goes. They are this set's own only where it owns by group."""
    if not isinstance(rules.owner, ownership.ByGroup):
        return []
    left = [*appset.apps, *appset.pods, *appset.groups, *(set(tree.pods) - set(pods.removed)), *spared]
    kept = {above for path in left for above in [path, *ancestors(path)]}
    going = {above for path in [*(app["id"] for app in doomed), *pods.removed] for above in ancestors(path)}
    free = {name for name in going - kept if name in tree.groups and inside(name, rules.owner.group_id)}
    return [
        GroupPlan(name, app_plan.DELETED, tuple(tree.groups[name].get("dependencies") or ()), None)
        for name in sorted(free)
        if not free.intersection(ancestors(name))
    ]


def refuse_circles(appset: AppSet, plan: SetPlan) -> None:
    circle = find_circle(plan.app_dependencies(), plan.group_dependencies())
    if circle:
        origins = {appset.apps[name].origin for name in circle if name in appset.apps}
        told = f" ({', '.join(sorted(origins))})" if origins else ""
        raise DefinitionError(
            f"the dependencies go round in a circle: {' -> '.join(circle)}{told}; break it: remove one of them",
            circle=circle,
        )


def without(plan: SetPlan, kept: Collection[str]) -> SetPlan:
    """The plan without the removal of these apps and groups, and of the groups that hold them."""
    return replace(
        plan,
        apps=tuple(one for one in plan.apps if one.plan.action != app_plan.DELETED or one.app_id not in kept),
        pod_plans=replace(
            plan.pod_plans,
            entries=tuple(
                one for one in plan.pod_plans.entries if one.plan.action != app_plan.DELETED or one.pod_id not in kept
            ),
        ),
        groups=tuple(
            one
            for one in plan.groups
            if one.action != app_plan.DELETED or not any(inside(name, one.group_id) for name in kept)
        ),
    )


def restarting(plan: SetPlan) -> list[str]:
    return [
        *(one.app_id for one in plan.apps if one.plan.restarts),
        *(one.pod_id for one in plan.pod_plans.entries if one.plan.restarts),
    ]


def array_body(plan: Plan, current: dict[str, Any] | None, release: Release, partial: bool) -> dict[str, Any]:
    """The app as an element of an array, which is either of whole definitions or of partial ones."""
    if partial:
        body = plan.request.body if plan.action != app_plan.CREATED else _with_ports(plan)
        return {**body, "id": plan.app_id}
    if plan.action != app_plan.SCALED:
        return dict(plan.request.body)
    # What is stored, in the form that was declared: nothing but the number differs then.
    return releases.body({**app_definition.declared(current), "instances": plan.after["instances"]}, release)


def _with_ports(plan: Plan) -> dict[str, Any]:
    """A new app gets no port by itself in an array of partial definitions (api.md 3.2)."""
    ports = {name: plan.after[name] for name in ("portDefinitions",) if name in plan.after}
    return {**ports, **plan.definition}
