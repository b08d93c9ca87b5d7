# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an older release of Marathon can be told: it drops in silence whatever it does not know.

Before 1.5 networks and port mappings have other places, before 1.4 every PUT is a partial one (api.md 4.1, 9).
"""

from __future__ import annotations

from typing import Any

from ..definition import app_fields, legacy, schema
from ..definition.schema import Release
from ..errors import DefinitionError

CANONICAL: Release = (1, 5)
FULL_WRITES: Release = (1, 4)
_PORT_DEFINITIONS: Release = (1, 1)
_FETCH: Release = (0, 15)
_DEST_PATH: Release = (1, 4)
_ADDRESS_PER_TASK: Release = (0, 14)
_NAMED_NETWORKS: Release = (1, 2)
_OPERATOR_IS: Release = (1, 6)
_MESOS_CHECKS: Release = (1, 4)

_DOCKER_NETWORKS = {"host": "HOST", "container/bridge": "BRIDGE", "container": "USER"}


def known(app: dict[str, Any], release: Release) -> dict[str, Any]:
    """A declared app as the release can have it. What asks for nothing is left out, anything else is refused."""
    app = app_fields.APP.known(app, "", release)
    for index, check in enumerate(app.get("healthChecks", [])):
        if str(check.get("protocol", "")).startswith("MESOS_"):
            _need(_MESOS_CHECKS, release, f"/healthChecks({index})/protocol {check['protocol']}")
    for index, constraint in enumerate(app.get("constraints", [])):
        if constraint[1:2] == ["IS"]:
            _need(_OPERATOR_IS, release, f"/constraints({index}) with the operator IS")
    return app


def body(app: dict[str, Any], release: Release) -> dict[str, Any]:
    """An app in canonical form as the body of a write to the release."""
    if release >= CANONICAL:
        return app
    moved = _networked(app, release)
    app = {name: value for name, value in app.items() if name not in ("networks", "container")}
    app.update(moved)
    if release < _PORT_DEFINITIONS and "portDefinitions" in app:
        definitions = app.pop("portDefinitions")
        app["ports"] = [_port(one, f"/portDefinitions({index})", release) for index, one in enumerate(definitions)]
    if "fetch" in app:
        artifacts = app.pop("fetch")
        if release < _FETCH:
            app["uris"] = [_uri(one, f"/fetch({index})", release) for index, one in enumerate(artifacts)]
        else:
            app["fetch"] = [_artifact(one, release) for one in artifacts]
    return app


def partial_body(before: dict[str, Any], after: dict[str, Any], release: Release) -> dict[str, Any]:
    """The body of a partial write that makes after of before, where no full write exists."""
    old, new = body(before, release), body(after, release)
    for name in sorted(set(old) - set(new)):
        row = app_fields.FIELDS[name]
        if row.stays:
            raise DefinitionError(
                f"{after['id']}: {name} cannot be taken away from an app on Marathon {schema.shown_release(release)}, "
                "whose PUT keeps what it does not name: remove the app and create it again, or upgrade to 1.4"
            )
        if name not in ("ports", "portDefinitions"):
            new[name] = {} if isinstance(row.shape, schema.Dictionary) else []
    return new


def _need(since: Release, release: Release, what: str) -> None:
    if release < since:
        raise schema.too_new(what, since, release)


def _networked(app: dict[str, Any], release: Release) -> dict[str, Any]:
    """The container and the address of an app whose networks are in the places they had before 1.5."""
    networks = app.get("networks") or []
    if len(networks) > 1:
        _need(CANONICAL, release, "/networks with more than one network")
    network = {"mode": "container", **networks[0]} if networks else {"mode": "host"}
    container = dict(app.get("container") or {})
    ports = container.pop("portMappings", None)
    if "docker" in container and container.get("type", "DOCKER") == "DOCKER":
        docker = dict(container["docker"])
        if networks:
            docker["network"] = _DOCKER_NETWORKS[network["mode"]]
        if ports is not None and network["mode"] != "host":
            docker["portMappings"] = ports
        address = _address(network, release)
        return {"container": {"type": "DOCKER", **container, "docker": docker}, **address}
    if network["mode"] == "container/bridge":
        _need(CANONICAL, release, "/networks with the mode container/bridge for a container that is not Docker's")
    address = _address(network, release)
    if address and ports:
        discovered = [_discovered(one, f"/container/portMappings({index})", release) for index, one in enumerate(ports)]
        address["ipAddress"]["discovery"] = {"ports": discovered}
    # A container that says nothing is what every app has since 1.5 that is not on the host's network.
    says_more = any(value for name, value in container.items() if name != "type")
    return {"container": container, **address} if says_more else address


def _address(network: dict[str, Any], release: Release) -> dict[str, Any]:
    if network["mode"] != "container":
        if network.get("labels"):
            _need(CANONICAL, release, f"/networks with labels for the mode {network['mode']}")
        return {}
    _need(_ADDRESS_PER_TASK, release, "/networks with the mode container")
    address = {"labels": network.get("labels", {})}
    if "name" in network:
        _need(_NAMED_NETWORKS, release, f"/networks with the name {network['name']}")
        address["networkName"] = network["name"]
    return {"ipAddress": address}


def _discovered(port: dict[str, Any], path: str, release: Release) -> dict[str, Any]:
    for name in ("hostPort", "servicePort", "labels"):
        if port.get(name):
            _need(CANONICAL, release, f"{path}/{name} for a container that is not Docker's")
    if "name" not in port:
        raise DefinitionError(f"{path} needs a name on Marathon {schema.shown_release(release)}")
    return {"number": port.get("containerPort", 0), "name": port["name"], "protocol": port.get("protocol", "tcp")}


def _port(definition: dict[str, Any], path: str, release: Release) -> int:
    for name, value in definition.items():
        if name != "port" and value not in ("tcp", "default"):
            _need(_PORT_DEFINITIONS, release, f"{path}/{name}")
    return definition.get("port", 0)


def _uri(artifact: dict[str, Any], path: str, release: Release) -> str:
    uri = artifact["uri"]
    for name in ("executable", "cache", "destPath"):
        if artifact.get(name):
            _need(_FETCH, release, f"{path}/{name}")
    if artifact.get("extract", True) != legacy.extracts(uri):
        what = "is always unpacked" if legacy.extracts(uri) else "is never unpacked"
        raise DefinitionError(
            f"{path}: {uri} {what} by Marathon {schema.shown_release(release)}, for the ending of its name: declare "
            f"extract: {str(legacy.extracts(uri)).lower()}"
        )
    return uri


def _artifact(artifact: dict[str, Any], release: Release) -> dict[str, Any]:
    if release >= _DEST_PATH:
        return artifact
    return {("outputFile" if name == "destPath" else name): value for name, value in artifact.items()}
