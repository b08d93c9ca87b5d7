# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The common fields of an app as options of a module, and the definition that they and a definition make together."""

from __future__ import annotations

import json
from typing import Any, Iterator

from .. import kinds
from ..definition import app as app_definition
from ..errors import DefinitionError
from ..plan import merging

_MODES = {"host": "host", "bridge": "container/bridge", "container": "container"}
# Where the value is, in a definition. What needs more than a name has a function below.
_PLACES = {
    "cmd": ("cmd",),
    "args": ("args",),
    "user": ("user",),
    "cpus": ("cpus",),
    "mem": ("mem",),
    "disk": ("disk",),
    "gpus": ("gpus",),
    "env": ("env",),
    "labels": ("labels",),
    "image": ("container", "docker", "image"),
    "force_pull_image": ("container", "docker", "forcePullImage"),
    "privileged": ("container", "docker", "privileged"),
    "docker_parameters": ("container", "docker", "parameters"),
    "container_type": ("container", "type"),
    "volumes": ("container", "volumes"),
    "require_ports": ("requirePorts",),
    "constraints": ("constraints",),
    "health_checks": ("healthChecks",),
    "fetch": ("fetch",),
    "accepted_resource_roles": ("acceptedResourceRoles",),
    "role": ("role",),
    "dependencies": ("dependencies",),
    "upgrade_strategy": ("upgradeStrategy",),
    "kill_grace_period": ("taskKillGracePeriodSeconds",),
}
# Mappings whose keys are the user's own.
_FREE = ("labels", "options")
# The definition in a file has the name of an image, and a deployment the digest of what was built.
_WINS = ("image",)
# What definition.app.declared() gives another name.
_OLD_FORMS = ("ports", "uris", "ipAddress")

Place = tuple


def app_options_spec() -> dict[str, dict[str, Any]]:
    return {
        "image": {"type": "str"},
        "force_pull_image": {"type": "bool"},
        "privileged": {"type": "bool"},
        "docker_parameters": _mappings(key={"type": "str", "required": True, "no_log": False}, value={"type": "str"}),
        "container_type": {"type": "str", "choices": ["docker", "mesos"]},
        "cmd": {"type": "str"},
        "args": {"type": "list", "elements": "str"},
        "user": {"type": "str"},
        "cpus": {"type": "float"},
        "mem": {"type": "float"},
        "disk": {"type": "float"},
        "gpus": {"type": "int"},
        "env": {"type": "dict"},
        "labels": {"type": "dict"},
        "network": {"type": "str", "choices": list(_MODES)},
        "network_name": {"type": "str"},
        "ports": _mappings(
            container_port={"type": "int"},
            host_port={"type": "int"},
            service_port={"type": "int"},
            protocol={"type": "str", "choices": ["tcp", "udp", "udp,tcp"]},
            name={"type": "str"},
            labels={"type": "dict"},
        ),
        "require_ports": {"type": "bool"},
        "constraints": {"type": "list", "elements": "list"},
        "health_checks": _mappings(
            protocol={
                "type": "str",
                "choices": ["MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP", "COMMAND", "HTTP", "HTTPS", "TCP"],
            },
            path={"type": "str"},
            port={"type": "int"},
            port_index={"type": "int"},
            command={"type": "str"},
            grace_period_seconds={"type": "int"},
            interval_seconds={"type": "int"},
            timeout_seconds={"type": "int"},
            delay_seconds={"type": "int"},
            max_consecutive_failures={"type": "int"},
        ),
        "volumes": _mappings(
            container_path={"type": "str", "required": True},
            host_path={"type": "str"},
            mode={"type": "str", "choices": ["RO", "RW"]},
            persistent={
                "type": "dict",
                "options": {
                    "size": {"type": "int", "required": True},
                    "type": {"type": "str", "choices": ["root", "path", "mount"]},
                    "max_size": {"type": "int"},
                },
            },
            external={
                "type": "dict",
                "options": {
                    "name": {"type": "str", "required": True},
                    "provider": {"type": "str", "required": True},
                    "size": {"type": "int"},
                    "options": {"type": "dict"},
                    "shared": {"type": "bool"},
                },
            },
        ),
        "fetch": _mappings(
            uri={"type": "str", "required": True},
            extract={"type": "bool"},
            executable={"type": "bool"},
            cache={"type": "bool"},
            dest_path={"type": "str"},
        ),
        "accepted_resource_roles": {"type": "list", "elements": "str"},
        "role": {"type": "str"},
        "dependencies": {"type": "list", "elements": "str"},
        "upgrade_strategy": {
            "type": "dict",
            "options": {
                "minimum_health_capacity": {"type": "float"},
                "maximum_over_capacity": {"type": "float"},
            },
        },
        "kill_grace_period": {"type": "int"},
    }


def definition_of(params: dict[str, Any]) -> dict[str, Any] | None:
    """What definition and the options declare together; None if neither declares anything."""
    definition = None if params["definition"] is None else kinds.only(params["definition"], kinds.APP)
    # A blank text is what default('') leaves of an option that is not given.
    values = {name: params[name] for name in app_options_spec() if params[name] not in (None, "")}
    if not values:
        return definition
    declared = app_definition.declared(definition or {})
    places = dict(_places(values, declared, params["merge"]))
    # What Marathon does not know stays in, to be warned of.
    result = {**{name: value for name, value in (definition or {}).items() if name not in _OLD_FORMS}, **declared}
    if params["merge"]:
        result = merging.restored(result, definition or {})
    for place, (option, value) in places.items():
        _put(result, place, option, value)
    return result


def _mappings(**options: Any) -> dict[str, Any]:
    return {"type": "list", "elements": "dict", "options": options}


def _places(values: dict[str, Any], declared: dict[str, Any], merge: bool) -> Iterator[tuple[Place, tuple[str, Any]]]:
    for option, value in values.items():
        if option in _PLACES:
            yield _PLACES[option], (option, _marathon_form(option, value))
    if "network" in values or "network_name" in values:
        yield ("networks",), ("network", [_network(values)])
    if "ports" in values:
        yield _ports(values, declared, merge)
    container = declared.get("container") or {}
    if "volumes" in values and not ({"image", "container_type"} & set(values) or container or merge):
        # The type that Marathon assumes needs an image.
        yield ("container", "type"), ("volumes", "MESOS")


def _marathon_form(option: str, value: Any) -> Any:
    if option == "container_type":
        return value.upper()
    if option == "health_checks":
        value = [{**check, "command": check["command"] and {"value": check["command"]}} for check in value]
    return value if option in ("env", "labels") else _renamed(value)


def _renamed(value: Any) -> Any:
    """The names of Marathon, without what is not given."""
    if isinstance(value, list):
        return [_renamed(element) for element in value]
    if isinstance(value, dict):
        return {
            _camel_case(name): element if name in _FREE else _renamed(element)
            for name, element in value.items()
            if element is not None
        }
    return value


def _camel_case(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def _network(values: dict[str, Any]) -> dict[str, Any]:
    name = values.get("network_name")
    mode = values.get("network", "container")
    if name is None:
        return {"mode": _MODES[mode]}
    if mode != "container":
        raise DefinitionError(
            f"network_name {name!r} needs network container, not {mode}: only that one has networks with names"
        )
    return {"mode": "container", "name": name}


def _ports(values: dict[str, Any], declared: dict[str, Any], merge: bool) -> tuple[Place, tuple[str, Any]]:
    if "network" in values or "network_name" in values:
        mode = _network(values)["mode"]
    elif merge and not declared.get("networks"):
        raise DefinitionError("ports needs network too where merge keeps the network that the app has: give network")
    else:
        mode = app_definition.network_mode(declared)
    ports = _renamed(values["ports"])
    if mode != "host":
        return ("container", "portMappings"), ("ports", ports)
    for index, port in enumerate(values["ports"]):
        useless = [name for name in ("container_port", "host_port") if port[name] is not None]
        if useless:
            raise DefinitionError(
                f"ports[{index}].{useless[0]} is {port[useless[0]]}, but with host networking an instance listens on a "
                "port of the host: give service_port, with require_ports if it must be that one, or another network"
            )
    return ("portDefinitions",), (
        "ports",
        [{("port" if name == "servicePort" else name): value for name, value in port.items()} for port in ports],
    )


def _put(target: dict[str, Any], place: Place, option: str, value: Any) -> None:
    *above, last = place
    for name in above:
        target[name] = dict(target.get(name) or {})
        target = target[name]
    if last not in target or option in _WINS:
        target[last] = value
    elif isinstance(value, dict) and isinstance(target[last], dict):
        target[last] = dict(target[last])
        for key, element in value.items():
            _agree(target[last].get(key, element), element, option, (*place, key))
            target[last][key] = element
    else:
        _agree(target[last], value, option, place)


def _agree(found: Any, value: Any, option: str, place: Place) -> None:
    if app_definition.declared(_at(place, found)) == app_definition.declared(_at(place, value)):
        return
    path = ".".join(place)
    # A variable or label may be a secret.
    shown = "" if place[0] in ("env", "labels") else f" ({json.dumps(value)} and {json.dumps(found)})"
    raise DefinitionError(f"the option {option} contradicts {path} of the definition{shown}: keep one of them")


def _at(place: Place, value: Any) -> dict[str, Any]:
    for name in reversed(place):
        value = {name: value}
    return value
