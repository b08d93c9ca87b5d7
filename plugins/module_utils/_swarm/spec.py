# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: a ServiceSpec as it is wanted and as the Engine has it."""

from __future__ import annotations

import copy
import typing as t

Spec = dict

# What the Engine fills in by itself, and what it writes of a past update. Other values of these are compared.
_FILLED_IN: dict[tuple[str, ...], tuple[t.Any, ...]] = {
    ("EndpointSpec", "Mode"): ("vip",),
    ("TaskTemplate", "Runtime"): ("container",),
    ("TaskTemplate", "ContainerSpec", "Isolation"): ("default",),
}
# A service that is told to replace its tasks has another number here, and nothing else is different.
_FORCE = ("TaskTemplate", "ForceUpdate")
# Here nothing and zero, or false, are not the same.
_MEANT = ("Replicas", "Init")


class MissingReference(Exception):
    """A network, secret or config that the swarm does not have; the text names it and the remedy."""


def comparable(spec: t.Mapping[str, t.Any]) -> Spec:
    """Without what says nothing: what is empty, and what the Engine fills in."""
    found = copy.deepcopy(dict(spec))
    for path, values in _FILLED_IN.items():
        part = _inside(found, path[:-1])
        if part.get(path[-1]) in values:
            del part[path[-1]]
    _inside(found, _FORCE[:-1]).pop(_FORCE[-1], None)
    return t.cast(Spec, _pruned(found)) or {}


def _inside(spec: Spec, path: t.Sequence[str]) -> Spec:
    part: t.Any = spec
    for name in path:
        part = part.get(name) if isinstance(part, dict) else None
    return part if isinstance(part, dict) else {}


def _pruned(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        parts = {
            name: one if name in _MEANT else _pruned(one)
            for name, one in value.items()
            if name not in _MEANT or one is not None
        }
        return {name: one for name, one in parts.items() if name in _MEANT or one not in (None, "", [], {}, 0, False)}
    if isinstance(value, list):
        return [_pruned(one) for one in value]
    return value


def same_tasks(task_spec: t.Mapping[str, t.Any], template: t.Mapping[str, t.Any]) -> bool:
    """Whether a task was made from this template, also by its count of forced updates."""
    one, other = ({"TaskTemplate": dict(each)} for each in (task_spec, template))
    forced = [int(each.get("ForceUpdate") or 0) for each in (task_spec, template)]
    return forced[0] == forced[1] and comparable(one) == comparable(other)


def resolved(
    spec: t.Mapping[str, t.Any],
    networks: t.Sequence[t.Mapping[str, t.Any]],
    secrets: t.Sequence[t.Mapping[str, t.Any]],
    configs: t.Sequence[t.Mapping[str, t.Any]],
) -> Spec:
    """With ids where the wanted one has names, because the Engine shows ids."""
    found = copy.deepcopy(dict(spec))
    by_name = {one["Name"]: one["Id"] for one in networks}
    ids = set(by_name.values())
    task = found.get("TaskTemplate", {})
    for network in (*(task.get("Networks") or []), *(found.get("Networks") or [])):
        target = network["Target"]
        if target not in by_name and target not in ids:
            raise MissingReference(
                "there is no overlay network %s; name it in docker_swarm_networks, or make it with "
                "`docker network create --driver overlay --attachable %s`" % (target, target)
            )
        network["Target"] = by_name.get(target, target)
    container = task.get("ContainerSpec", {})
    _refer(container.get("Secrets"), "Secret", secrets)
    _refer(container.get("Configs"), "Config", configs)
    return found


def _refer(
    references: t.Optional[t.Sequence[dict[str, t.Any]]], kind: str, known: t.Sequence[t.Mapping[str, t.Any]]
) -> None:
    ids = {one["Spec"]["Name"]: one["ID"] for one in known}
    for reference in references or []:
        name = reference["%sName" % kind]
        if name not in ids:
            raise MissingReference(
                "there is no %s %s; make it with `docker %s create %s FILE`" % (kind.lower(), name, kind.lower(), name)
            )
        reference["%sID" % kind] = ids[name]


def is_ingress(port: t.Mapping[str, t.Any]) -> bool:
    """Whether every node answers at the port, as where nothing is said, and not only those that run a task."""
    return bool(port.get("PublishMode", "ingress") == "ingress")


def on_hosts(spec: t.Mapping[str, t.Any]) -> tuple[Spec, list[str]]:
    """For nodes without IPVS: ports on the nodes that have a task, names that lead to tasks; and what that changes."""
    found = copy.deepcopy(dict(spec))
    endpoint = dict(found.get("EndpointSpec") or {})
    ports = endpoint.get("Ports") or []
    changed = [port for port in ports if is_ingress(port)]
    for port in changed:
        port["PublishMode"] = "host"
    said = []
    if changed:
        numbers = ", ".join(sorted({str(port.get("PublishedPort") or "chosen by Docker") for port in changed}))
        said.append(
            "the published ports (%s) are those of the nodes that run a task, one task a node, instead of ports of "
            "every node" % numbers
        )
        fixed = any(port.get("PublishedPort") for port in changed)
        update = found.get("UpdateConfig") or {}
        if fixed and update.get("Order") == "start-first":
            # The new task could never have the port on the node of the old one.
            found["UpdateConfig"] = {**update, "Order": "stop-first"}
            said.append("an update stops a task before it starts the next")
    if endpoint.get("Mode", "vip") == "vip" and (found.get("TaskTemplate") or {}).get("Networks"):
        endpoint["Mode"] = "dnsrr"
    if changed:
        endpoint["Mode"] = "dnsrr"
    if endpoint:
        found["EndpointSpec"] = endpoint
    return found, said


def problems(spec: t.Any) -> list[str]:
    """Why this is no ServiceSpec that can be asked for."""
    if not isinstance(spec, dict):
        return ["it is no mapping; give a ServiceSpec of the Engine API"]
    found = []
    if not isinstance(spec.get("Name"), str) or not spec["Name"]:
        found.append("it has no Name")
    container = (spec.get("TaskTemplate") or {}).get("ContainerSpec")
    if not isinstance(container, dict) or not container.get("Image"):
        found.append("TaskTemplate.ContainerSpec has no Image")
    if len({"Replicated", "Global", "ReplicatedJob", "GlobalJob"} & set(spec.get("Mode") or {})) != 1:
        found.append("Mode must have one of Replicated, Global, ReplicatedJob and GlobalJob")
    return found


def network_names(spec: t.Mapping[str, t.Any]) -> list[str]:
    task = spec.get("TaskTemplate") or {}
    named = [one.get("Target") for one in (*(task.get("Networks") or []), *(spec.get("Networks") or []))]
    return [str(one) for one in dict.fromkeys(named) if one]


def replicas(spec: t.Mapping[str, t.Any]) -> t.Optional[int]:
    """How many tasks run; nothing for one on each node."""
    mode = spec.get("Mode") or {}
    if "Replicated" in mode:
        wanted = (mode["Replicated"] or {}).get("Replicas")
        return 1 if wanted is None else int(wanted)
    if "ReplicatedJob" in mode:
        return int((mode["ReplicatedJob"] or {}).get("TotalCompletions") or 1)
    return None


def is_job(spec: t.Mapping[str, t.Any]) -> bool:
    return any(kind in (spec.get("Mode") or {}) for kind in ("ReplicatedJob", "GlobalJob"))


def port_clash(spec: t.Mapping[str, t.Any], services: t.Sequence[t.Mapping[str, t.Any]]) -> str:
    """Another service that has a port of every node already."""
    mine = _ingress(spec)
    for service in services:
        if service["Spec"]["Name"] == spec["Name"]:
            continue
        for port, protocol in sorted(mine & _ingress(service["Spec"])):
            return "the service %s has the port %d (%s) of every node already; publish another" % (
                service["Spec"]["Name"],
                port,
                protocol,
            )
    return ""


def _ingress(spec: t.Mapping[str, t.Any]) -> set[tuple[int, str]]:
    return {
        (int(port["PublishedPort"]), str(port.get("Protocol") or "tcp"))
        for port in (spec.get("EndpointSpec") or {}).get("Ports") or []
        if port.get("PublishedPort") and is_ingress(port)
    }
