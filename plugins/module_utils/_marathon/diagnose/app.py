# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says in words why an app does not reach what is wanted, from what Marathon reports about it."""

from __future__ import annotations

from typing import Any

from . import failures, health
from . import offers as offer_diagnosis
from .stability import Endings


def explain(
    app: dict[str, Any],
    queue_item: dict[str, Any] | None,
    deployment: dict[str, Any] | None = None,
    since: str | None = None,
    endings: Endings | None = None,
) -> list[str]:
    """Sentences without a full stop, the most telling first, never none.

    app is what GET returns, queue_item its element of /v2/queue with lastUnusedOffers, deployment the element of
    /v2/deployments that is waited for, since the time of the change: an older failure says nothing about it, and
    endings what ended during the wait, which says more than the offers that a restarted instance waits for.
    """
    running = {**app, "tasks": app.get("tasks") or []}
    ended = endings or Endings()
    failure = failures.last_failure(running, since)
    offers = offer_diagnosis.blocked(running, queue_item)
    first, last = (failure, offers) if ended.count or failures.is_fresh(running) else (offers, failure)
    told = [*first, *last]
    if ended.count:
        told = failures.looping(ended, told, recorded=bool(failure))
    own = [
        *told,
        *failures.backing_off(running, queue_item, recorded=bool(failure or ended.count)),
        *health.failing(running),
        *health.not_ready(running, deployment),
        *_staging(running),
    ]
    seen = bool(running["tasks"] or running.get("lastTaskFailure") or ended.count)
    without = [] if own else offer_diagnosis.without_offer(running, queue_item, seen)
    reasons = [*_turn(running, deployment), *own, *_leaving(running), *without]
    return reasons or _unexplained(running, deployment)


def changed_at(app: dict[str, Any]) -> str | None:
    """When the definition was changed, apart from the number of instances."""
    return (app.get("versionInfo") or {}).get("lastConfigChangeAt")


def deployment_of(app: dict[str, Any], deployments: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The deployment that works on the app, of all that /v2/deployments lists."""
    own = {entry["id"] for entry in app.get("deployments", [])}
    return next((entry for entry in deployments if entry["id"] in own), None)


def counts(app: dict[str, Any]) -> str:
    text = f"{app.get('tasksRunning', 0)} of {app.get('instances', 0)} instances run"
    if app.get("healthChecks"):
        text += f", {app.get('tasksHealthy', 0)} healthy, {app.get('tasksUnhealthy', 0)} unhealthy"
    return text


def _turn(app: dict[str, Any], deployment: dict[str, Any] | None) -> list[str]:
    """Steps run one after the other, and dependencies come in earlier ones."""
    steps, current = (deployment or {}).get("steps", []), (deployment or {}).get("currentStep", 0)
    own = [number for number, step in enumerate(steps, 1) if app["id"] in _targets(step)]
    if not own or current < 1 or max(own) <= current or current in own:
        return []
    others = ", ".join(sorted(_targets(steps[current - 1])))
    return [
        f"step {current} of {len(steps)} of deployment {deployment['id']} is not done: {others} must be ready before "
        f"{app['id']}, whose turn is step {max(own)}"
    ]


def _targets(step: Any) -> set[str]:
    # Up to 0.15 a step is the list of its actions itself.
    actions = step.get("actions", []) if isinstance(step, dict) else step
    return {str(action.get("app") or action.get("pod")) for action in actions}


def _staging(app: dict[str, Any]) -> list[str]:
    staging = [task for task in app["tasks"] if task.get("state") in ("TASK_STAGING", "TASK_STARTING")]
    if not staging:
        return []
    began = min((task["stagedAt"] for task in staging if task.get("stagedAt")), default=None)
    docker = (app.get("container") or {}).get("docker") or {}
    doing = f"pulling the image {docker['image']} or starting the container" if docker else "starting the command"
    if app.get("fetch") or app.get("uris"):
        doing = f"fetching files, {doing}"
    return [
        f"{_instances(staging)} staging on {_hosts(staging)}{f' since {began}' if began else ''}: {doing}; Marathon "
        "starts an instance anew when that takes longer than its task_launch_timeout (5 minutes by default)"
    ]


def _leaving(app: dict[str, Any]) -> list[str]:
    reasons = []
    killing = [task for task in app["tasks"] if task.get("state") == "TASK_KILLING"]
    if killing:
        grace = app.get("taskKillGracePeriodSeconds")
        limit = f" for at most {grace} s (taskKillGracePeriodSeconds)" if grace else ""
        reasons.append(f"{_instances(killing)} being stopped (TASK_KILLING) on {_hosts(killing)}{limit}")
    lost = [task for task in app["tasks"] if task.get("state") == "TASK_UNREACHABLE"]
    if lost:
        strategy = app.get("unreachableStrategy")
        when = "unreachableStrategy is disabled, so they are not replaced until their agent is back"
        if isinstance(strategy, dict):
            when = (
                f"replaced after {strategy.get('inactiveAfterSeconds', 0)} s, given up after "
                f"{strategy.get('expungeAfterSeconds', 0)} s"
            )
        reasons.append(f"{_instances(lost)} TASK_UNREACHABLE, the agents on {_hosts(lost)} do not answer: {when}")
    changed_at = (app.get("versionInfo") or {}).get("lastConfigChangeAt", "")
    old = [
        task for task in app["tasks"] if task.get("state") == "TASK_RUNNING" and task.get("version", "~") < changed_at
    ]
    if old and not reasons:
        reasons.append(f"{_instances(old)} still of the version before the change, on {_hosts(old)}")
    return reasons


def _unexplained(app: dict[str, Any], deployment: dict[str, Any] | None) -> list[str]:
    ids = ", ".join(entry["id"] for entry in app.get("deployments", []))
    if not ids and app.get("instances") and app.get("tasksRunning") == app.get("instances"):
        return ["all instances run, but not for as long as healthy_for yet"]
    if not ids:
        return ["Marathon reports no reason; see its log"]
    if not deployment or not deployment.get("currentStep"):
        return [f"deployment {ids} still runs"]
    actions = ", ".join(
        f"{action.get('action')} {action.get('app') or action.get('pod')}"
        for action in deployment.get("currentActions", [])
    )
    total = deployment.get("totalSteps") or len(deployment.get("steps", []))
    return [f"deployment {ids} still runs, step {deployment['currentStep']} of {total}: {actions}"]


def _instances(tasks: list[dict[str, Any]]) -> str:
    return "1 instance is" if len(tasks) == 1 else f"{len(tasks)} instances are"


def _hosts(tasks: list[dict[str, Any]]) -> str:
    return ", ".join(sorted({str(task.get("host")) for task in tasks}))
