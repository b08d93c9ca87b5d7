# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the events and the answers of Marathon have told so far, to which the next answer is compared."""

from __future__ import annotations

from collections import deque
from typing import Any, Iterable

from . import subject
from .state import MarathonState, instance_of

# What has to be followed, whatever events are wanted.
FOLLOWED = (
    "api_post_event",
    "app_terminated_event",
    "deployment_failed",
    "deployment_info",
    "deployment_success",
    "health_status_changed_event",
    "instance_changed_event",
    "pod_created_event",
    "pod_deleted_event",
    "pod_updated_event",
    "status_update_event",
)
_RUNNING = ("TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_UNREACHABLE")
_CONDITIONS = ("Provisioned", "Created", "Scheduled", "Staging", "Starting", "Running", "Killing", "Unreachable")
_STOPS = ("StopApplication", "StopPod")
# Of ends that a later failure of the state may be about.
_MOST_ENDED = 10_000


class MarathonSeen:
    def __init__(self, state: MarathonState) -> None:
        self.versions = {name: str(one.get("version") or "") for name, one in {**state.apps, **state.pods}.items()}
        # Of deployments whose own event of the definition has not come yet; Marathon sends it after the deployment's.
        self._announced: dict[str, str] = {}
        self.pods = set(state.pods)
        self.tasks = {name: (task.app_id, task.state) for name, task in state.tasks.items()}
        self.health = {
            instance_of(name): task.healthy for name, task in state.tasks.items() if task.healthy is not None
        }
        self.instances = {name: one.pod_id for name, one in state.instances.items()}
        self.deployments = dict(state.deployments)
        self._ended: deque[str] = deque((str(one.get("taskId")) for one in state.failures.values()), _MOST_ENDED)

    def has_ended(self, task_id: str) -> bool:
        return task_id in self._ended

    def apply(self, event: dict[str, Any]) -> None:
        """An event of the stream."""
        follow = getattr(self, f"_{event['eventType']}", None) if event["eventType"] in FOLLOWED else None
        if follow is not None:
            follow(event)

    def _api_post_event(self, event: dict[str, Any]) -> None:
        definition = event.get("appDefinition") or {}
        if definition.get("id") and definition.get("version"):
            self.versions[str(definition["id"])] = str(definition["version"])

    def _pod_created_event(self, event: dict[str, Any]) -> None:
        for name in subject.concerned(event):
            self.versions[name] = self._announced.pop(name, self.versions.get(name, ""))

    _pod_updated_event = _pod_created_event

    def _app_terminated_event(self, event: dict[str, Any]) -> None:
        self.versions.pop(str(event.get("appId")), None)

    def _pod_deleted_event(self, event: dict[str, Any]) -> None:
        self._forget(subject.concerned(event))

    def _status_update_event(self, event: dict[str, Any]) -> None:
        task_id, state = str(event.get("taskId")), str(event.get("taskStatus"))
        if state in _RUNNING:
            self.tasks[task_id] = (str(event.get("appId")), state)
            return
        self.tasks.pop(task_id, None)
        self.health.pop(instance_of(task_id), None)
        self._ended.append(task_id)

    def _instance_changed_event(self, event: dict[str, Any]) -> None:
        instance, pod_id = str(event.get("instanceId")), str(event.get("runSpecId"))
        if event.get("condition") not in _CONDITIONS:
            self.instances.pop(instance, None)
        elif pod_id in self.pods:
            self.instances[instance] = pod_id

    def _health_status_changed_event(self, event: dict[str, Any]) -> None:
        if isinstance(event.get("alive"), bool):
            self.health[instance_of(str(event.get("instanceId") or event.get("taskId")))] = event["alive"]

    def _deployment_info(self, event: dict[str, Any]) -> None:
        plan = event.get("plan") or {}
        if not plan.get("id"):
            return
        self.deployments[str(plan["id"])] = plan
        for action, name in subject.actions(plan):
            if action.endswith("Pod"):
                self.pods.add(name)
                if action not in _STOPS:
                    self._announced[name] = str(plan.get("version") or "")

    def _deployment_success(self, event: dict[str, Any]) -> None:
        self.deployments.pop(str(event.get("id")), None)
        stopped = (name for action, name in subject.actions(event.get("plan")) if action in _STOPS)
        self._forget(stopped)

    def _deployment_failed(self, event: dict[str, Any]) -> None:
        self.deployments.pop(str(event.get("id")), None)

    def _forget(self, names: Iterable[str]) -> None:
        for name in names:
            self.versions.pop(name, None)
            self._announced.pop(name, None)
            self.pods.discard(name)
