# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Any accepted form of an app definition, and any answer of Marathon, in the one form that GET returns since 1.5.

declared() keeps what is declared and only its form changes; complete() adds what Marathon will fill in. Two apps are
the same app if their canonical() forms are equal.
"""

from __future__ import annotations

from typing import Any

from ..._names import nearest
from ..errors import DefinitionError
from . import app_fields, app_shapes, docker_forms, health_checks, legacy, values
from .schema import Release

# The release that brought networks and moved everything that belongs to them.
CANONICAL_NETWORKS: Release = (1, 5)
# The release that removed container.appc, which it drops.
_NO_APPC: Release = (1, 9)


def canonical(app: dict[str, Any], release: Release = app_fields.NEWEST) -> dict[str, Any]:
    return complete(declared(app), release)


def canonical_app(definition: dict[str, Any], release: Release | None = None) -> dict[str, Any]:
    """A definition in any form as people write it since 1.5; with a release, its defaults are filled in as well."""
    app = declared(definition)
    return app if release is None else complete(app, release)


def unknown_fields(app: dict[str, Any]) -> list[str]:
    """One sentence for every field of a definition that Marathon drops without a word."""
    known = [name for name in app_fields.FIELDS if app_fields.FIELDS[name].owner != app_fields.SERVER]
    sentences = []
    for name in sorted(set(app) - set(app_fields.FIELDS)):
        near = nearest(name, known)
        hint = f"; did you mean {near!r}?" if near else ""
        sentences.append(f"Marathon knows no app field {name!r} and ignores it{hint}")
    for place, there in app_fields.APP.unknown(legacy.translate(values.without_nulls(app)), ""):
        if place.count("/") > 1:
            near = nearest(place.rpartition("/")[2], there)
            hint = f"; did you mean {near!r}?" if near else f"; the fields are {', '.join(there)}"
            sentences.append(f"Marathon knows no field {place} and ignores it{hint}")
    return sentences


def declared(app: dict[str, Any]) -> dict[str, Any]:
    """Only what is declared, in the form and the types of GET. What Marathon would drop without a word is dropped."""
    docker_forms.refuse(app)
    app = {name: value for name, value in app.items() if name in app_fields.FIELDS}
    app = {name: value for name, value in app.items() if app_fields.FIELDS[name].owner != app_fields.SERVER}
    result = app_fields.APP.read(legacy.translate(values.without_nulls(app)), "")
    if result.get("cmd") is not None and result.get("args"):
        raise DefinitionError(
            "cmd and args contradict each other: keep cmd, which a shell runs, or args, which none does"
        )
    # An empty collection and an absent one are the same to Marathon, except for ports: none is not the default one.
    return {name: value for name, value in result.items() if value not in ([], {}) or name == "portDefinitions"}


def complete(app: dict[str, Any], release: Release = app_fields.NEWEST) -> dict[str, Any]:
    """What the release makes of a declared app. Nothing in the result is shared with the argument."""
    app = _settle_ports(dict(app), release)
    app["networks"] = app.get("networks") or [{"mode": "host"}]
    mode = network_mode(app)
    if mode == "host":
        app.setdefault("portDefinitions", [{"name": "default"}])
    else:
        app.setdefault("container", {"type": "MESOS"})
        if release >= CANONICAL_NETWORKS:
            app["requirePorts"] = False
    app = app_fields.APP.complete(app, release)
    if mode == "host" and release < CANONICAL_NETWORKS:
        _forget_default_name(app["portDefinitions"])
    if "container" in app:
        _complete_container(app["container"], mode, release)
    _complete_strategies(app, release)
    if "healthChecks" in app:
        found = [health_checks.completed(check, _has_ports(app), release) for check in app["healthChecks"]]
        app["healthChecks"] = values.as_set(found)
    return app


def network_mode(app: dict[str, Any]) -> str:
    """host, container/bridge or container, with Marathon's own defaults."""
    networks = app.get("networks") or [{"mode": "host"}]
    return networks[0].get("mode", "container")


def port_reference_missing(app: dict[str, Any]) -> bool:
    """A check was stored without a port reference; the next write of any kind makes the server add one."""
    return any(health_checks.lacks_port(check) for check in app.get("healthChecks") or []) and _has_ports(app)


def tells_release(app: dict[str, Any]) -> bool:
    """Whether an answer of Marathon is one of 1.9 or newer, whose defaults are all the same."""
    return "role" in app


def _settle_ports(app: dict[str, Any], release: Release) -> dict[str, Any]:
    """Host networking has only portDefinitions, every other network only port mappings."""
    container = app.get("container")
    if network_mode(app) == "host":
        if container and "portMappings" in container:
            app["container"] = {name: value for name, value in container.items() if name != "portMappings"}
    elif "portDefinitions" in app:
        definitions = app.pop("portDefinitions")
        if not container:
            return app
        container = dict(container)
        # Where there is no list of mappings, the default one counts.
        mappings = container.get("portMappings", [{"name": "default"}])
        missing = len(definitions) - len(mappings)
        # Before 1.5 they are nothing but the service ports of the mappings.
        if missing > 0 and release >= CANONICAL_NETWORKS:
            container["portMappings"] = mappings + [{"containerPort": 0}] * missing
            app["container"] = container
    return app


def _forget_default_name(ports: list[dict[str, Any]]) -> None:
    """The one port that an app gets unasked has the name default in some of the releases before 1.5."""
    if len(ports) == 1 and ports[0].get("name") == "default":
        del ports[0]["name"]


def _complete_container(container: dict[str, Any], mode: str, release: Release) -> None:
    docker = container.get("docker")
    if release >= _NO_APPC:
        container.pop("appc", None)
    if container["type"] == "MESOS":
        if docker is not None:
            docker["privileged"] = False
            del docker["parameters"]
    else:
        container.pop("linuxInfo", None)
    for volume in container["volumes"]:
        persistent = volume.get("persistent")
        if persistent is not None:
            persistent.setdefault("type", "mount" if "profileName" in persistent else "root")
    if mode == "host":
        return
    if "portMappings" not in container:
        default = [{"name": "default"}] if release >= CANONICAL_NETWORKS else []
        container["portMappings"] = _MAPPINGS.complete(default, release)
    if mode == "container/bridge":
        for mapping in container["portMappings"]:
            mapping.setdefault("hostPort", 0)


def _complete_strategies(app: dict[str, Any], release: Release) -> None:
    volumes = (app.get("container") or {}).get("volumes", [])
    resident = any("persistent" in volume for volume in volumes)
    careful = resident or any("external" in volume for volume in volumes)
    if "upgradeStrategy" not in app:
        app["upgradeStrategy"] = dict(_CAREFUL if careful else _QUICK)
    else:
        # Since 1.5 half a strategy is refused; before, the other half is 1, which a resident app must not have.
        app["upgradeStrategy"] = {**(_CAREFUL if resident else _QUICK), **app["upgradeStrategy"]}
    if release < app_fields.FIELDS["unreachableStrategy"].since:
        return
    strategy = app.setdefault("unreachableStrategy", "disabled" if resident else {})
    if isinstance(strategy, dict):
        inactive, expunge = (300, 600) if _was_patient(release) else (0, 0)
        app["unreachableStrategy"] = {"inactiveAfterSeconds": inactive, "expungeAfterSeconds": expunge, **strategy}


def _was_patient(release: Release) -> bool:
    """1.4.0 to 1.4.5 and 1.5.0 wait for an unreachable instance where later releases replace it at once."""
    return (1, 4) <= release < (1, 4, 6) or (1, 5) <= release < (1, 5, 1)


def _has_ports(app: dict[str, Any]) -> bool:
    return bool(app.get("portDefinitions") or (app.get("container") or {}).get("portMappings"))


_QUICK = {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0}
_CAREFUL = {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.0}
_MAPPINGS = app_shapes.CONTAINER.rows["portMappings"].shape
