# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The writes that a plan for a set takes: as few as Marathon allows, in the order in which they are safe.

All apps go in one array of definitions, which Marathon takes or refuses as one, and deploys as one, in the order of
their dependencies. The body of a group could hold its apps as well, but would delete the apps, groups and pods that
somebody else has put there meanwhile, so groups are written alone, without the lists of what they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...definition import app_fields
from ...definition.apps import ancestors, inside
from ...definition.schema import Release
from ...plan import app as app_plan
from ...plan import releases
from .order import find_circle, levels
from .plan import AppPlan, GroupPlan, SetPlan, array_body
from .pods import PodEntry

APPS = "apps"
APP = "app"
POD = "pod"
GROUP = "group"
DELETE_APP = "delete app"
DELETE_POD = "delete pod"
DELETE_GROUP = "delete group"


@dataclass(frozen=True)
class Write:
    """apps and after name apps and pods; after are those that have to run first, because this write depends on them."""

    kind: str
    target: str
    body: Any = None
    partial: bool = False
    request: app_plan.Request | None = None
    apps: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def arranged(plan: SetPlan, release: Release = app_fields.NEWEST) -> list[Write]:
    early, late = _deletions(plan)
    before, behind = _group_writes(plan)
    return [*early, *before, *_app_writes(plan, release), *behind, *late]


def _app_writes(plan: SetPlan, release: Release) -> list[Write]:
    changed = [one for one in plan.changed_apps if one.plan.action != app_plan.DELETED]
    # Where no whole app can be written, none can be in an array either.
    pods = [one for one in plan.changed_pods if one.plan.action != app_plan.DELETED]
    alone = [one for one in changed if release < releases.FULL_WRITES or _goes_alone(one, plan)]
    together = [one for one in changed if one not in alone]
    if len(together) == 1 or _any_after(pods, together, plan):
        # The request for one app says the same, and an error of it names the app.
        alone, together = [*alone, *together], []
    names_alone = [*(one.app_id for one in alone), *(one.pod_id for one in pods)]
    writes: list[Write] = []
    done: tuple[str, ...] = ()
    requests = {one.app_id: one.plan.request for one in alone}
    of_pods = {one.pod_id: one.plan.request for one in pods}
    for row in _rows(plan, names_alone):
        for name in row:
            kind, request = (POD, of_pods[name]) if name in of_pods else (APP, requests[name])
            writes.append(Write(kind, name, request=request, apps=(name,), after=done))
        done += tuple(row)
    if together:
        names = tuple(one.app_id for one in together)
        partial = any(one.plan.spares for one in together)
        bodies = [array_body(one.plan, plan.tree.apps.get(one.app_id), release, partial) for one in together]
        needed = done if len(_rows(plan, [*names_alone, *names])) > 1 else ()
        writes.append(Write(APPS, f"{len(names)} apps", body=bodies, partial=partial, apps=names, after=needed))
    return writes


def _goes_alone(one: AppPlan, plan: SetPlan) -> bool:
    """Arrays drop executorResources: only POST stores them, and only a partial write can repeat them.

    An array is of whole definitions or of partial ones, so what takes the other kind does not go in it.
    """
    request = one.plan.request
    if request.method == "POST" or "executorResources" in request.body:
        return True
    return one.plan.action == app_plan.UPDATED and request.partial is not one.plan.spares


def _any_after(pods: list[PodEntry], together: list[AppPlan], plan: SetPlan) -> bool:
    """Whether a pod, by its group, depends on an app of the array: then each has a write of its own."""
    if not pods or not together:
        return False
    apps = [one.app_id for one in together]
    first, *_later = _rows(plan, [*(one.pod_id for one in pods), *apps])
    # What is behind something may be behind another pod alone.
    behind = [one.pod_id for one in pods if one.pod_id not in first]
    return any(name not in _rows(plan, [name, *apps])[0] for name in behind)


def _rows(plan: SetPlan, names: list[str]) -> list[list[str]]:
    return levels(names, plan.app_dependencies(), plan.group_dependencies()) if names else []


def _group_writes(plan: SetPlan) -> tuple[list[Write], list[Write]]:
    """Those before the apps, so that the apps are deployed in that order, and those that have to come after them."""
    changed = [one for one in plan.changed_groups if one.after is not None and _worth_a_write(one, plan)]
    if not changed or not _circle_on_the_way(plan):
        return [_group_write(one, one.after or ()) for one in changed], []
    kept = [(one, tuple(name for name in one.after or () if name in (one.before or ()))) for one in changed]
    shrinking = [_group_write(one, names) for one, names in kept if names != (one.before or ())]
    growing = [_group_write(one, one.after or ()) for one, names in kept if names != one.after]
    return shrinking, growing


def _worth_a_write(one: GroupPlan, plan: SetPlan) -> bool:
    """A group without dependencies comes with the apps in it."""
    created = [app.app_id for app in plan.apps if app.plan.action == app_plan.CREATED]
    created += [pod.pod_id for pod in plan.changed_pods if pod.plan.action == app_plan.CREATED]
    made = any(inside(name, one.group_id) for name in created)
    return bool(one.after) or one.before is not None or not made


def _circle_on_the_way(plan: SetPlan) -> bool:
    """The old and the new dependencies can be sound and contradict each other, and Marathon checks every write."""
    apps = plan.app_dependencies()
    for app_id, app in plan.tree.apps.items():
        apps.setdefault(app_id, []).extend(app.get("dependencies") or [])
    groups = {name: list(names) for name, names in plan.group_dependencies().items()}
    for group_id, group in plan.tree.groups.items():
        groups.setdefault(group_id, []).extend(group.get("dependencies") or [])
    return bool(find_circle(apps, groups))


def _group_write(one: GroupPlan, dependencies: tuple[str, ...]) -> Write:
    body: dict[str, Any] = {"dependencies": list(dependencies)}
    if one.enforce_role is not None:
        # A write that does not repeat it resets it to the default of the server.
        body["enforceRole"] = one.enforce_role
    return Write(GROUP, one.group_id, body=body)


def _deletions(plan: SetPlan) -> tuple[list[Write], list[Write]]:
    """What goes is removed last, when all else is accepted; but an app that is to become a group has to go first."""
    groups = [one.group_id for one in plan.groups if one.action == app_plan.DELETED]
    coming = [one.app_id for one in plan.apps if one.plan.action == app_plan.CREATED]
    coming += [one.pod_id for one in plan.changed_pods if one.plan.action == app_plan.CREATED]
    coming += [f"{one.group_id}/" for one in plan.groups if one.action == app_plan.CREATED]
    in_the_way = {above for path in coming for above in ancestors(path)}
    ordered = dependents_first(
        plan, [name for name in plan.doomed if not any(inside(name, group_id) for group_id in groups)]
    )
    early = [Write(DELETE_APP, name, apps=(name,)) for name in ordered if name in in_the_way]
    late = [Write(DELETE_APP, name, apps=(name,)) for name in ordered if name not in in_the_way]
    late += [Write(DELETE_POD, name, apps=(name,)) for name in sorted(plan.doomed_pods)]
    for group_id in groups:
        below = tuple(sorted(name for name in plan.doomed if inside(name, group_id)))
        late.append(Write(DELETE_GROUP, group_id, apps=below))
    return early, late


def dependents_first(plan: SetPlan, app_ids: list[str]) -> list[str]:
    """In the order in which they can be removed: who depends on another goes before that."""
    dependencies = {app_id: app.get("dependencies") or [] for app_id, app in plan.tree.apps.items()}
    rows = levels(app_ids, dependencies, {}) if app_ids else []
    return [name for row in reversed(rows) for name in row]
