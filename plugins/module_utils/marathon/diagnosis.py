# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Says in words why an app does not reach what is wanted, from what Marathon reports about it."""

from __future__ import annotations

from typing import Any

# Marathon checks offers in this order: the first reason that refuses every offer is the one that blocks.
_FUNNEL = (
    "UnfulfilledRole",
    "UnfulfilledConstraint",
    "NoCorrespondingReservationFound",
    "AgentMaintenance",
    "InsufficientCpus",
    "InsufficientMemory",
    "InsufficientDisk",
    "InsufficientGpus",
    "InsufficientPorts",
    "DeclinedScarceResources",
)

_RESOURCES = {
    "InsufficientCpus": ("cpus", "cpus", "cpus"),
    "InsufficientMemory": ("mem", "mem", "MiB of memory"),
    "InsufficientDisk": ("disk", "disk", "MiB of disk"),
    "InsufficientGpus": ("gpus", "gpus", "gpus"),
}


def explain(app: dict[str, Any], queue_item: dict[str, Any] | None, since: str | None) -> str:
    """One or more sentences, the most telling first. since is the app version that is waited for."""
    reasons = [
        *_waiting_for_offers(app, queue_item),
        *_failed(app, queue_item, since),
        *_unhealthy(app),
        *_staging(app),
        *_leaving(app),
    ]
    if not reasons:
        ids = ", ".join(deployment["id"] for deployment in app.get("deployments", []))
        reasons = [f"deployment {ids} still runs" if ids else "Marathon reports no reason; see its log"]
    return ". ".join(reasons)


def counts(app: dict[str, Any]) -> str:
    text = f"{app.get('tasksRunning', 0)} of {app.get('instances', 0)} instances run"
    if app.get("healthChecks"):
        text += f", {app.get('tasksHealthy', 0)} healthy, {app.get('tasksUnhealthy', 0)} unhealthy"
    return text


def _waiting_for_offers(app: dict[str, Any], item: dict[str, Any] | None) -> list[str]:
    if not item or not item.get("count") or not item.get("delay", {}).get("overdue", True):
        return []
    summary = item.get("processedOffersSummary", {})
    rows = _reject_rows(summary)
    if not rows:
        return [
            "Marathon got no offer for it: it is not connected to a Mesos master, no agent is registered, or all "
            "resources are in use"
        ]
    for reason in _FUNNEL:
        row = rows.get(reason)
        if row and row["processed"] > 0 and row["declined"] == row["processed"]:
            return [_blocked_by(reason, row, app, item)]
    refusing = [f"{row['declined']} for {reason}" for reason, row in rows.items() if row["declined"]]
    return [f"offers were declined: {', '.join(refusing)}"] if refusing else []


def _reject_rows(summary: dict[str, Any]) -> dict[str, dict[str, int]]:
    for name in ("rejectSummaryLastOffers", "rejectSummaryLaunchAttempt"):
        rows = {row["reason"]: row for row in summary.get(name, [])}
        if any(row["processed"] for row in rows.values()):
            return rows
    return {}


def _blocked_by(reason: str, row: dict[str, int], app: dict[str, Any], item: dict[str, Any]) -> str:
    tally = f"{reason}: {row['declined']} of {row['processed']} offers declined"
    offers = [unused.get("offer", {}) for unused in item.get("lastUnusedOffers", [])]
    if reason in _RESOURCES:
        field, resource, unit = _RESOURCES[reason]
        needed = float(app.get(field, 0))
        text = f"no offer has enough {field}: one instance needs {_amount(needed)} {unit}"
        if offers:
            best = max(offers, key=lambda offer: _scalar(offer, resource))
            largest, host = _scalar(best, resource), best.get("hostname", "?")
            text += f", the largest offer ({host}) has {_amount(largest)}, {_amount(needed - largest)} too few"
        return f"{text} ({tally}); lower {field}, free resources or add agents"
    if reason == "UnfulfilledConstraint":
        rules = "; ".join(" ".join(str(part) for part in rule) for rule in app.get("constraints", []))
        return f"no agent meets the constraints {rules} ({tally}); add agents or loosen the constraints"
    if reason == "InsufficientPorts":
        return _blocked_by_ports(app, offers, tally)
    if reason == "UnfulfilledRole":
        return f"no offer is for role {app.get('role', '*')!r} ({tally}); check role and acceptedResourceRoles"
    if reason == "AgentMaintenance":
        return f"the agents are in maintenance ({tally})"
    return f"no offer fits ({tally})"


def _amount(value: float) -> str:
    return f"{value:.12g}"


def _blocked_by_ports(app: dict[str, Any], offers: list[dict[str, Any]], tally: str) -> str:
    fixed = sorted(_fixed_host_ports(app))
    offered = sorted({f"{low}-{high}" for offer in offers for low, high in _port_ranges(offer)})
    text = f"no offer has host port {', '.join(str(port) for port in fixed)}" if fixed else "no offer has a free port"
    if offered:
        text += f"; the offers have {', '.join(offered)}"
    if fixed:
        return f"{text} ({tally}); use a port inside the ranges of the agents, or 0 for any, or free it"
    return f"{text} ({tally}); free ports on the agents"


def _fixed_host_ports(app: dict[str, Any]) -> set[int]:
    mappings = (app.get("container") or {}).get("portMappings", [])
    ports = {mapping.get("hostPort", 0) for mapping in mappings}
    if app.get("requirePorts"):
        ports |= {definition.get("port", 0) for definition in app.get("portDefinitions", [])}
    return ports - {0}


def _port_ranges(offer: dict[str, Any]) -> list[tuple[int, int]]:
    return [
        (int(span["begin"]), int(span["end"]))
        for resource in offer.get("resources", [])
        if resource.get("name") == "ports"
        for span in resource.get("ranges", [])
    ]


def _scalar(offer: dict[str, Any], name: str) -> float:
    return sum(
        float(resource.get("scalar") or 0) for resource in offer.get("resources", []) if resource.get("name") == name
    )


def _failed(app: dict[str, Any], item: dict[str, Any] | None, since: str | None) -> list[str]:
    reasons = []
    failure = app.get("lastTaskFailure")
    # One failure is kept until the app is deleted, so an old one says nothing about this deployment.
    if failure and (since is None or failure.get("version", since) >= since):
        message = " ".join(str(failure.get("message") or "no message").split())
        reasons.append(f"the last task ended with {failure.get('state')} on {failure.get('host')}: {message}")
    delay = (item or {}).get("delay", {})
    if item and not delay.get("overdue", True):
        reasons.append(f"Marathon backs off after failures, next start in {delay.get('timeLeftSeconds', 0)} s")
    return reasons


def _unhealthy(app: dict[str, Any]) -> list[str]:
    if not app.get("healthChecks"):
        return []
    causes = {}
    waiting = 0
    for task in app.get("tasks", []):
        if task.get("state") != "TASK_RUNNING":
            continue
        results = task.get("healthCheckResults", [])
        for result in results:
            if not result.get("alive") and result.get("lastFailureCause"):
                causes[str(result["lastFailureCause"])] = task.get("host")
        waiting += not results
    reasons = [f"the health check fails on {host}: {cause}" for cause, host in sorted(causes.items())]
    if waiting and not reasons:
        reasons.append(f"{waiting} running instances have no health check result yet")
    return reasons


def _staging(app: dict[str, Any]) -> list[str]:
    staging = [task for task in app.get("tasks", []) if task.get("state") in ("TASK_STAGING", "TASK_STARTING")]
    if not staging:
        return []
    hosts = ", ".join(sorted({str(task.get("host")) for task in staging}))
    docker = (app.get("container") or {}).get("docker") or {}
    doing = f"pulling the image {docker['image']} or starting the container" if docker else "starting the command"
    return [f"{len(staging)} instances are staging on {hosts}: {doing}"]


def _leaving(app: dict[str, Any]) -> list[str]:
    states: dict[str, int] = {}
    for task in app.get("tasks", []):
        if task.get("state") in ("TASK_KILLING", "TASK_UNREACHABLE"):
            states[task["state"]] = states.get(task["state"], 0) + 1
    return [f"{count} instances are {state}" for state, count in sorted(states.items())]
