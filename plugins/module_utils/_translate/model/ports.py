# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of an app and endpoints of a pod, each with the number on which the program listens from now on."""

from __future__ import annotations

import re
from typing import Any

from ..notes import APPROXIMATE, BOTH, DROPPED, MANUAL, WARNING, Notes
from .workload import Port

# A port that Marathon or Docker would choose at launch gets this number and those above it.
FIRST_DYNAMIC = 10000
_VIRTUAL_ADDRESS = re.compile(r"/?(?P<name>[^:]+):(?P<port>\d+)")
_MOST = 65535


def of_app(app: dict[str, Any], notes: Notes, is_named: bool) -> tuple[list[Port], list[int]]:
    """The ports and the numbers that the definition declares for them.

    is_named says whether anything in the definition speaks of a port.
    """
    if app["networks"][0]["mode"] == "host":
        return _of_host(app, notes, is_named)
    found = []
    declared = []
    modes = {network["mode"] for network in app["networks"]}
    for index, mapping in enumerate(app["container"].get("portMappings", [])):
        number = mapping["containerPort"]
        if len(app["container"]["portMappings"]) == 1 and _is_unasked(mapping, number) and not is_named:
            _leave_out(notes)
            continue
        at = f"/ports/{index}"
        declared.append(number)
        port = Port(
            at,
            index,
            number or _dynamic(at, index, notes),
            tuple(mapping["protocol"].split(",")),
            mapping.get("name"),
            mapping.get("hostPort"),
            mapping.get("servicePort", 0),
            mapping.get("labels", {}),
            virtual_addresses(mapping.get("labels", {})),
            mapping.get("hostPort") is not None or bool(mapping.get("servicePort")) or "container" not in modes,
        )
        _note_labels(port, notes)
        if mapping.get("networkNames") and len(app["networks"]) > 1:
            notes.add(BOTH, DROPPED, f"{at}/networkNames", "a port cannot be on one of several networks alone")
        found.append(port)
    return _apart(found), declared


def _of_host(app: dict[str, Any], notes: Notes, is_named: bool) -> tuple[list[Port], list[int]]:
    found = []
    declared = []
    definitions = app.get("portDefinitions", [])
    for index, definition in enumerate(definitions):
        number = definition["port"]
        if len(definitions) == 1 and _is_unasked(definition, number) and not is_named:
            _leave_out(notes)
            continue
        at = f"/ports/{index}"
        declared.append(number)
        is_fixed = bool(number) and app.get("requirePorts", False)
        labels = definition.get("labels", {})
        port = Port(
            at,
            index,
            number if is_fixed else _dynamic(at, index, notes),
            tuple(definition["protocol"].split(",")),
            definition.get("name"),
            service_port=number,
            labels=labels,
            addresses=virtual_addresses(labels),
        )
        _note_labels(port, notes)
        found.append(port)
    return _apart(found), declared


def _is_unasked(port: dict[str, Any], number: int) -> bool:
    """Marathon gives an app that declares no port one, with a number of its own where the app runs already."""
    return port.get("name") == "default" and not port.get("labels") and (number == 0 or number >= FIRST_DYNAMIC)


def _leave_out(notes: Notes) -> None:
    text = "Marathon gives every app a port, and nothing in the definition uses this one: not carried over"
    notes.add(BOTH, WARNING, "/ports/0", text)


def _dynamic(at: str, index: int, notes: Notes) -> int:
    number = FIRST_DYNAMIC + index
    text = f"the port was given at launch; now {number} is fixed and the app must listen on $PORT{index}"
    notes.add(BOTH, APPROXIMATE, at, text)
    return number


def _apart(ports: list[Port]) -> list[Port]:
    """One number and protocol is one port, whoever declares it again."""
    taken: set[tuple[int, str]] = set()
    found = []
    for port in ports:
        protocols = tuple(one for one in port.protocols if (port.number, one) not in taken)
        taken |= {(port.number, one) for one in protocols}
        found.append(port if protocols == port.protocols else _again(port, protocols))
    return found


def _again(port: Port, protocols: tuple[str, ...]) -> Port:
    return Port(**{**port.__dict__, "protocols": protocols})


def _note_labels(port: Port, notes: Notes, at: str = "") -> None:
    place = f"{at or port.at}/labels"
    others = [name for name in port.labels if not name.startswith("VIP_")]
    if others:
        notes.add(BOTH, DROPPED, place, f"ports have no labels: {', '.join(sorted(others))}")


def virtual_addresses(labels: dict[str, str]) -> tuple[tuple[str, int], ...]:
    found = []
    for name in sorted(labels):
        address = _VIRTUAL_ADDRESS.fullmatch(labels[name]) if name.startswith("VIP_") else None
        if address and 0 < int(address["port"]) <= _MOST:
            found.append((address["name"], int(address["port"])))
    return tuple(found)


def note_addresses(ports: list[Port], swarm: str, kubernetes: str, notes: Notes) -> None:
    for port in ports:
        for name, label in port.labels.items():
            if name.startswith("VIP_"):
                text = (
                    f"virtual address {label}: clients must use the new name (Kubernetes {kubernetes}, Swarm {swarm})"
                )
                notes.add(BOTH, MANUAL, f"{port.at}/labels", text)


def of_pod_container(
    container: dict[str, Any], at: str, first: int, networks: list[dict[str, Any]], notes: Notes
) -> list[Port]:
    """first is the number of endpoints in the containers before this one."""
    is_host = any(network["mode"] == "host" for network in networks)
    bridged = any(network["mode"] == "container/bridge" for network in networks)
    found = []
    for offset, endpoint in enumerate(container.get("endpoints", [])):
        place = f"{at}/endpoints/{offset}"
        host_port = endpoint.get("hostPort")
        number = host_port if is_host else endpoint.get("containerPort")
        labels = endpoint.get("labels", {})
        port = Port(
            place,
            first + offset,
            number or _dynamic(place, first + offset, notes),
            tuple(endpoint.get("protocol") or ["tcp"]),
            endpoint["name"],
            None if is_host else host_port,
            number or 0 if is_host else 0,
            labels,
            virtual_addresses(labels),
            is_host or bridged or host_port is not None,
        )
        _note_labels(port, notes)
        if host_port is not None and not is_host:
            name = endpoint["name"].upper().replace("-", "_")
            text = f"EP_HOST_{name} is not set: there is no host port any more"
            notes.add(BOTH, APPROXIMATE, f"{place}/hostPort", text)
        found.append(port)
    return found
