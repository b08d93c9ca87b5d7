# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Health, readiness and other checks of apps and pods in one form."""

from __future__ import annotations

from typing import Any, Optional

from ..notes import APPROXIMATE, BOTH, DROPPED, KUBERNETES, MANUAL, SWARM, Notes
from .workload import COMMAND, HTTP, TCP, Check, Port

_KINDS = {"HTTP": HTTP, "HTTPS": HTTP, "TCP": TCP, "COMMAND": COMMAND}
_ONE_ONLY = "only the first health check is carried over; join them in one command by hand if both matter"


def of_app(app: dict[str, Any], ports: list[Port], notes: Notes) -> tuple[Optional[Check], Optional[Check]]:
    """The health check, and what says that the app is ready where that is another."""
    checks = app.get("healthChecks", [])
    for index in range(1, len(checks)):
        notes.add(BOTH, DROPPED, f"/healthChecks/{index}", _ONE_ONLY)
    health = _health(checks[0], ports, notes) if checks else None
    return health, _readiness(app, health, ports, notes)


def _health(check: dict[str, Any], ports: list[Port], notes: Notes) -> Optional[Check]:
    at = "/healthChecks/0"
    protocol = check["protocol"].replace("MESOS_", "")
    if protocol not in _KINDS:
        notes.add(BOTH, MANUAL, at, f"no rule for the protocol {protocol}: write the check by hand")
        return None
    kind = _KINDS[protocol]
    port = _number(check, ports)
    if kind == COMMAND and not check.get("command", {}).get("value"):
        notes.add(BOTH, MANUAL, at, "the check has no command: write it by hand")
        return None
    if kind != COMMAND and port is None:
        notes.add(BOTH, MANUAL, at, "the check names no port of the app: write it by hand")
        return None
    if check.get("ignoreHttp1xx"):
        notes.add(BOTH, DROPPED, f"{at}/ignoreHttp1xx", "answers 1xx cannot be ignored")
    if check.get("ipProtocol", "IPv4") != "IPv4":
        notes.add(KUBERNETES, DROPPED, f"{at}/ipProtocol", "the check uses the first address of the pod")
    by_agent = check["protocol"].startswith("MESOS_") or kind == COMMAND
    return Check(
        at,
        kind,
        port or 0,
        path_of(check.get("path")),
        "HTTPS" if protocol == "HTTPS" else "HTTP",
        check.get("command", {}).get("value"),
        (),
        max(check["gracePeriodSeconds"], 0),
        max(check["intervalSeconds"], 1),
        max(check["timeoutSeconds"], 1),
        max(check["maxConsecutiveFailures"], 0),
        max(check.get("delaySeconds", 0), 0) if by_agent else 0,
        check.get("ipProtocol") == "IPv6",
    )


def _number(check: dict[str, Any], ports: list[Port]) -> Optional[int]:
    if check.get("port"):
        return int(check["port"])
    index = check.get("portIndex")
    return next((port.number for port in ports if port.index == index), None)


def path_of(path: Optional[str]) -> str:
    path = path or "/"
    return path if path.startswith("/") else f"/{path}"


def _readiness(app: dict[str, Any], health: Optional[Check], ports: list[Port], notes: Notes) -> Optional[Check]:
    found = None
    for index, check in enumerate(app.get("readinessChecks", [])):
        at = f"/readinessChecks/{index}"
        notes.add(SWARM, DROPPED, at, "a service has one health check only")
        port = next((port for port in ports if port.name == check["portName"]), None)
        if found is not None:
            notes.add(KUBERNETES, DROPPED, at, "a container has one readiness probe only")
            continue
        if port is None:
            notes.add(KUBERNETES, MANUAL, at, f"no port has the name {check['portName']}: write the probe by hand")
            continue
        text = "on Marathon it runs only while deploying; here it runs for the life of the pod"
        notes.add(KUBERNETES, APPROXIMATE, at, text)
        text = "any status 200-399 counts as ready"
        notes.add(KUBERNETES, APPROXIMATE, f"{at}/httpStatusCodesForReady", text)
        found = Check(
            at,
            HTTP,
            port.number,
            path_of(check["path"]),
            check["protocol"],
            interval=max(check["intervalSeconds"], 1),
            timeout=max(check["timeoutSeconds"], 1),
        )
    return _other(app.get("check"), "/check", found, health, ports, notes)


def _other(
    check: Optional[dict[str, Any]],
    at: str,
    found: Optional[Check],
    health: Optional[Check],
    ports: list[Port],
    notes: Notes,
) -> Optional[Check]:
    """The check that reports and never kills: it becomes the readiness probe where there is none yet."""
    if not check:
        return found
    notes.add(SWARM, DROPPED, at, "a service has one health check only, and that kills")
    if found is not None or health is not None:
        notes.add(KUBERNETES, DROPPED, at, "the pod has a readiness probe from another check already")
        return found
    read = of_kinds(check, at, ports)
    if read is None:
        notes.add(KUBERNETES, MANUAL, at, "the check names no port and no command: write the probe by hand")
        return None
    notes.add(KUBERNETES, APPROXIMATE, at, "the check becomes the readiness probe: a failure keeps requests away")
    return read


def of_kinds(check: dict[str, Any], at: str, ports: list[Port]) -> Optional[Check]:
    """A check in the form of pods, and of the field check of apps."""
    kind = next((kind for name, kind in (("http", HTTP), ("tcp", TCP), ("exec", COMMAND)) if name in check), None)
    if kind is None:
        return None
    inner = check["exec" if kind == COMMAND else kind]
    command = inner.get("command", {}) if kind == COMMAND else {}
    port = _endpoint(inner, ports)
    if (kind == COMMAND and not (command.get("shell") or command.get("argv"))) or (kind != COMMAND and port is None):
        return None
    return Check(
        at,
        kind,
        port or 0,
        path_of(inner.get("path")),
        inner.get("scheme", "HTTP"),
        command.get("shell"),
        tuple(command.get("argv", ())),
        max(int(check.get("gracePeriodSeconds", 0)), 0),
        max(int(check.get("intervalSeconds", 60)), 1),
        max(int(check.get("timeoutSeconds", 20)), 1),
        max(int(check.get("maxConsecutiveFailures", 3)), 0),
        max(int(check.get("delaySeconds", 0)), 0),
    )


def _endpoint(inner: dict[str, Any], ports: list[Port]) -> Optional[int]:
    if "endpoint" in inner:
        return next((port.number for port in ports if port.name == inner["endpoint"]), None)
    return _number(inner, ports)


def of_pod_container(
    container: dict[str, Any], at: str, ports: list[Port], notes: Notes
) -> tuple[Optional[Check], Optional[Check]]:
    health = None
    if container.get("healthCheck"):
        health = of_kinds(container["healthCheck"], f"{at}/healthCheck", ports)
        if health is None:
            notes.add(BOTH, MANUAL, f"{at}/healthCheck", "the check names no endpoint and no command: write it by hand")
    return health, _other(container.get("check"), f"{at}/check", None, health, ports, notes)
