# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What health and readiness checks say about instances that run."""

from __future__ import annotations

import re
from typing import Any

from ..._words import one_line

_SHOWN = 3
_GRACE_SECONDS = 300
_HTTP_KINDS = ("HTTP", "HTTPS", "MESOS_HTTP", "MESOS_HTTPS")
_KILLED = "Task was killed since health check failed"


def failing(app: dict[str, Any]) -> list[str]:
    """One sentence for each failing check of the first instances; those without a result are counted."""
    if not app.get("healthChecks"):
        return []
    told: list[str] = []
    waiting = []
    for task in app["tasks"]:
        if task.get("state") != "TASK_RUNNING":
            continue
        results = task.get("healthCheckResults") or []
        if not results:
            waiting.append(task)
        told += [
            f"{task.get('host')}: {sentence}"
            for index, result in enumerate(results)
            if not result.get("alive")
            for sentence in [_failed(app, task, index, result)]
        ]
    reasons = list(dict.fromkeys(told))
    if len(reasons) > _SHOWN:
        reasons[_SHOWN:] = [f"{len(reasons) - _SHOWN} more health check results are bad"]
    if waiting and not reasons:
        checks = app["healthChecks"]
        slowest = max(check.get("delaySeconds", 0) + check.get("intervalSeconds", 60) for check in checks)
        who = "1 running instance has" if len(waiting) == 1 else f"{len(waiting)} running instances have"
        grace = max(check.get("gracePeriodSeconds", _GRACE_SECONDS) for check in checks)
        reasons.append(
            f"{who} no health check result yet (the slowest check takes up to {slowest} s for the first; failures "
            f"count after {grace} s, gracePeriodSeconds)"
        )
    return reasons


def kill_reason(app: dict[str, Any], failure: dict[str, Any], message: str) -> str | None:
    """The failure of a task that Marathon itself has killed."""
    if _KILLED not in message:
        return None
    cause = message.partition("Reason:")[2].strip()
    checks = app.get("healthChecks") or []
    check = checks[0] if len(checks) == 1 else None
    what = _described(check, None) if check else "a health check"
    tries = check.get("maxConsecutiveFailures") if check else None
    count = f", {tries} of {tries} failures" if tries else ""
    return f"{what} {_answered(cause)}{count}: Marathon killed the instance on {failure.get('host')}"


def not_ready(app: dict[str, Any], deployment: dict[str, Any] | None) -> list[str]:
    checks = app.get("readinessChecks")
    if not checks:
        return []
    results = [
        result
        for action in (deployment or {}).get("currentActions", [])
        if action.get("app") == app["id"]
        for result in action.get("readinessCheckResults") or []
    ] or app.get("readinessCheckResults", [])
    hosts = {task.get("id"): task.get("host") for task in app["tasks"]}
    wanted = ", ".join(str(code) for code in checks[0].get("httpStatusCodesForReady") or [200])
    what = f"readiness check {checks[0].get('path', '/')} on port {checks[0].get('portName', 'http-api')}"
    told = []
    for result in results:
        if result.get("ready"):
            continue
        response = result.get("lastResponse")
        if response:
            said = f"answered {response['status']} instead of {wanted}"
        elif checks[0].get("preserveLastResponse"):
            said = "has not answered yet"
        else:
            said = f"has not answered {wanted} yet; with preserveLastResponse: true Marathon tells what it answers"
        told.append(f"{hosts.get(result.get('taskId')) or result.get('taskId')}: {what} {said}")
    reasons = list(dict.fromkeys(told))
    if len(reasons) > _SHOWN:
        reasons[_SHOWN:] = [f"{len(reasons) - _SHOWN} more instances are not ready"]
    return reasons


def _failed(app: dict[str, Any], task: dict[str, Any], index: int, result: dict[str, Any]) -> str:
    checks = app["healthChecks"]
    # Results carry no name of their check: only where there are as many of them it is known which is which.
    known = len(checks) == 1 or len(task.get("healthCheckResults") or []) == len(checks)
    check = checks[index if len(checks) > 1 else 0] if known else {}
    cause = str(result.get("lastFailureCause") or "")
    text = f"{_described(check, task) if check else 'a health check'} {_answered(cause)}"
    failures, limit = result.get("consecutiveFailures", 0), check.get("maxConsecutiveFailures")
    if failures == 0 and cause:
        return f"{text}, still within the grace period of {check.get('gracePeriodSeconds', _GRACE_SECONDS)} s"
    return f"{text}, {failures} of {limit} failures" if limit else f"{text}, {failures} failures in a row"


def _described(check: dict[str, Any], task: dict[str, Any] | None) -> str:
    protocol = check.get("protocol", "HTTP")
    if protocol == "COMMAND":
        return f"health check COMMAND {(check.get('command') or {}).get('value', '')!r}"
    text = f"health check {protocol}"
    if protocol in _HTTP_KINDS:
        text += f" {check.get('path') or '/'}"
    port = _port(check, task)
    return f"{text} on port {port}" if port is not None else text


def _port(check: dict[str, Any], task: dict[str, Any] | None) -> int | None:
    if check.get("port"):
        return int(check["port"])
    ports = (task or {}).get("ports") or []
    index = check.get("portIndex", 0)
    return ports[index] if index < len(ports) else None


def _answered(cause: str) -> str:
    status = re.match(r"\s*(?:HTTP\s+)?(\d{3})\b", cause)
    if status:
        return f"answered {status.group(1)}"
    return f"failed: {one_line(cause)}" if cause else "failed"
