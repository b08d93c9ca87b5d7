# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the state of Marathon that its events are about, out of its answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Iterable

from ..diagnose import pod_endings
from ..snapshot import Tree

# The task of an instance of an app, by release.
_TASK = re.compile(r"\._app(\.\d+)?$")


@dataclass(frozen=True)
class AppTask:
    app_id: str
    state: str
    # None where nothing checks it, or has yet.
    healthy: bool | None
    told: dict[str, Any]


@dataclass(frozen=True)
class PodInstance:
    pod_id: str
    told: dict[str, Any]


@dataclass(frozen=True)
class MarathonState:
    apps: dict[str, dict[str, Any]] = field(default_factory=dict)
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)
    tasks: dict[str, AppTask] = field(default_factory=dict)
    instances: dict[str, PodInstance] = field(default_factory=dict)
    # The last one of each app and pod.
    failures: dict[str, dict[str, Any]] = field(default_factory=dict)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)


def state(tree: Tree, deployments: Iterable[dict[str, Any]]) -> MarathonState:
    pods = tree.pod_statuses
    failures = {name: app["lastTaskFailure"] for name, app in tree.apps.items() if app.get("lastTaskFailure")}
    endings = {name: pod_endings.latest(status) for name, status in pods.items()}
    return MarathonState(
        apps=tree.apps,
        pods=tree.pods,
        tasks={
            str(task["id"]): _task(name, task) for name, app in tree.apps.items() for task in app.get("tasks") or []
        },
        instances={
            str(one["id"]): PodInstance(name, one) for name, pod in pods.items() for one in pod.get("instances") or []
        },
        failures={**failures, **{name: ending for name, ending in endings.items() if ending}},
        deployments={str(one["id"]): one for one in deployments},
    )


def instance_of(task_id: str) -> str:
    return _TASK.sub("", task_id)


def affected(deployment: dict[str, Any]) -> list[str]:
    return [*(deployment.get("affectedApps") or []), *(deployment.get("affectedPods") or [])]


def _task(app_id: str, task: dict[str, Any]) -> AppTask:
    results = [one.get("alive") for one in task.get("healthCheckResults") or []]
    # Before 1.4 a task has no state.
    state = str(task.get("state") or ("TASK_RUNNING" if task.get("startedAt") else "TASK_STAGING"))
    return AppTask(app_id, state, all(results) if results else None, task)
