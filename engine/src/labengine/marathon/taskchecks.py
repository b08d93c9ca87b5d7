"""An app's ``check``, which Mesos runs and nobody acts upon: as the TaskInfo has it, and the results it comes to."""

from __future__ import annotations

from typing import Any

from labengine.marathon import hostports
from labengine.marathon.tree import App

# Of a status and of the API: the kind, and the name of its result in either.
_RESULTS = (
    ("http", "status_code", "statusCode"),
    ("tcp", "succeeded", "succeeded"),
    ("command", "exit_code", "exitCode"),
)


def check_info(app: App, ports: list[int], slots: list[hostports.PortSlot]) -> dict[str, Any] | None:
    check = app.get("check")
    if check is None:
        return None
    info: dict[str, Any] = {
        "delay_seconds": float(check["delaySeconds"]),
        "interval_seconds": float(check["intervalSeconds"]),
        "timeout_seconds": float(check["timeoutSeconds"]),
    }
    if "exec" in check:
        return info | {"type": "COMMAND", "command": {"command": _command(check["exec"]["command"])}}
    if "tcp" in check:
        return info | {"type": "TCP", "tcp": {"port": hostports.task_port(check["tcp"], ports, slots)}}
    http = {"port": hostports.task_port(check["http"], ports, slots), "path": check["http"].get("path", "/")}
    return info | {"type": "HTTP", "http": http}


def _command(command: dict[str, Any]) -> dict[str, Any]:
    if "shell" in command:
        return {"shell": True, "value": command["shell"]}
    return {"shell": False, "value": command["argv"][0], "arguments": command["argv"]}


def check_result(status: dict[str, Any]) -> dict[str, Any]:
    """Empty while there is none."""
    reported = status.get("check_status") or {}
    return {kind: {shown: reported[kind][name]} for kind, name, shown in _RESULTS if name in (reported.get(kind) or {})}
