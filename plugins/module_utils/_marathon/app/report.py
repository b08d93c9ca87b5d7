# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module tells of a plan for one app and of what came of it. Secrets are masked here."""

from __future__ import annotations

from typing import Any

from .. import likely_secrets, secrets
from ..definition import app as app_definition
from ..definition.schema import Release
from ..plan import app as app_plan
from ..plan.app import Plan
from ..report import endpoints

START, SCALE, RESTART, STOP = "StartApplication", "ScaleApplication", "RestartApplication", "StopApplication"


def of_plan(plan: Plan, names: tuple[str, ...]) -> dict[str, Any]:
    before = secrets.mask(plan.before, names)
    after = secrets.mask(plan.after, names, plan.before)
    shown = secrets.mask(plan.shown, names, plan.before)
    return {
        "changed": plan.changed,
        "action": plan.action,
        "restarts": plan.restarts,
        "steps": steps(plan),
        "before": before,
        "after": after,
        "diff": {
            "before": before or {},
            "after": shown or {},
            "before_header": plan.app_id,
            "after_header": plan.app_id + _consequence(plan) + likely_secrets.told(names, plan.before, plan.after),
        },
    }


def of_failure(result: dict[str, Any]) -> dict[str, Any]:
    """The plan without the whole app, which Ansible would print on one line; the diff has it."""
    return {name: value for name, value in result.items() if name not in ("before", "after")}


def of_outcome(plan: Plan, seen: dict[str, Any] | None, release: Release, names: tuple[str, ...]) -> dict[str, Any]:
    """What Marathon said last or, where nothing was read after the plan, what is planned."""
    app = plan.after if seen is None else app_definition.canonical(seen, release)
    tasks = [_task(seen, task) for task in seen.get("tasks") or []] if seen else []
    return {
        "app": secrets.mask(app, names),
        "tasks": tasks,
        "endpoints": [endpoint.address for endpoint in endpoints.endpoints(seen)] if seen else [],
    }


def steps(plan: Plan) -> list[str]:
    """The actions of the deployment, one after the other (DeploymentPlan of Marathon, for a single app)."""
    if plan.action == app_plan.CREATED:
        return [START, SCALE]
    if plan.action == app_plan.DELETED:
        return [STOP]
    if plan.action == app_plan.RESTARTED:
        return [RESTART]
    if plan.action in (app_plan.UPDATED, app_plan.SCALED):
        replaces = plan.after["instances"] and (plan.action == app_plan.UPDATED or plan.restarts)
        return [RESTART if replaces else SCALE]
    return []


def _consequence(plan: Plan) -> str:
    if not plan.restarts:
        return ""
    count = plan.before["instances"]
    return f" (replaces {count} running instance{'' if count == 1 else 's'})"


def _task(app: dict[str, Any], task: dict[str, Any]) -> dict[str, Any]:
    described = {
        "id": task.get("id"),
        "host": task.get("host"),
        "state": endpoints.state(task),
        "ports": task.get("ports") or [],
        "version": task.get("version"),
        "endpoints": [endpoint.address for endpoint in endpoints.of_task(app, task)],
    }
    if task.get("healthCheckResults"):
        described["healthy"] = endpoints.health(app, task)
    return described
