# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a plan for a set: every app, pod and group, the diff, and all of it in one line."""

from __future__ import annotations

from collections import Counter
from typing import Any

from .. import likely_secrets, secrets
from ..plan import app as app_plan
from ..plan.ownership import listed
from .planning.plan import SetPlan

# Of removed apps, in one line.
_NAMED = 50


def described(plan: SetPlan, secret_names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "changed": plan.changed,
        "summary": summary(plan),
        "removed": sorted(plan.doomed | plan.doomed_pods),
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
        "pods": [
            {
                "id": one.pod_id,
                "action": one.plan.action,
                "restarts": one.plan.restarts,
                "adopted": one.adopted,
                "origin": one.origin,
            }
            for one in plan.pod_plans.entries
        ],
        "groups": [
            {"id": one.group_id, "action": one.action, "dependencies": list(one.after or ())} for one in plan.groups
        ],
        "diff": [*_diffs(plan, secret_names), *_group_diffs(plan)],
    }


def summary(plan: SetPlan) -> str:
    """For example 'apps: 1 created, 2 deleted (/shop/a, /shop/b), 997 unchanged; 1 replaced while running'."""
    pods = plan.pod_plans.entries
    restarts = sum(one.plan.restarts for one in [*plan.apps, *pods])
    groups = len(plan.changed_groups)
    text = f"apps: {_counts([one.plan.action for one in plan.apps], plan.doomed)}"
    text += f"; pods: {_counts([one.plan.action for one in pods], plan.doomed_pods)}" if pods else ""
    text += f"; {restarts} replaced while running" if restarts else ""
    return text + (f"; groups: {groups} changed" if groups else "")


def _counts(actions: list[str], doomed: set[str]) -> str:
    counted = Counter(actions)
    names = [app_plan.CREATED, app_plan.UPDATED, app_plan.SCALED, app_plan.DELETED, app_plan.NONE]
    gone = f" ({listed(sorted(doomed), _NAMED)})"
    parts = [
        f"{counted[name]} {name.replace(app_plan.NONE, 'unchanged')}{gone if name == app_plan.DELETED else ''}"
        for name in names
        if counted[name]
    ]
    return ", ".join(parts) or "none"


def _diffs(plan: SetPlan, secret_names: tuple[str, ...]) -> list[dict[str, Any]]:
    changed = [(one.app_id, one) for one in plan.changed_apps] + [(one.pod_id, one) for one in plan.changed_pods]
    diffs = []
    for name, one in changed:
        before = secrets.mask(one.plan.before or {}, secret_names)
        after = secrets.mask(one.plan.after or {}, secret_names, one.plan.before)
        header = f"{name}{' (restarts)' if one.plan.restarts else ''}"
        header += likely_secrets.told(secret_names, one.plan.before, one.plan.after)
        diffs.append({"before": before, "after": after, "before_header": name, "after_header": header})
    return diffs


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
