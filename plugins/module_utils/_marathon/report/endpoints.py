# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the tasks of an app answer, out of the app as GET returns it together with its tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator

from ..definition import app as app_definition

RUNNING = "TASK_RUNNING"


@dataclass(frozen=True)
class Endpoint:
    """One port of one task. healthy is None where the app has no health check."""

    app_id: str
    task_id: str
    host: str
    port: int
    index: int
    name: str | None
    protocol: str
    healthy: bool | None

    @property
    def address(self) -> str:
        return f"{bracketed(self.host)}:{self.port}"


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def endpoints(app: dict[str, Any]) -> list[Endpoint]:
    """Those of the running tasks, by host and port."""
    ports = _ports(app)
    found = [
        endpoint for task in app.get("tasks") or [] if state(task) == RUNNING for endpoint in _of_task(app, task, ports)
    ]
    return sorted(found, key=lambda endpoint: (endpoint.host, endpoint.port, endpoint.index))


def of_task(app: dict[str, Any], task: dict[str, Any]) -> list[Endpoint]:
    return list(_of_task(app, task, _ports(app)))


def port_names(app: dict[str, Any]) -> list[str | None]:
    """The names of the app's ports in their order, None for one without."""
    return [port.get("name") for port in _ports(app)]


def health(app: dict[str, Any], task: dict[str, Any]) -> bool | None:
    """A task that was not checked yet is not healthy; without a health check nothing is known."""
    if not app.get("healthChecks"):
        return None
    results = task.get("healthCheckResults") or []
    return bool(results) and all(result.get("alive") for result in results)


def state(task: dict[str, Any]) -> str:
    """Marathon tells it since 1.2; before, a task with a time of its start was a running one."""
    return task.get("state") or (RUNNING if task.get("startedAt") else "TASK_STAGING")


def _ports(app: dict[str, Any]) -> list[dict[str, Any]]:
    canonical = app_definition.canonical(app)
    if app_definition.network_mode(canonical) == "host":
        return canonical["portDefinitions"]
    return canonical["container"]["portMappings"]


def _of_task(app: dict[str, Any], task: dict[str, Any], ports: list[dict[str, Any]]) -> Iterator[Endpoint]:
    """A port that the network gives to the container alone has no port of the host, and answers at its address."""
    host_ports = iter(task.get("ports") or [])
    for index, port in enumerate(ports):
        if "containerPort" in port and "hostPort" not in port:
            host, number = _container_address(task), port["containerPort"]
        else:
            host, number = task.get("host"), next(host_ports, None)
        if host and number:
            yield Endpoint(
                app_id=app["id"],
                task_id=task["id"],
                host=host,
                port=number,
                index=index,
                name=port.get("name"),
                protocol=port["protocol"],
                healthy=health(app, task),
            )


def _container_address(task: dict[str, Any]) -> str | None:
    addresses = sorted(task.get("ipAddresses") or [], key=lambda address: address.get("protocol") != "IPv4")
    return addresses[0].get("ipAddress") if addresses else None
