"""Which tasks of an app are served, and where each of its ports is."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import fields
from .checks import health_checks
from .fields import FieldError
from .ports import ServicePort, has_own_address

# An agent that is not reached for a moment does not end its tasks.
_RUNNING = ("TASK_RUNNING", "TASK_UNREACHABLE", "TASK_LOST")
_KILLING = "TASK_KILLING"

SERVE = "serve"
DRAIN = "drain"


@dataclass(frozen=True)
class Place:
    """Where one port of one task is, and the name of its server."""

    name: str
    address: str
    port: int


@dataclass(frozen=True)
class Task:
    """``healthy``: None where Marathon has no result. ``unready``: a readiness check has not passed yet.

    ``places`` by the index of the port.
    """

    id: str
    state: str
    healthy: bool | None
    unready: bool
    places: Mapping[int, Place]


def tasks(app: Mapping[str, Any], ports: Sequence[ServicePort], addresses: Mapping[str, str]) -> list[Task]:
    listed = app.get("tasks") or []
    if not isinstance(listed, list):
        raise FieldError(f"tasks: {fields.shown(listed)} is not a list")
    awaited, ready = _readiness(app)
    checked = bool(health_checks(app))
    own_address = has_own_address(app)
    found = []
    for entry in listed:
        if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
            raise FieldError("tasks: one is not an object with an id")
        found.append(
            Task(
                id=entry["id"],
                state=str(entry.get("state") or "TASK_RUNNING"),
                healthy=_health(entry) if checked else True,
                unready=bool(awaited - ready.get(entry["id"], set())),
                places=_places(entry, ports, own_address, addresses),
            )
        )
    return sorted(found, key=lambda task: task.id)


def verdict(task: Task, served: bool) -> tuple[str | None, str | None]:
    """What to do with a task that is served now or not, or why it waits.

    Without a result of its health a task stays what it is: a new leader of Marathon has none at first.
    """
    if task.state == _KILLING:
        return (DRAIN if served else None), None
    if task.state not in _RUNNING:
        return None, None
    if task.healthy is False:
        return None, "its health checks fail"
    if served:
        return SERVE, None
    if task.healthy is None:
        return None, "no result of its health checks yet"
    if task.unready:
        return None, "its readiness checks have not passed yet"
    return SERVE, None


def host_names(apps: Sequence[Any]) -> list[str]:
    """The hosts of all tasks that are not addresses."""
    found = set()
    for app in apps:
        listed = app.get("tasks") if isinstance(app, dict) else None
        for task in listed if isinstance(listed, list) else ():
            host = _host(task) if isinstance(task, dict) else None
            if host and fields.as_address(host) is None:
                found.add(host)
    return sorted(found)


def _host(task: Mapping[str, Any]) -> str | None:
    """An address, or a name without the dot that may end a full one; None where it is neither."""
    host = task.get("host")
    if not isinstance(host, str):
        return None
    host = host[:-1] if host.endswith(".") else host
    try:
        if fields.as_address(host) is None:
            fields.host("host", host)
    except FieldError:
        return None
    return host


def _health(task: Mapping[str, Any]) -> bool | None:
    results = task.get("healthCheckResults")
    if not isinstance(results, list) or not results:
        return None
    return any(isinstance(result, dict) and result.get("alive") is True for result in results)


def _readiness(app: Mapping[str, Any]) -> tuple[set[str], dict[str, set[str]]]:
    """The checks that a new task must pass, which is so in a deployment alone, and what each task has passed."""
    checks = app.get("readinessChecks")
    if not app.get("deployments") or not isinstance(checks, list):
        return set(), {}
    awaited = {str(check.get("name") or "readinessCheck") for check in checks if isinstance(check, dict)}
    ready: dict[str, set[str]] = {}
    results = app.get("readinessCheckResults")
    for result in results if isinstance(results, list) else ():
        if isinstance(result, dict) and result.get("ready") is True:
            ready.setdefault(str(result.get("taskId")), set()).add(str(result.get("name")))
    return awaited, ready


def _places(
    task: Mapping[str, Any], ports: Sequence[ServicePort], own_address: bool, addresses: Mapping[str, str]
) -> dict[int, Place]:
    found: dict[int, Place | None] = {}
    for port in ports:
        # A task whose fields are wrong waits, and the others of its app are served.
        with contextlib.suppress(FieldError):
            found[port.index] = _place(task, port, own_address, addresses)
    return {index: place for index, place in found.items() if place is not None}


def _place(task: Mapping[str, Any], port: ServicePort, own_address: bool, addresses: Mapping[str, str]) -> Place | None:
    host = _host(task)
    if host is None:
        return None
    if own_address:
        listed = task.get("ipAddresses")
        first = listed[0] if isinstance(listed, list) and listed else None
        if not isinstance(first, dict) or port.container_port is None:
            return None
        address, number = fields.address("ipAddresses", first.get("ipAddress")), port.container_port
    else:
        ports = task.get("ports")
        host_address = fields.as_address(host) or addresses.get(host.lower())
        if host_address is None or not isinstance(ports, list) or port.index >= len(ports):
            return None
        address, number = host_address, fields.port("tasks.ports", ports[port.index])
    parts = [host, address, str(number)] if own_address and host != address else [host, str(number)]
    return Place(re.sub(r"[^A-Za-z0-9-]", "_", "_".join(parts)), address, number)
