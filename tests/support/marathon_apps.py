"""Apps as Marathon lists them, made small."""

from __future__ import annotations

from typing import Any

from marathon_discovery.apps.build import model
from marathon_discovery.apps.model import Model, Now, Settings

GROUP = {"HAPROXY_GROUP": "external"}


def task(name: str, port: int, host: str = "127.0.0.1", **more: Any) -> dict[str, Any]:
    return {"id": name, "host": host, "ports": [port], "state": "TASK_RUNNING", **more}


def app(name: str, port: int, tasks: list[dict[str, Any]], /, **more: Any) -> dict[str, Any]:
    """On the host's network; ``labels`` are added to the group's."""
    labels = {**GROUP, **more.pop("labels", {})}
    return {
        "id": name,
        "instances": len(tasks),
        "labels": labels,
        "networks": [{"mode": "host"}],
        "portDefinitions": [{"port": port, "protocol": "tcp"}],
        "healthChecks": [],
        "tasks": tasks,
        **more,
    }


def built(apps: list[dict[str, Any]], now: Now | None = None, **settings: Any) -> Model:
    return model(apps, Settings(**{"groups": ("external",), **settings}), now or Now())
