"""Deprecated fields: the rules for them, and their translation into the canonical ones."""

from __future__ import annotations

import re
from typing import Any

from labengine.marathon.definition import container, health, networks
from labengine.marathon.definition.container import App
from labengine.marathon.definition.errors import Failure, internal
from labengine.marathon.definition.settings import Settings

DEFAULT_PORT_DEFINITION = {"port": 0, "name": "default", "protocol": "tcp"}
BLANK_MAPPING: dict[str, Any] = {"containerPort": 0, "labels": {}, "protocol": "tcp", "servicePort": 0}
DEFAULT_MAPPING = {**BLANK_MAPPING, "name": "default"}

# Marathon unpacks what `uris` names by these endings alone.
EXTRACTED = (".tar", ".tar.gz", ".tar.bz2", ".tar.xz", ".gz", ".tgz", ".tbz2", ".txz", ".zip")

_URI = re.compile(r"(?:[^\x00-\x20\x7f\"<>\\^`{|}%]|%[0-9A-Fa-f]{2})*")
INVALID_URI = "URI has invalid syntax."


def valid_uri(uri: str) -> bool:
    return bool(_URI.fullmatch(uri)) and not re.fullmatch(r"[^/?#:]*:|:.*", uri)


def unique(values: list[Any]) -> bool:
    return len(set(values)) == len(values)


def names_unique(ports: list[dict[str, Any]]) -> bool:
    return unique([port["name"] for port in ports if "name" in port])


def failures(app: App) -> list[Failure]:
    """The rules for deprecated fields of an app that was just read."""
    return [*_container_failures(app), *_field_failures(app), *_combination_failures(app)]


def _container_failures(app: App) -> list[Failure]:
    box = app.get("container", {})
    docker = box.get("docker", {})
    found: list[Failure] = []
    forbidden = ["credential"] if "credential" in docker else []
    if box.get("type") == "MESOS":
        forbidden += [field for field in ("network", "portMappings") if field in docker]
        forbidden += ["parameters"] if docker.get("parameters") else []
    found += [(f"/container/docker/{field}", "must be empty") for field in forbidden]
    if not names_unique(docker.get("portMappings", [])):
        found.append(("/container/docker/portMappings", "Port names must be unique."))
    return found


def _field_failures(app: App) -> list[Failure]:
    found: list[Failure] = []
    if container.is_docker(app) and "discovery" in app.get("ipAddress", {}):
        found.append(("/ipAddress", "ipAddress/discovery is not allowed for Docker containers"))
    uris = app.get("uris", [])
    found += [(f"/uris({index})", INVALID_URI) for index, uri in enumerate(uris) if not valid_uri(uri)]
    if uris and app.get("fetch"):
        found.append(("/uris", "may not be set in conjunction with fetch"))
    return found


def _combination_failures(app: App) -> list[Failure]:
    ports, definitions = app.get("ports"), app.get("portDefinitions")
    texts = []
    if app.get("networks") and "network" in app.get("container", {}).get("docker", {}):
        texts.append("must not specify both container.docker.network and networks")
    if app.get("networks") and "ipAddress" in app:
        texts.append("must not specify both networks and ipAddress")
    if not unique([port for port in ports or [] if port != 0]):
        texts.append("ports must be unique")
    if "ipAddress" in app and (ports or definitions):
        texts.append("cannot specify both an IP address and port")
    if ports is not None and definitions is not None and [item["port"] for item in definitions] != ports:
        texts.append("cannot specify both ports and port definitions")
    return [("/", text) for text in texts]


def _artifacts(app: App) -> list[dict[str, Any]] | None:
    uris, fetch = app.get("uris"), app.get("fetch")
    if not uris:
        return fetch
    if fetch:
        raise internal("cannot specify both uris and fetch fields")
    return [{"uri": uri, "extract": uri.endswith(EXTRACTED), "executable": False, "cache": False} for uri in uris]


def _port_definitions(app: App) -> list[dict[str, Any]] | None:
    if app.get("portDefinitions") is not None:
        return app["portDefinitions"]
    if app.get("ports") is not None:
        return [{"port": port, "protocol": "tcp"} for port in app["ports"]]
    return None


def _container(app: App) -> dict[str, Any] | None:
    """The container with port mappings where they belong and no network of its own."""
    if "container" not in app and "ipAddress" not in app:
        return None
    box = dict(app.get("container", {"type": "MESOS", "volumes": []}))
    if "docker" in box:
        docker = dict(box["docker"])
        old_mappings = docker.pop("portMappings", None)
        docker.pop("network", None)
        box["docker"] = docker
        if old_mappings and "portMappings" in box:
            raise internal("cannot specify both portMappings and docker.portMappings")
        if old_mappings is not None:
            box.setdefault("portMappings", old_mappings)
    discovered = app.get("ipAddress", {}).get("discovery", {}).get("ports")
    if discovered:
        if box["type"] != "MESOS":
            raise internal(f"ipAddress.discovery.ports do not apply for container type {box['type']}")
        if "portMappings" in box:
            raise internal("container.portMappings and ipAddress.discovery.ports must not both be set")
        box["portMappings"] = [
            {**BLANK_MAPPING, "containerPort": p["number"], "name": p["name"], "protocol": p["protocol"]}
            | {"labels": p["labels"]}
            for p in discovered
        ]
    return box


def _without_deprecated(app: App, replaced: dict[str, Any]) -> App:
    kept = {key: value for key, value in app.items() if key not in ("uris", "ports", "ipAddress", *replaced)}
    return {**kept, **{key: value for key, value in replaced.items() if value is not None}}


def app(definition: App, settings: Settings) -> App:
    """A whole definition in canonical fields, ports completed for its network mode."""
    wanted_networks = networks.migrated({**definition, "networks": definition.get("networks") or None}, settings) or []
    given_ports = _port_definitions(definition)
    box = _container(definition)
    host = networks.is_host(wanted_networks)
    if box is not None and host:
        box.pop("portMappings", None)
    elif box is not None:
        mappings = box.setdefault("portMappings", [dict(DEFAULT_MAPPING)])
        blanks = len(given_ports or []) - len(mappings)
        box["portMappings"] = mappings + [dict(BLANK_MAPPING) for _ in range(blanks)]
    checks = definition.get("healthChecks", [])
    # Marathon looks at the definitions as sent, so the default one does not count.
    if definition.get("portDefinitions") or (box is not None and "portMappings" in box):
        checks = health.with_port_index(checks)
    replaced = {
        "fetch": _artifacts(definition) or [],
        "networks": wanted_networks,
        "container": box,
        "portDefinitions": (given_ports if given_ports is not None else [dict(DEFAULT_PORT_DEFINITION)])
        if host
        else None,
        "healthChecks": checks,
        "readinessChecks": health.with_ready_codes(definition.get("readinessChecks", [])),
    }
    return _without_deprecated(definition, replaced)


def update(changes: App, settings: Settings) -> App:
    """A partial definition in canonical fields; nothing is completed that it does not mention."""
    replaced = {
        "fetch": _artifacts(changes),
        "networks": networks.migrated(changes, settings),
        "container": _container(changes),
        "portDefinitions": _port_definitions(changes),
    }
    if "healthChecks" in changes:
        replaced["healthChecks"] = health.with_port_index(changes["healthChecks"])
    if "readinessChecks" in changes:
        replaced["readinessChecks"] = health.with_ready_codes(changes["readinessChecks"])
    return _without_deprecated(changes, replaced)
