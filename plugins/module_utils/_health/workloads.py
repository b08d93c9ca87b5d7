# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the leading Marathon answers -> apps and pods, where they answer, and what deployments wait for."""

from __future__ import annotations

import typing as t

from .._marathon.diagnose import app as app_diagnosis
from .._marathon.diagnose import pod as pod_diagnosis
from .._marathon.report import endpoints, pod_instances

Row = t.Dict[str, t.Any]


def apps(answers: t.Iterable[Row]) -> list[Row]:
    """healthy is None where an app has no health check; at has where its running instances answer."""
    return [
        {
            "id": app["id"],
            "kind": "app",
            "instances": app.get("instances") or 0,
            "running": app.get("tasksRunning") or 0,
            "healthy": (app.get("tasksHealthy") or 0) if app.get("healthChecks") else None,
            "unhealthy": app.get("tasksUnhealthy") or 0,
            "at": [one.address for one in endpoints.endpoints(app)],
        }
        for app in sorted(answers, key=lambda app: app["id"])
    ]


def pods(statuses: t.Iterable[Row]) -> list[Row]:
    """Of a pod an instance runs when it is stable."""
    rows = []
    for status in sorted(statuses, key=lambda status: status["id"]):
        instances = pod_instances.described(status)
        states = [one["status"] for one in instances]
        rows.append(
            {
                "id": status["id"],
                "kind": "pod",
                "instances": (status["spec"].get("scaling") or {}).get("instances", 1),
                "running": states.count("STABLE"),
                "healthy": None,
                "unhealthy": states.count("DEGRADED"),
                "at": pod_instances.addresses(instances),
            }
        )
    return rows


def deployments(
    listed: t.Iterable[Row], answers: t.Iterable[Row], statuses: t.Iterable[Row], queue: list[Row]
) -> list[Row]:
    """Each with what it changes, its step, and what each of that waits for."""
    entries = list(listed)
    known = {one["id"]: one for one in answers}
    pods_known = {one["id"]: one for one in statuses}
    return [
        {
            "id": entry["id"],
            "affects": [*(entry.get("affectedApps") or []), *(entry.get("affectedPods") or [])],
            "step": entry.get("currentStep") or 0,
            "steps": entry.get("totalSteps") or len(entry.get("steps") or []),
            "waits_for": [
                *(_app_reason(known[name], entry, queue) for name in entry.get("affectedApps") or [] if name in known),
                *(
                    _pod_reason(pods_known[name], entry, queue)
                    for name in entry.get("affectedPods") or []
                    if name in pods_known
                ),
            ],
        }
        for entry in entries
    ]


def _app_reason(app: Row, deployment: Row, queue: list[Row]) -> str:
    item = next((one for one in queue if (one.get("app") or {}).get("id") == app["id"]), None)
    return "%s: %s" % (app["id"], app_diagnosis.explain(app, item, deployment, app_diagnosis.changed_at(app))[0])


def _pod_reason(status: Row, deployment: Row, queue: list[Row]) -> str:
    item = next((one for one in queue if (one.get("pod") or {}).get("id") == status["id"]), None)
    return "%s: %s" % (status["id"], pod_diagnosis.explain(status, item, deployment)[0])
