# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what happened between two looks at Marathon, as the events that its stream would have had.

A state keeps less than the events: of several failures of an app the last, of a deployment that has ended only what it
was to bring about.
"""

from __future__ import annotations

from typing import Any, Iterator

from . import subject
from .seen import MarathonSeen
from .state import MarathonState, affected, instance_of

Event = dict[str, Any]

# Mesos' word for a task of which nothing is known.
_GONE = "TASK_UNKNOWN"
# What a condition of an instance is for the status of an instance of a pod.
_CONDITIONS = {"PENDING": "Provisioned", "STAGING": "Staging", "TERMINAL": "Finished"}
_FIELDS_OF_TASK = ("slaveId", "host", "ports", "ipAddresses", "version")
_FIELDS_OF_FAILURE = ("slaveId", "host", "message", "version", "timestamp")


def difference(seen: MarathonSeen, now: MarathonState) -> list[Event]:
    """In the order in which causes come before effects."""
    return [
        *_definitions(seen, now),
        *_begun(seen, now),
        *_failures(seen, now),
        *_ended_tasks(seen, now),
        *_tasks(seen, now),
        *_health(seen, now),
        *_instances(seen, now),
        *_over(seen, now),
        *_removed(seen, now),
    ]


def _definitions(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    for name, app in now.apps.items():
        if seen.versions.get(name) != str(app.get("version") or ""):
            yield {"eventType": "api_post_event", "uri": f"/v2/apps{name}", "appDefinition": app}
    for name, pod in now.pods.items():
        if name not in seen.versions:
            yield {"eventType": "pod_created_event", "uri": f"/v2/pods{name}"}
        elif seen.versions[name] != str(pod.get("version") or ""):
            yield {"eventType": "pod_updated_event", "uri": f"/v2/pods{name}"}


def _begun(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    for name, deployment in now.deployments.items():
        if name not in seen.deployments:
            step = {"actions": deployment.get("currentActions") or []}
            yield {"eventType": "deployment_info", "plan": _plan(name, deployment), "currentStep": step}


def _plan(name: str, deployment: dict[str, Any]) -> dict[str, Any]:
    return {"id": name, "version": deployment.get("version"), "steps": deployment.get("steps") or []}


def _failures(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    for name, failure in now.failures.items():
        task_id = str(failure.get("taskId"))
        if not seen.has_ended(task_id):
            told = {key: failure[key] for key in _FIELDS_OF_FAILURE if failure.get(key) is not None}
            yield {
                "eventType": "status_update_event",
                **told,
                "appId": name,
                "taskId": task_id,
                "taskStatus": failure.get("state"),
            }


def _ended_tasks(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    failed = {str(failure.get("taskId")) for failure in now.failures.values()}
    for task_id, (app_id, _state) in seen.tasks.items():
        # Of an instance of a pod, its own events say more.
        if task_id not in now.tasks and task_id not in failed and app_id not in now.pods:
            yield {
                "eventType": "status_update_event",
                "appId": app_id,
                "taskId": task_id,
                "taskStatus": _GONE,
                "message": "The task ended while no events were received; Marathon does not keep how",
            }


def _tasks(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    for task_id, task in now.tasks.items():
        if seen.tasks.get(task_id) != (task.app_id, task.state):
            told = {key: task.told[key] for key in _FIELDS_OF_TASK if task.told.get(key) is not None}
            yield {
                "eventType": "status_update_event",
                **told,
                "appId": task.app_id,
                "taskId": task_id,
                "taskStatus": task.state,
            }


def _health(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    for task_id, task in now.tasks.items():
        instance = instance_of(task_id)
        if task.healthy is not None and seen.health.get(instance) != task.healthy:
            yield {
                "eventType": "health_status_changed_event",
                "appId": task.app_id,
                "taskId": task_id,
                "instanceId": instance,
                "version": task.told.get("version"),
                "alive": task.healthy,
            }


def _instances(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    for name, pod_id in seen.instances.items():
        if name not in now.instances:
            yield _instance(name, pod_id, "Unknown")
    for name, one in now.instances.items():
        if name not in seen.instances:
            yield _instance(name, one.pod_id, _CONDITIONS.get(str(one.told.get("status")), "Running"))


def _instance(name: str, pod_id: str, condition: str) -> Event:
    return {"eventType": "instance_changed_event", "instanceId": name, "runSpecId": pod_id, "condition": condition}


def _over(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    for name, deployment in seen.deployments.items():
        if name in now.deployments:
            continue
        wrong = _undone(deployment, now)
        told = {"id": name, "plan": _plan(name, deployment)}
        if wrong:
            # A page too many is better than one too few.
            reason = f"It ended while no events were received, and not all is as it was to be: {'; '.join(wrong)}"
            yield {"eventType": "deployment_failed", **told, "reason": reason}
        else:
            yield {"eventType": "deployment_success", **told}


def _undone(deployment: dict[str, Any], now: MarathonState) -> list[str]:
    """What is not as a deployment was to make it, one sentence each."""
    actions = {name: action for action, name in subject.actions(deployment)}
    version = str(deployment.get("version") or "")
    busy = {name for other in now.deployments.values() for name in affected(other)}
    found = []
    for name in sorted({*actions, *affected(deployment)}):
        there = now.apps.get(name) or now.pods.get(name)
        if actions.get(name, "").startswith("Stop"):
            wrong = "exists" if there else None
        elif there is None:
            wrong = "does not exist"
        elif version and str(there.get("version") or "") != version:
            wrong = f"has the version {there.get('version')} and not {version}"
        elif name in busy:
            wrong = "is changed by another deployment"
        else:
            wrong = _lack(there) if name in now.apps else None
        if wrong:
            found.append(f"{name} {wrong}")
    return found


def _lack(app: dict[str, Any]) -> str | None:
    wanted, running = app.get("instances"), app.get("tasksRunning")
    if running is not None and wanted != running:
        return f"runs {running} of {wanted} instances"
    if app.get("tasksUnhealthy"):
        return f"has {app['tasksUnhealthy']} instances that are not healthy"
    return None


def _removed(seen: MarathonSeen, now: MarathonState) -> Iterator[Event]:
    for name in seen.versions:
        if name in now.apps or name in now.pods:
            continue
        if name in seen.pods:
            yield {"eventType": "pod_deleted_event", "uri": f"/v2/pods{name}"}
        else:
            yield {"eventType": "app_terminated_event", "appId": name}
