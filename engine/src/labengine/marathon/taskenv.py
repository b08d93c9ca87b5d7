"""The environment that Marathon gives to a task."""

from __future__ import annotations

import re
from collections.abc import Sequence

from labengine.marathon.hostports import PortSlot
from labengine.marathon.tree import App

MAX_LABEL_LENGTH = 512


def environment(
    app: App, *, task_id: str, host: str, slots: Sequence[PortSlot], ports: Sequence[int], prefix: str | None
) -> dict[str, str]:
    """The app's own ``env`` wins over everything computed."""
    computed = _app_context(app) | {"MESOS_TASK_ID": task_id}
    own = {"HOST": host} | _ports(slots, ports)
    computed |= {f"{prefix or ''}{name}": value for name, value in own.items()}
    return computed | {name: value for name, value in app.get("env", {}).items() if isinstance(value, str)}


def _app_context(app: App) -> dict[str, str]:
    context = {"MARATHON_APP_ID": app["id"], "MARATHON_APP_VERSION": app["version"]}
    for name in ("cpus", "mem", "disk", "gpus"):
        context[f"MARATHON_APP_RESOURCE_{name.upper()}"] = str(app[name])
    image = ((app.get("container") or {}).get("docker") or {}).get("image")
    if image:
        context["MARATHON_APP_DOCKER_IMAGE"] = image
    return context | label_variables(app.get("labels", {}))


def label_variables(labels: dict[str, str]) -> dict[str, str]:
    named = {
        _variable(name): value
        for name, value in labels.items()
        if len(name) < MAX_LABEL_LENGTH and len(value) < MAX_LABEL_LENGTH
    }
    variables = {f"MARATHON_APP_LABEL_{name}": value for name, value in named.items()}
    return {"MARATHON_APP_LABELS": " ".join(sorted(named)), **variables}


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9_]", "_", name.upper())


def _ports(slots: Sequence[PortSlot], ports: Sequence[int]) -> dict[str, str]:
    """``ports`` are the host ports of the slots that have one; others are reached by their container port."""
    remaining = iter(ports)
    given: dict[str, str] = {}
    effective: list[str] = []
    for index, slot in enumerate(slots):
        port = str(next(remaining) if slot.wanted is not None else slot.container_port)
        effective.append(port)
        given[f"PORT{index}"] = port
        if slot.declared:
            given[f"PORT_{slot.declared}"] = port
        if slot.name:
            given[f"PORT_{_variable(slot.name)}"] = port
    if effective:
        given |= {"PORT": effective[0], "PORTS": ",".join(effective)}
    return given
