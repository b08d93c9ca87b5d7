"""Questions about an app's container and networks that several rules ask."""

from __future__ import annotations

from typing import Any

App = dict[str, Any]


def volumes(app: App, kind: str) -> list[dict[str, Any]]:
    return [volume for volume in app.get("container", {}).get("volumes", []) if kind in volume]


def is_resident(app: App) -> bool:
    """Apps and pods with persistent volumes stay on their agents."""
    of_pod = app.get("pod", {}).get("volumes", [])
    return bool(volumes(app, "persistent")) or any("persistent" in volume for volume in of_pod)


def is_docker(app: App) -> bool:
    return app.get("container", {}).get("type") == "DOCKER"


def port_mappings(app: App) -> list[dict[str, Any]] | None:
    """None where the app has no list of mappings, which is not the same as an empty one."""
    return app.get("container", {}).get("portMappings")


def port_count(app: App) -> int:
    """How many ports health checks and checks can address by index."""
    mappings = port_mappings(app)
    return len(mappings if mappings is not None else app.get("portDefinitions") or [])
