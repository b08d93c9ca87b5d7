# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: why the tasks of a service do not run, in the words of an operator, with what to do."""

from __future__ import annotations

import re
import typing as t

from .._words import one_line
from . import tasks as looks

Mapping = t.Mapping[str, t.Any]

_CONSTRAINT = re.compile(r"\s*(?P<key>[^=!\s]+)\s*(?P<sign>==|!=)\s*(?P<value>.*?)\s*")
_NO_IMAGE = re.compile(
    r"no such image|manifest unknown|manifest for|pull access denied|repository does not exist", re.I
)
_PORT = re.compile(r"port is already allocated|address already in use|host-mode port already in use", re.I)
_UNHEALTHY = re.compile(r"unhealthy container", re.I)
_MOUNT = re.compile(r"bind source path does not exist:?\s*(?P<path>\S+)?", re.I)
_PROGRAM = re.compile(r"executable file not found|no such file or directory|permission denied", re.I)
_EXIT = re.compile(r"non-zero exit \((?P<code>\d+)\)")
# What the scheduler says of nodes that it has looked at.
_PENDING = {
    "scheduling constraints not satisfied": "placement",
    "insufficient resources": "resources",
    "host-mode port already in use": "port",
    "max replicas per node limit exceed": "limit",
    "missing plugin": "plugin",
    "not available for new tasks": "availability",
}


class Reason(t.NamedTuple):
    """The kind is for programs, the text for people; the task is the one to read the output of."""

    kind: str
    text: str
    task: str = ""


def reasons(service: Mapping, tasks: t.Sequence[Mapping], nodes: t.Sequence[Mapping]) -> list[Reason]:
    """Each once, in the order in which they are most likely to be the cause."""
    names = {node["ID"]: hostname(node) for node in nodes}
    found: list[Reason] = []
    for task in looks.ended(service, tasks):
        found.append(_of_ended(task, service, names))
    for task in looks.unfinished(service, tasks):
        found += _of_unfinished(task, service, nodes, names)
    if not found and (service.get("UpdateStatus") or {}).get("Message"):
        found.append(Reason("update", "Docker says: %s" % service["UpdateStatus"]["Message"]))
    kept: dict[tuple[str, str], Reason] = {}
    for one in found:
        text = one_line(one.text)
        kept.setdefault((one.kind, text), one._replace(text=text))
    kinds = {one.kind for one in kept.values()}
    # The next try for what cannot be had says nothing more.
    return [one for one in kept.values() if not (one.kind == "pull" and "image" in kinds)]


def hostname(node: Mapping) -> str:
    return str((node.get("Description") or {}).get("Hostname") or node["ID"])


def _image(task: Mapping) -> str:
    return str(((task.get("Spec") or {}).get("ContainerSpec") or {}).get("Image") or "")


def _of_ended(task: Mapping, service: Mapping, names: t.Mapping[str, str]) -> Reason:
    status = task["Status"]
    said = str(status.get("Err") or status.get("Message") or status["State"]).strip()
    where = names.get(str(task.get("NodeID") or ""), "a node that is gone")
    if _UNHEALTHY.search(said):
        text = "health: the check fails on %s and Docker ends the task; the check is %s" % (where, _check(service))
        return Reason("health", text, task["ID"])
    if _NO_IMAGE.search(said):
        text = (
            "image: %s cannot be had on %s (%s); correct the name, or give the nodes access to its registry "
            "(docker_registry_credentials, docker_registry_mirrors)" % (_image(task), where, said)
        )
        return Reason("image", text)
    if _PORT.search(said):
        return Reason("port", "port: on %s another program has it (%s); free it or publish another" % (where, said))
    mount = _MOUNT.search(said)
    if mount:
        text = "volume: the directory %s is missing on %s; make it on every node that may run the task" % (
            mount["path"] or "of a mount",
            where,
        )
        return Reason("volume", text)
    if status["State"] == "rejected":
        return Reason("rejected", "%s refuses the task: %s" % (where, said))
    code = (status.get("ContainerStatus") or {}).get("ExitCode")
    match = _EXIT.search(said)
    if match:
        code = int(match["code"])
    if _PROGRAM.search(said) and not match:
        return Reason("program", "the program of the task cannot be started on %s: %s" % (where, said), task["ID"])
    text = "the program of the task ends by itself on %s" % where
    return Reason(
        "exit", "%s: %s" % (text, said) if code is None else "%s with exit code %s" % (text, code), task["ID"]
    )


def _of_unfinished(
    task: Mapping, service: Mapping, nodes: t.Sequence[Mapping], names: t.Mapping[str, str]
) -> list[Reason]:
    status = task.get("Status") or {}
    state, said = str(status.get("State") or "new"), str(status.get("Err") or status.get("Message") or "")
    where = names.get(str(task.get("NodeID") or ""), "")
    if state == "pending" or not where:
        return _pending(said, task, nodes)
    if state in ("preparing", "assigned", "accepted", "ready"):
        return [Reason("pull", "image: %s is still being pulled on %s" % (_image(task), where))]
    if state == "starting":
        text = "health: the check has not passed yet on %s; the check is %s" % (where, _check(service))
        return [Reason("health", text, task["ID"])]
    return [Reason(state, "a task on %s is %s%s" % (where, state, ": " + said if said else ""))]


def _pending(said: str, task: Mapping, nodes: t.Sequence[Mapping]) -> list[Reason]:
    kinds = [kind for words, kind in _PENDING.items() if words in said]
    told = re.sub(r"^no suitable node ", "", said).strip("()") or "no node has room for it yet"
    found = []
    for kind in kinds:
        if kind == "placement":
            found.append(Reason(kind, "placement: no node is right (%s); %s" % (told, _misplaced(task, nodes))))
        elif kind == "resources":
            text = "resources: no node has them free (%s); the task reserves %s" % (told, _size(task))
            found.append(Reason(kind, text))
        elif kind == "port":
            ports = ((task.get("Spec") or {}).get("EndpointSpec") or {}).get("Ports") or []
            numbers = "".join(" %s" % port.get("PublishedPort") for port in ports)
            text = "port: the port%s is taken on each node that may run the task (%s); run fewer tasks or free it"
            found.append(Reason(kind, text % (numbers, told)))
        elif kind == "limit":
            found.append(Reason(kind, "placement: each node has as many tasks as it may have (%s); add nodes" % told))
        elif kind == "availability":
            found.append(Reason(kind, "nodes: none takes tasks (%s); look at `docker node ls`" % told))
        else:
            found.append(Reason(kind, "a plugin is missing on the nodes (%s)" % told))
    return found or [Reason("pending", "a task waits for a node: %s" % told)]


def _misplaced(task: Mapping, nodes: t.Sequence[Mapping]) -> str:
    """Each constraint that no node meets alone, with what the nodes have instead."""
    placement = (task.get("Spec") or {}).get("Placement") or {}
    parts = []
    for constraint in placement.get("Constraints") or []:
        match = _CONSTRAINT.fullmatch(constraint)
        if not match:
            continue
        seen = {hostname(node): value_of(node, match["key"]) for node in nodes}
        if any(_holds(match, value) for value in seen.values()):
            continue
        have = ", ".join("%s has %s" % (host, value or "none") for host, value in sorted(seen.items()))
        parts.append("no node has %s (%s)" % (constraint, have))
    if parts:
        return "%s; set docker_swarm_labels on the hosts, or change the constraint" % "; ".join(parts)
    return "each constraint holds on some node, but not all on one: %s" % ", ".join(placement.get("Constraints") or [])


def value_of(node: Mapping, key: str) -> str:
    """What a node has of what a constraint names; nothing for what is unknown."""
    spec, described = node.get("Spec") or {}, node.get("Description") or {}
    lower = key.lower()
    if lower.startswith("node.labels."):
        return str((spec.get("Labels") or {}).get(key[len("node.labels.") :], ""))
    if lower.startswith("engine.labels."):
        return str(((described.get("Engine") or {}).get("Labels") or {}).get(key[len("engine.labels.") :], ""))
    platform = described.get("Platform") or {}
    known = {
        "node.id": node.get("ID"),
        "node.hostname": described.get("Hostname"),
        "node.role": spec.get("Role"),
        "node.platform.os": platform.get("OS"),
        "node.platform.arch": platform.get("Architecture"),
    }
    return str(known.get(lower) or "")


def _holds(match: t.Match[str], value: str) -> bool:
    same = value.lower() == match["value"].lower()
    return same if match["sign"] == "==" else not same


def _size(task: Mapping) -> str:
    reserved = ((task.get("Spec") or {}).get("Resources") or {}).get("Reservations") or {}
    parts = []
    if reserved.get("NanoCPUs"):
        parts.append("%g CPUs" % (reserved["NanoCPUs"] / 1e9))
    if reserved.get("MemoryBytes"):
        parts.append("%d MiB" % (reserved["MemoryBytes"] // 1048576))
    return " and ".join(parts) or "nothing"


def _check(service: Mapping) -> str:
    container = service["Spec"]["TaskTemplate"].get("ContainerSpec") or {}
    test = (container.get("Healthcheck") or {}).get("Test") or []
    return " ".join(test[1:]) if test and test[0] != "NONE" else "that of the image"
