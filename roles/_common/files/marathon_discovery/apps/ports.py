"""The service ports of an app, and where in its tasks each of them is."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import fields
from .fields import FieldError

DERIVED = range(10050, 10101)
_TRIES = 50


@dataclass(frozen=True)
class ServicePort:
    """``index`` counts in the definition. ``container_port`` is where a task with an address of its own listens."""

    index: int
    service_port: int | None
    container_port: int | None = None


def has_own_address(app: Mapping[str, Any]) -> bool:
    networks = _list(app, "networks")
    if networks:
        return any(isinstance(network, dict) and network.get("mode") == "container" for network in networks)
    return app.get("ipAddress") is not None or _docker(app).get("network") == "USER"


def service_ports(app: Mapping[str, Any]) -> list[ServicePort]:
    own_address = has_own_address(app)
    mappings = _mappings(app)
    if mappings:
        found = [_mapping(index, mapping, own_address) for index, mapping in enumerate(mappings)]
        known = [port for port in found if port.service_port is not None]
        # Without any, ports are derived where no host port stands for the task.
        return known if known or not own_address else found
    if own_address:
        discovery = app.get("ipAddress")
        listed = (discovery.get("discovery") or {}).get("ports") or [] if isinstance(discovery, dict) else []
        return [
            ServicePort(index, None, fields.port("ipAddress.discovery.ports", _dict(port).get("number")))
            for index, port in enumerate(listed)
        ]
    listed = _list(app, "portDefinitions")
    numbers = [_dict(port).get("port") for port in listed] if listed else _list(app, "ports")
    return [ServicePort(index, fields.port("port", number)) for index, number in enumerate(numbers)]


def derived(app_id: str, container_ports: Sequence[int], used: Collection[int], held: Collection[int]) -> list[int]:
    """Ports for an app without service ports: each by its id and container port, the next where that is used.

    A port that the app has now (``held``) it keeps, also where another app asks for it meanwhile.
    """
    found: list[int] = []
    for container_port in container_ports:
        free = {port for port in DERIVED if (port not in used or port in held) and port not in found}
        found.append(_first(app_id, container_port, free))
    left = set(held) - set(found)
    for place, port in enumerate(found):
        if port not in held and left:
            found[place] = _first(app_id, container_ports[place], left)
            left.remove(found[place])
    return found


def _first(app_id: str, container_port: int, free: Collection[int]) -> int:
    for attempt in range(_TRIES):
        digest = hashlib.sha1(f"{app_id}-{container_port}-{attempt}".encode()).hexdigest()
        port = DERIVED[int(digest[:8], 16) % len(DERIVED)]
        if port in free:
            return port
    for port in DERIVED:
        if port in free:
            return port
    raise FieldError(f"servicePort: none is free from {DERIVED[0]} to {DERIVED[-1]}")


def _mapping(index: int, mapping: Any, own_address: bool) -> ServicePort:
    entry = _dict(mapping)
    service = entry.get("servicePort")
    container = entry.get("containerPort")
    return ServicePort(
        index,
        None if service is None else fields.port("servicePort", service),
        fields.port("containerPort", container) if own_address else None,
    )


def _mappings(app: Mapping[str, Any]) -> list[Any]:
    container = app.get("container")
    if not isinstance(container, dict):
        return []
    return _list(container, "portMappings") or _list(_docker(app), "portMappings")


def _docker(app: Mapping[str, Any]) -> dict[str, Any]:
    container = app.get("container")
    docker = container.get("docker") if isinstance(container, dict) else None
    return docker if isinstance(docker, dict) else {}


def _list(holder: Mapping[str, Any], name: str) -> list[Any]:
    value = holder.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise FieldError(f"{name}: {fields.shown(value)} is not a list")
    return value


def _dict(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise FieldError(f"port: {fields.shown(value)} is not an object")
    return value
