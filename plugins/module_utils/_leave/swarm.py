# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the nodes of a swarm as servers, and the service of an app."""

from __future__ import annotations

import typing as t

from .._swarm import nodes as node_views
from .._swarm import spec as service_spec
from .._translate.names import SWARM_ID_LABEL

_NOWHERE = ("", "0.0.0.0", "127.0.0.1", "::1", "::")


def address(node: t.Mapping[str, t.Any]) -> str:
    """A manager does not always know its own from the other side."""
    found = str((node.get("Status") or {}).get("Addr") or "")
    if found in _NOWHERE:
        found = str((node.get("ManagerStatus") or {}).get("Addr") or "").rpartition(":")[0].strip("[]")
    return found


def taking(nodes: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    """The addresses of the nodes that may run a task."""
    return sorted({address(node) for node in nodes if node_views.takes_tasks(node)} - {""})


def running(
    service_id: str, tasks: t.Iterable[t.Mapping[str, t.Any]], nodes: t.Iterable[t.Mapping[str, t.Any]]
) -> list[str]:
    """The addresses of the nodes that run a task of the service, each once for each task."""
    by_id = {node["ID"]: address(node) for node in nodes}
    return sorted(
        by_id.get(task.get("NodeID", ""), "")
        for task in tasks
        if task.get("ServiceID") == service_id
        and task.get("DesiredState") == "running"
        and (task.get("Status") or {}).get("State") == "running"
    )


def is_ingress(spec: t.Mapping[str, t.Any]) -> bool:
    ports = (spec.get("EndpointSpec") or {}).get("Ports") or []
    return bool(ports) and all(service_spec.is_ingress(port) for port in ports)


def owner(service: t.Mapping[str, t.Any]) -> str:
    return str((service["Spec"].get("Labels") or {}).get(SWARM_ID_LABEL) or "")


def places(addresses: t.Iterable[str], service: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The servers of a service, where its tasks are, and how many of the servers answer at a time.

    A task that runs on a paused or drained node is a server, too, although no new one comes there.
    """
    if service["ingress"]:
        known = now = sorted(set(addresses))
    else:
        now = sorted(set(service["running"]) - {""})
        known = sorted({*addresses, *now})
    return {"addresses": known, "running": now, "answering": max(1, len(now))}


def removal(state: t.Mapping[str, t.Any], app_id: str, service: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Whether the service of an app may be removed, and of which services no task may run before Marathon's do.

    service is what has the name of the app's one now. What an earlier run has removed is waited for again.
    """
    ids = list(state.get("service_ids") or [])
    is_own = bool(service) and (service["owner"] == app_id or service["id"] in ids)
    problem = ""
    if service and not is_own:
        problem = "the service %s of the swarm was not made of it (its label %s is %s): rename or remove that one." % (
            state["service"],
            SWARM_ID_LABEL,
            service["owner"] or "missing",
        )
    if is_own and service["id"] not in ids:
        ids.append(service["id"])
    return {"problem": problem, "remove": is_own, "ids": ids}
