# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any accepted form of an app definition, and any answer of Marathon, in the one form that GET returns since 1.5.

declared() keeps what is declared and only its form changes; complete() adds what Marathon will fill in. Two apps are
the same app if their canonical() forms are equal.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import fields, legacy, values

_ABSENT_WHEN_EMPTY = ("networkNames", "labels")
_LEADER_CHECKS = ("HTTP", "HTTPS", "TCP")


def canonical(app: dict[str, Any], release: tuple[int, int] = fields.NEWEST) -> dict[str, Any]:
    return complete(declared(app), release)


def unknown_fields(app: dict[str, Any]) -> list[str]:
    """One sentence for every field of a definition that Marathon drops without a word."""
    known = [name for name in fields.FIELDS if fields.FIELDS[name].owner != fields.SERVER]
    sentences = []
    for name in sorted(set(app) - set(fields.FIELDS)):
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        sentences.append(f"Marathon knows no app field {name!r} and ignores it{hint}")
    return sentences


def drops_port_mappings(app: dict[str, Any]) -> bool:
    """Host networking, which is also what an app without networks gets, has no use for port mappings."""
    return network_mode(app) == "host" and bool((app.get("container") or {}).get("portMappings"))


def declared(app: dict[str, Any]) -> dict[str, Any]:
    app = {name: value for name, value in values.without_nulls(app).items() if name in fields.FIELDS}
    app = {name: value for name, value in app.items() if fields.FIELDS[name].owner != fields.SERVER}
    app = legacy.translate(app)
    result = {name: _typed(fields.FIELDS[name], value) for name, value in app.items()}
    # An empty collection and an absent one are the same to Marathon, except for ports: none is not the default one.
    return {name: value for name, value in result.items() if value not in ([], {}) or name == "portDefinitions"}


def complete(app: dict[str, Any], release: tuple[int, int] = fields.NEWEST) -> dict[str, Any]:
    app = _settle_ports(dict(app))
    for field in fields.FIELDS.values():
        default = field.default_in(release)
        if default is not None:
            app.setdefault(field.name, dict(default) if isinstance(default, dict) else default)
    networks = [_complete_network(network) for network in app.get("networks") or [{"mode": "host"}]]
    app["networks"] = networks
    mode = networks[0]["mode"]
    if mode == "host":
        app["portDefinitions"] = [_complete_port(port) for port in app.get("portDefinitions", [{"name": "default"}])]
    else:
        app["requirePorts"] = False
        app.setdefault("container", {"type": "MESOS"})
    if "container" in app:
        app["container"] = _complete_container(app["container"], mode)
    _complete_strategies(app)
    for name, defaults in _NESTED_DEFAULTS.items():
        if name in app:
            app[name] = {**defaults, **app[name]}
    if "fetch" in app:
        app["fetch"] = [{"extract": True, "executable": False, "cache": False, **entry} for entry in app["fetch"]]
    if "readinessChecks" in app:
        app["readinessChecks"] = [{**_READINESS_DEFAULTS, **check} for check in app["readinessChecks"]]
    if "healthChecks" in app:
        app["healthChecks"] = [_complete_health_check(check, _has_ports(app)) for check in app["healthChecks"]]
    return {
        name: values.as_set(value) if fields.FIELDS[name].kind == fields.SET else value for name, value in app.items()
    }


def network_mode(app: dict[str, Any]) -> str:
    """host, container/bridge or container, with Marathon's own defaults."""
    networks = app.get("networks") or [{"mode": "host"}]
    return networks[0].get("mode", "container")


def port_reference_missing(app: dict[str, Any]) -> bool:
    """A check was stored without a port reference; the next write of any kind makes the server add one."""
    checks = app.get("healthChecks") or []
    return any(
        str(check.get("protocol", "HTTP")).upper() != "COMMAND" and not ("port" in check or "portIndex" in check)
        for check in checks
    ) and _has_ports(app)


_NESTED_DEFAULTS: dict[str, dict[str, Any]] = {
    "check": {"intervalSeconds": 60, "timeoutSeconds": 20, "delaySeconds": 15},
    "executorResources": {"cpus": 0.1, "mem": 32.0, "disk": 10.0},
}

_READINESS_DEFAULTS = {
    "name": "readinessCheck",
    "protocol": "HTTP",
    "path": "/",
    "portName": "http-api",
    "intervalSeconds": 30,
    "timeoutSeconds": 10,
    "httpStatusCodesForReady": [200],
    "preserveLastResponse": False,
}

_HEALTH_DEFAULTS = {
    "protocol": "HTTP",
    "gracePeriodSeconds": 300,
    "intervalSeconds": 60,
    "timeoutSeconds": 20,
    "maxConsecutiveFailures": 3,
    "delaySeconds": 15,
    "ipProtocol": "IPv4",
}


def _typed(field: fields.Field, value: Any) -> Any:
    path = f"/{field.name}"
    if field.name in _READERS:
        return _READERS[field.name](value, path)
    if field.kind == fields.INTEGER:
        return values.integer(value, path)
    if field.kind == fields.NUMBER:
        return values.number(value, path)
    if field.kind == fields.FLAG:
        return values.flag(value, path)
    if field.kind in (fields.LIST, fields.SET):
        return values.sequence(value, path)
    if field.kind == fields.MAPPING:
        return values.mapping(value, path)
    return value


def _read_texts(value: Any, path: str) -> dict[str, Any]:
    return {name: values.scalar_text(text) for name, text in values.mapping(value, path).items()}


def _read_constraints(value: Any, path: str) -> list[list[str]]:
    result = []
    for index, element in enumerate(values.sequence(value, path)):
        constraint = [values.scalar_text(part) for part in values.sequence(element, f"{path}({index})")]
        if len(constraint) > 1:
            # Marathon stores an operator in lower case and then fails on it with a 500.
            constraint[1] = str(constraint[1]).upper()
        if constraint[1:] == ["UNIQUE", ""]:
            del constraint[2]
        result.append(constraint)
    return result


def _read_dependencies(value: Any, path: str) -> list[str]:
    return [values.absolute_id(name, f"{path}({i})") for i, name in enumerate(values.sequence(value, path))]


def _read_networks(value: Any, path: str) -> list[dict[str, Any]]:
    return [_upper_or_lower(network, "mode", str.lower) for network in values.mappings(value, path)]


def _read_ports(value: Any, path: str) -> list[dict[str, Any]]:
    return [_read_port(port, f"{path}({index})") for index, port in enumerate(values.mappings(value, path))]


def _read_port(port: dict[str, Any], path: str) -> dict[str, Any]:
    port = dict(port)
    for name in ("port", "containerPort", "hostPort", "servicePort"):
        if name in port:
            port[name] = values.integer(port[name], f"{path}/{name}")
    if "protocol" in port:
        port["protocol"] = ",".join(sorted(str(port["protocol"]).lower().split(","), reverse=True))
    if "labels" in port:
        port["labels"] = _read_texts(port["labels"], f"{path}/labels")
    return {name: value for name, value in port.items() if name not in _ABSENT_WHEN_EMPTY or value not in ([], {})}


def _read_container(value: Any, path: str) -> dict[str, Any]:
    container = _upper_or_lower(values.mapping(value, path), "type", str.upper)
    if "docker" in container:
        container["docker"] = dict(values.mapping(container["docker"], f"{path}/docker"))
    if "portMappings" in container:
        container["portMappings"] = _read_ports(container["portMappings"], f"{path}/portMappings")
    if "volumes" in container:
        volumes = values.mappings(container["volumes"], f"{path}/volumes")
        container["volumes"] = [_upper_or_lower(volume, "mode", str.upper) for volume in volumes]
    return container


def _read_checks(value: Any, path: str) -> list[dict[str, Any]]:
    return [_upper_or_lower(check, "protocol", str.upper) for check in values.mappings(value, path)]


def _read_unreachable_strategy(value: Any, path: str) -> Any:
    return "disabled" if isinstance(value, str) else values.mapping(value, path)


def _read_upper(value: Any, path: str) -> Any:
    return value.upper() if isinstance(value, str) else value


def _upper_or_lower(entry: dict[str, Any], name: str, change: Any) -> dict[str, Any]:
    return {**entry, name: change(str(entry[name]))} if name in entry else dict(entry)


_READERS = {
    "id": values.absolute_id,
    "env": _read_texts,
    "labels": _read_texts,
    "constraints": _read_constraints,
    "dependencies": _read_dependencies,
    "networks": _read_networks,
    "portDefinitions": _read_ports,
    "container": _read_container,
    "healthChecks": _read_checks,
    "readinessChecks": _read_checks,
    "fetch": values.mappings,
    "unreachableStrategy": _read_unreachable_strategy,
    "killSelection": _read_upper,
}


def _settle_ports(app: dict[str, Any]) -> dict[str, Any]:
    """Host networking has only portDefinitions, every other network only port mappings."""
    container = app.get("container")
    if network_mode(app) == "host":
        if container and "portMappings" in container:
            container = {name: value for name, value in container.items() if name != "portMappings"}
            app["container"] = container
    elif "portDefinitions" in app:
        missing = len(app.pop("portDefinitions")) - len((container or {}).get("portMappings", []))
        if missing > 0:
            container = dict(container or {"type": "MESOS"})
            container["portMappings"] = container.get("portMappings", []) + [{"containerPort": 0}] * missing
            app["container"] = container
    return app


def _complete_network(network: dict[str, Any]) -> dict[str, Any]:
    network = {"mode": "container", **network}
    return {name: value for name, value in network.items() if name != "labels" or value}


def _complete_port(port: dict[str, Any]) -> dict[str, Any]:
    return {"port": 0, "protocol": "tcp", **port}


def _complete_container(container: dict[str, Any], mode: str) -> dict[str, Any]:
    container = {"type": "DOCKER", "volumes": [], **container}
    docker = container.get("docker")
    if docker is not None:
        docker = {"forcePullImage": False, "privileged": False, "parameters": [], **docker}
        if container["type"] == "MESOS":
            docker["privileged"] = False
            del docker["parameters"]
        container["docker"] = docker
    container["volumes"] = [_complete_volume(volume) for volume in container["volumes"]]
    if mode != "host":
        mappings = container.get("portMappings", [{"name": "default"}])
        container["portMappings"] = [_complete_mapping(port, mode) for port in mappings]
    return container


def _complete_mapping(port: dict[str, Any], mode: str) -> dict[str, Any]:
    defaults = {"containerPort": 0, "servicePort": 0, "protocol": "tcp", "labels": {}}
    if mode == "container/bridge":
        defaults["hostPort"] = 0
    return {**defaults, **port}


def _complete_volume(volume: dict[str, Any]) -> dict[str, Any]:
    if isinstance(volume.get("persistent"), dict):
        return {**volume, "persistent": {"type": "root", "constraints": [], **volume["persistent"]}}
    if isinstance(volume.get("external"), dict):
        return {**volume, "external": {"shared": False, "options": {}, **volume["external"]}}
    return volume


def _complete_strategies(app: dict[str, Any]) -> None:
    volumes = (app.get("container") or {}).get("volumes", [])
    resident = any("persistent" in volume for volume in volumes)
    if resident or any("external" in volume for volume in volumes):
        default = {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.0}
    else:
        default = {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0}
    app.setdefault("upgradeStrategy", default)
    strategy = app.setdefault("unreachableStrategy", "disabled" if resident else {})
    if isinstance(strategy, dict):
        app["unreachableStrategy"] = {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0, **strategy}


def _complete_health_check(check: dict[str, Any], has_ports: bool) -> dict[str, Any]:
    check = {**_HEALTH_DEFAULTS, **check}
    check.pop("ignoreHttp1xx", None)
    if check["protocol"] in ("HTTP", "HTTPS"):
        check["ignoreHttp1xx"] = False
    if check["protocol"] in _LEADER_CHECKS:
        check["delaySeconds"] = 15
    if check["protocol"] == "COMMAND":
        check.pop("portIndex", None)
    elif "port" not in check and has_ports:
        check.setdefault("portIndex", 0)
    return check


def _has_ports(app: dict[str, Any]) -> bool:
    return bool(app.get("portDefinitions") or (app.get("container") or {}).get("portMappings"))
