"""Service ports: which ones an app has, and the assignment of those it left to Marathon."""

from __future__ import annotations

import itertools
from typing import Any

from labengine.marathon.definition.container import App, port_mappings
from labengine.marathon.definition.errors import internal
from labengine.marathon.definition.settings import Settings


def service_ports(app: App) -> list[int]:
    mappings = port_mappings(app)
    if mappings:
        return [mapping["servicePort"] for mapping in mappings]
    return [definition["port"] for definition in app.get("portDefinitions", [])]


def assign_service_ports(
    app: dict[str, Any], *, previous: dict[str, Any] | None, taken: set[int], settings: Settings
) -> dict[str, Any]:
    """The app with a port of the range for every 0; ports of its previous definition are used again first."""
    wanted = service_ports(app)
    before = service_ports(previous) if previous else []
    allowed = range(settings.local_port_min, settings.local_port_max + 1)
    reusable = [port for port in before if port in allowed and port not in wanted]
    used = taken.union(wanted, before)
    free = itertools.chain(reusable, (port for port in allowed if port not in used))
    assigned = []
    for port in wanted:
        chosen = port or next(free, None)
        if chosen is None:
            bounds = f"{settings.local_port_min}-{settings.local_port_max}"
            raise internal(f"All ports in the range [{bounds}) are already in use")
        assigned.append(chosen)
    return _with_ports(app, assigned)


def _with_ports(app: App, ports: list[int]) -> App:
    mappings = port_mappings(app)
    if mappings:
        filled = [{**mapping, "servicePort": port} for mapping, port in zip(mappings, ports, strict=True)]
        return {**app, "container": {**app["container"], "portMappings": filled}}
    if app.get("portDefinitions"):
        filled = [{**item, "port": port} for item, port in zip(app["portDefinitions"], ports, strict=True)]
        return {**app, "portDefinitions": filled}
    return app
