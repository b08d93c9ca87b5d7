# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Translates what Marathon took before 1.5 (docker.network, docker.portMappings, ports, uris, ipAddress)."""

from __future__ import annotations

from typing import Any

from ..errors import DefinitionError
from .values import integer, mapping, mappings, sequence

MESOS_BRIDGE = "mesos-bridge"

# Where a field is today that had another place or name.
MOVED = {
    ("ports",): ("portDefinitions",),
    ("uris",): ("fetch",),
    ("ipAddress",): ("networks",),
    ("container", "docker", "network"): ("networks",),
    ("container", "docker", "portMappings"): ("container", "portMappings"),
}

_EXTRACTED = (".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip")


def translate(app: dict[str, Any]) -> dict[str, Any]:
    """The same app without a legacy field. Contradictions, which Marathon answers with 422 or 500, are refused."""
    app = dict(app)
    _translate_networks(app)
    _translate_port_mappings(app)
    _translate_ports(app)
    _translate_fetch(app)
    return app


def _translate_networks(app: dict[str, Any]) -> None:
    address = app.pop("ipAddress", None)
    network = _take_from_docker(app, "network")
    if isinstance(network, str) and not network.strip():
        network = None
    if network is None and address is None:
        return
    if app.get("networks"):
        old = "ipAddress" if network is None else "container.docker.network"
        raise DefinitionError(f"{old} and networks contradict each other: keep networks, the form since Marathon 1.5")
    address = mapping(address if address is not None else {}, "/ipAddress")
    app["networks"] = [_network(None if network is None else str(network).upper(), address)]
    discovered = mapping(address.get("discovery", {}), "/ipAddress/discovery").get("ports")
    if discovered:
        _add_discovered_ports(app, mappings(discovered, "/ipAddress/discovery/ports"))


def _network(network: str | None, address: dict[str, Any]) -> dict[str, Any]:
    if network == "HOST":
        return {"mode": "host"}
    if network not in (None, "BRIDGE", "USER"):
        raise DefinitionError(f"Marathon does not support container.docker.network {network}: use HOST, BRIDGE or USER")
    bridge = network == "BRIDGE" or (network is None and address.get("networkName") == MESOS_BRIDGE)
    translated: dict[str, Any] = {"mode": "container/bridge" if bridge else "container"}
    if address.get("networkName") and not bridge:
        translated["name"] = address["networkName"]
    if address.get("labels"):
        translated["labels"] = address["labels"]
    return translated


def _add_discovered_ports(app: dict[str, Any], ports: list[dict[str, Any]]) -> None:
    container = dict(mapping(app.get("container", {"type": "MESOS"}), "/container"))
    if container.get("portMappings"):
        raise DefinitionError(
            "container.portMappings and ipAddress.discovery.ports contradict each other: keep the former"
        )
    container["portMappings"] = [
        {("containerPort" if key == "number" else key): value for key, value in port.items()} for port in ports
    ]
    app["container"] = container


def _translate_port_mappings(app: dict[str, Any]) -> None:
    old = _take_from_docker(app, "portMappings")
    if old is None:
        return
    container = dict(app["container"])
    if container.get("portMappings") is not None and not old:
        return
    if container.get("portMappings") not in (None, [], old):
        raise DefinitionError(
            "container.portMappings and container.docker.portMappings contradict each other: keep the former"
        )
    container["portMappings"] = old
    app["container"] = container


def _translate_ports(app: dict[str, Any]) -> None:
    ports = app.pop("ports", None)
    if ports is None:
        return
    wanted = [integer(port, f"/ports({index})") for index, port in enumerate(sequence(ports, "/ports"))]
    definitions = app.get("portDefinitions")
    if definitions is None:
        app["portDefinitions"] = [{"port": port, "protocol": "tcp"} for port in wanted]
        return
    defined = [integer(entry.get("port", 0), "/portDefinitions") for entry in mappings(definitions, "/portDefinitions")]
    if defined != wanted:
        raise DefinitionError("ports and portDefinitions contradict each other: keep portDefinitions")


def _translate_fetch(app: dict[str, Any]) -> None:
    if app.get("fetch"):
        app["fetch"] = [_artifact(entry) for entry in mappings(app["fetch"], "/fetch")]
    uris = app.pop("uris", None)
    if not uris:
        return
    fetch = app.get("fetch", [])
    if fetch and [entry.get("uri") for entry in fetch] != uris:
        raise DefinitionError("uris and fetch contradict each other: keep fetch")
    if not fetch:
        app["fetch"] = [{"uri": uri, "extract": extracts(uri)} for uri in sequence(uris, "/uris")]


def extracts(uri: Any) -> bool:
    """Whether Marathon unpacks what uris names; fetch has a flag for it, which is true by default."""
    return str(uri).endswith(_EXTRACTED)


def _artifact(entry: dict[str, Any]) -> dict[str, Any]:
    # Marathon 1.3 has another name for it.
    return {("destPath" if name == "outputFile" else name): value for name, value in entry.items()}


def _take_from_docker(app: dict[str, Any], key: str) -> Any:
    container = app.get("container")
    docker = container.get("docker") if isinstance(container, dict) else None
    if not isinstance(docker, dict) or key not in docker:
        return None
    app["container"] = {**container, "docker": {name: value for name, value in docker.items() if name != key}}
    return docker[key]
