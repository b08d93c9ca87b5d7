# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is told of a plan for a set: every app, pod and group, the diff, and all of it in one line."""

from __future__ import annotations

from typing import Any

from .. import likely_secrets, secrets
from ..plan import app as app_plan
from ..plan import differences
from ..report import answer
from .planning.plan import SetPlan


def described(plan: SetPlan, secret_names: tuple[str, ...], about: str = "") -> dict[str, Any]:
    return {
        "changed": plan.changed,
        "summary": answer.plan(plan.actions, plan.restarts, len(plan.changed_groups), about),
        "removed": sorted(plan.doomed | plan.doomed_pods),
        "apps": [
            {
                "id": one.app_id,
                "action": one.plan.action,
                "fields": differences.fields(one.plan.before, one.plan.after),
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
                "fields": differences.fields(one.plan.before, one.plan.after),
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


def of_failure(result: dict[str, Any]) -> dict[str, Any]:
    """Without the whole group and what stays as it is, which Ansible would print on one line."""
    lists = {
        name: [one for one in result[name] if not isinstance(one, dict) or one["action"] != app_plan.NONE]
        for name in ("apps", "pods", "groups")
    }
    return {**{name: value for name, value in result.items() if name != "group"}, **lists}


def _diffs(plan: SetPlan, secret_names: tuple[str, ...]) -> list[dict[str, Any]]:
    changed = [(one.app_id, one) for one in plan.changed_apps] + [(one.pod_id, one) for one in plan.changed_pods]
    diffs = []
    for name, one in changed:
        before = secrets.mask(one.plan.before or {}, secret_names)
        after = secrets.mask(one.plan.shown or {}, secret_names, one.plan.before)
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
