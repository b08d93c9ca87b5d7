"""Old forms of networks become `networks`; unnamed networks get the default name; rules for the set of networks."""

from __future__ import annotations

from typing import Any

from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure, internal
from labengine.marathon.definition.settings import Settings

Networks = list[dict[str, Any]]


def is_host(networks: Networks) -> bool:
    """No networks at all means host mode."""
    return not networks or any(network["mode"] == "host" for network in networks)


def _network(mode: str, labels: dict[str, str] | None = None, name: str | None = None) -> dict[str, Any]:
    network: dict[str, Any] = {"mode": mode}
    if name is not None:
        network["name"] = name
    if labels:
        network["labels"] = labels
    return network


def migrated(app: App, settings: Settings) -> Networks | None:
    """The networks an app or an update asks for in any form; None where it says nothing about them."""
    address = app.get("ipAddress")
    docker_network = app.get("container", {}).get("docker", {}).get("network")
    networks = app.get("networks")
    if address is None and docker_network is None:
        return networks
    if networks is not None:
        raise internal("cannot mix deprecated and canonical network APIs")
    labels = (address or {}).get("labels")
    name = (address or {}).get("networkName")
    if docker_network is None:
        if name is not None and name == settings.mesos_bridge_name:
            return [_network("container/bridge", labels)]
        return [_network("container", labels, name)]
    if docker_network == "HOST":
        return [_network("host")]
    if docker_network == "BRIDGE":
        return [_network("container/bridge", labels)]
    if docker_network == "USER":
        return [_network("container", labels, name)]
    raise internal(f"unsupported docker network type {docker_network}")


def with_names(networks: Networks, settings: Settings) -> Networks:
    named = []
    for network in networks:
        if network["mode"] == "container" and network.get("name") is None:
            if settings.default_network_name is None:
                raise internal("container network name is not defined")
            network = {**network, "name": settings.default_network_name}
        named.append(network)
    return named


def failures(networks: Networks, settings: Settings) -> list[Failure]:
    return [("/networks", text) for text in (*_set_failures(networks), *_name_failures(networks, settings))]


def _set_failures(networks: Networks) -> list[str]:
    by_mode = {mode: [n for n in networks if n["mode"] == mode] for mode in ("host", "container/bridge", "container")}
    host, bridge, container = by_mode["host"], by_mode["container/bridge"], by_mode["container"]
    found = []
    if any(n.get("name") or n.get("labels") for n in host):
        found.append("Host networks may not have names or labels")
    if any(n.get("name") for n in bridge):
        found.append("Bridge networks may not have names")
    names = [n["name"] for n in networks if "name" in n]
    if len(set(names)) < len(names) or sum("name" not in n for n in container) > 1:
        found.append("Duplicate networks are not allowed")
    used = [group for group in (host, bridge, container) if group]
    if len(used) > 1 or len(host) > 1 or len(bridge) > 1:
        found.append("May specify a single host network, single bridge network, or else 1-to-n container networks")
    return found


def _name_failures(networks: Networks, settings: Settings) -> list[str]:
    if settings.default_network_name is None and any(n["mode"] == "container" and "name" not in n for n in networks):
        return ["Network name must be specified when container network is selected."]
    return []
