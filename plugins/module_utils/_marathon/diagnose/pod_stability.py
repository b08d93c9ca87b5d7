# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The status of a pod in the form of an app, for what looks at the instances that come and go."""

from __future__ import annotations

from typing import Any, Iterator

from .. import timestamps
from . import pod_endings


def as_app(status: dict[str, Any]) -> dict[str, Any]:
    """Each container is a task: an instance keeps its id when Marathon starts it again, and its containers do not."""
    spec = status["spec"]
    checked = any(one.get("healthCheck") for one in spec.get("containers") or [])
    return {
        "id": spec["id"],
        "versionInfo": {"lastConfigChangeAt": timestamps.to_milliseconds(spec.get("version", ""))},
        "tasks": list(_tasks(status)),
        "healthChecks": [{}] if checked else [],
        "lastTaskFailure": pod_endings.latest(status),
    }


def task_ids(status: dict[str, Any] | None) -> frozenset[str]:
    return frozenset(task["id"] for task in _tasks(status)) if status else frozenset()


def _tasks(status: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for instance in status.get("instances") or []:
        version = timestamps.version_of_instance(instance)
        for container in instance.get("containers") or []:
            task_id = str(container.get("containerId") or f"{instance.get('id')}.{container.get('name')}")
            yield {
                "id": task_id,
                "attempt": pod_endings.attempt(task_id),
                "host": instance.get("agentHostname"),
                "slaveId": instance.get("agentId"),
                "startedAt": container.get("statusSince"),
                "state": container.get("status"),
                **({"version": version} if version else {}),
            }
