# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for apps that Marathon's dry run leaves out, because it checks them on what will be stored.

api.md 2.1, 2.4, 2.6, 2.7 and 2.9; recorded from 1.11.24: a dry run lets an app with a persistent volume and the role *
pass.
"""

from __future__ import annotations

from typing import Any, Iterator

from ..bounds import constraints as constraint_rules
from ..bounds import limits
from ..bounds.limits import Problem
from ..bounds.ranges import Bounds
from ..definition import app_fields
from ..definition.schema import Release
from .surroundings import Surroundings

SINGLE_INSTANCE = "MARATHON_SINGLE_INSTANCE_APP"
_ROLES_SINCE = (1, 9)
_PORT = Bounds(least=0, most=65535)
_BOUNDS = {
    "/instances": Bounds(least=0),
    "/portDefinitions()/port": _PORT,
    "/container/portMappings()/containerPort": _PORT,
    "/container/portMappings()/hostPort": _PORT,
    "/container/portMappings()/servicePort": _PORT,
}
_OWN_ROLE = "must be a role of its own in an app with persistent volumes"
_NEW_ONE = "cannot change in an app with persistent volumes: keep it, or declare an app with another id"
_FIXED = ("cpus", "mem", "disk", "gpus", "requirePorts")

App = dict


def problems(
    after: App,
    before: App | None = None,
    release: Release = app_fields.NEWEST,
    force: bool = False,
) -> list[Problem]:
    """after and before are canonical."""
    found = limits.problems(after, _BOUNDS, {})
    found += _single_instance(after)
    found += _unreachable(after)
    found += _linux(after)
    found += _checks(after)
    found += _operators(after)
    found += _resident(after, release)
    if before is not None and (_persistent(after) or _persistent(before)):
        found += _resident_change(before, after, force)
    return found


def _single_instance(app: App) -> Iterator[Problem]:
    if app.get("labels", {}).get(SINGLE_INSTANCE) != "true":
        return
    if app["instances"] > 1:
        yield Problem("/instances", f"must be 0 or 1 with the label {SINGLE_INSTANCE}", app["instances"])
    for name, value in app["upgradeStrategy"].items():
        if value:
            yield Problem(f"/upgradeStrategy/{name}", f"must be 0 with the label {SINGLE_INSTANCE}", value)


def _operators(app: App) -> Iterator[Problem]:
    for index, constraint in enumerate(app.get("constraints") or []):
        if len(constraint) > 1 and constraint[1] not in constraint_rules.OPERATORS:
            told = f"must have an operator of {', '.join(constraint_rules.OPERATORS)}"
            yield Problem(f"/constraints({index})", told, constraint[1])


def _unreachable(app: App) -> Iterator[Problem]:
    strategy = app.get("unreachableStrategy")
    if isinstance(strategy, dict) and strategy["inactiveAfterSeconds"] > strategy["expungeAfterSeconds"]:
        yield Problem(
            "/unreachableStrategy/inactiveAfterSeconds",
            f"must not be more than expungeAfterSeconds, which is {strategy['expungeAfterSeconds']}",
            strategy["inactiveAfterSeconds"],
        )


def _linux(app: App) -> Iterator[Problem]:
    info = (app.get("container") or {}).get("linuxInfo") or {}
    seccomp, ipc = info.get("seccomp"), info.get("ipcInfo")
    if seccomp is not None and seccomp.get("unconfined", False) == ("profileName" in seccomp):
        yield Problem("/container/linuxInfo/seccomp", "must have either profileName or unconfined: true")
    if ipc is not None and ipc.get("mode") == "SHARE_PARENT" and "shmSize" in ipc:
        yield Problem(
            "/container/linuxInfo/ipcInfo/shmSize", "must not be set with the mode SHARE_PARENT", ipc["shmSize"]
        )


def _checks(app: App) -> Iterator[Problem]:
    container = app.get("container") or {}
    mappings = container.get("portMappings")
    ports = len(app.get("portDefinitions") or [] if mappings is None else mappings)
    for index, check in enumerate(app.get("healthChecks") or []):
        path = f"/healthChecks({index})"
        if check["protocol"] == "COMMAND":
            yield from _command(check, path)
        elif "command" in check:
            yield Problem(f"{path}/protocol", "must be COMMAND with a command", check["protocol"])
        else:
            yield from _port(check, path, ports)
    check = app.get("check") or {}
    if not check:
        return
    if container.get("type") == "DOCKER":
        yield Problem("/check", "works with the container type MESOS only; use healthChecks")
    kinds = [kind for kind in ("http", "tcp", "exec") if kind in check]
    if len(kinds) != 1:
        yield Problem("/check", f"must have one of http, tcp and exec, and has {' and '.join(kinds) or 'none'}")
    if (check.get("http") or {}).get("scheme") == "HTTPS":
        yield Problem("/check/http/scheme", "must be HTTP: Marathon fails with HTTPS", "HTTPS")
    for kind in kinds:
        if kind != "exec":
            yield from _port(check[kind], f"/check/{kind}", ports)


def _command(check: dict[str, Any], path: str) -> Iterator[Problem]:
    if "command" not in check:
        yield Problem(f"{path}/command", "is required with the protocol COMMAND")
    for name in ("path", "port"):
        if name in check:
            yield Problem(f"{path}/{name}", "must not be set with the protocol COMMAND", check[name])


def _port(check: dict[str, Any], path: str, ports: int) -> Iterator[Problem]:
    known = f"there {'is 1 port' if ports == 1 else f'are {ports} ports'}"
    index = check.get("portIndex")
    if index is not None and index >= ports:
        yield Problem(f"{path}/portIndex", f"must be the number of a port, from 0 ({known})", index)
    elif index is None and "port" not in check and ports != 1:
        yield Problem(path, f"must have port or portIndex ({known})")


def _persistent(app: App) -> dict[str, Any]:
    volumes = (app.get("container") or {}).get("volumes") or []
    return {volume.get("containerPath", ""): volume for volume in volumes if "persistent" in volume}


def _resident(app: App, release: Release) -> Iterator[Problem]:
    if not _persistent(app):
        return
    if release >= _ROLES_SINCE and app.get("role") == "*":
        yield Problem("/role", _OWN_ROLE, "*")
    if app["upgradeStrategy"].get("maximumOverCapacity"):
        yield Problem(
            "/upgradeStrategy/maximumOverCapacity",
            "must be 0 in an app with persistent volumes",
            app["upgradeStrategy"]["maximumOverCapacity"],
        )
    if app.get("unreachableStrategy", "disabled") != "disabled":
        yield Problem("/unreachableStrategy", "must be disabled in an app with persistent volumes")


def _resident_change(before: App, after: App, force: bool) -> Iterator[Problem]:
    role = after.get("role", before.get("role"))
    if _persistent(after) and role != before.get("role") and not force:
        yield Problem(
            "/role", "changes for new instances only in an app with persistent volumes: set force to do that", role
        )
    old, new = _persistent(before), _persistent(after)
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            yield Problem("/container/volumes", f"of the containerPath {path!r} {_NEW_ONE}")
    for name in _FIXED:
        if before.get(name) != after.get(name):
            yield Problem(f"/{name}", f"{_NEW_ONE} (it was {_shown(before.get(name))})", after.get(name))
    if _host_ports(before) != _host_ports(after):
        yield Problem("/container/portMappings" if _mappings(after) is not None else "/portDefinitions", _NEW_ONE)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f"{value or 0:g}"


def _mappings(app: App) -> list[dict[str, Any]] | None:
    return (app.get("container") or {}).get("portMappings")


def _host_ports(app: App) -> set[int]:
    mappings = _mappings(app)
    if mappings is not None:
        return {one["hostPort"] for one in mappings if "hostPort" in one}
    ports = [one["port"] for one in app.get("portDefinitions") or []]
    return set(ports) if app.get("requirePorts") else {0 for _port in ports}


def depends_on_roles(after: App, current: App | None) -> bool:
    """Whether in_surroundings() can find anything."""
    asks = after.get("role", (current or {}).get("role")) != (current or {}).get("role")
    return asks or bool(after.get("acceptedResourceRoles")) or bool(_persistent(after))


def in_surroundings(after: App, current: App | None, release: Release, around: Surroundings) -> Iterator[Problem]:
    """What Marathon's settings and the group decide; a dry run knows other roles than a write (api.md 4.6)."""
    if release < _ROLES_SINCE:
        return
    allowed = around.roles(after["id"], (current or {}).get("role"))
    role = after.get("role", allowed[0] if allowed else None)
    if allowed and role not in allowed:
        yield Problem("/role", f"must be one of {', '.join(allowed)}", role)
    accepted = after.get("acceptedResourceRoles")
    if accepted and role is not None and not set(accepted) <= {"*", role}:
        yield Problem("/acceptedResourceRoles", f"must be of {' and '.join(sorted({'*', role}))} only")
    if _persistent(after) and role == "*":
        yield Problem("/role", _OWN_ROLE, role)
