# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an app declares and Marathon does not keep: one sentence each, with the reason where it is known.

A value that asks for nothing, like false, 0, an empty list or the default of its field, is not lost.
"""

from __future__ import annotations

import re
from typing import Any, Iterator, Tuple

from ..definition import app_fields, schema
from . import ignored
from .app import Plan, Wanted

# Where Marathon puts a number of its own in place of 0.
_ASSIGNED = ("port", "servicePort")
_EXECUTOR = "executorResources"
# What Marathon before 1.5 returned of every check, also of one that has no path.
_ROOT_PATH = ("path", "/")
# The first one that matches the place, without the numbers of elements, is the reason.
_REASONS = (
    (
        "/container/portMappings.*",
        "host networking has no port mappings; declare networks with the mode container/bridge, or portDefinitions",
    ),
    ("/portDefinitions.*", "only host networking has portDefinitions; declare it in container.portMappings"),
    ("/requirePorts", "only host networking can require ports; declare hostPort in container.portMappings"),
    ("/container/docker/privileged", "only a container of the type DOCKER can be privileged"),
    ("/container/appc.*", "Marathon 1.9 and newer run no AppC images; declare container.docker.image"),
    ("/container/linuxInfo.*", "only a container of the type MESOS has it"),
    ("/healthChecks/delaySeconds", "only checks that an agent runs have it, like MESOS_HTTP"),
    ("/healthChecks/path", "a check of a TCP port has none"),
    ("/healthChecks/portIndex", "a check by a command has none"),
    ("/healthChecks/ignoreHttp1xx", "Marathon does not read it any more"),
    (
        f"/{_EXECUTOR}.*",
        "Marathon neither notices a change of it nor keeps it in every write; change something else of the app too, "
        "like a label, or create the app again",
    ),
)

Loss = Tuple[str, Any]


def told(wanted: Wanted, plan: Plan, current: dict[str, Any] | None) -> list[str]:
    """What the plan shows beforehand, or what is lost already where nothing is to be done."""
    if plan.after is None:
        return []
    stored = {**plan.after, **_executor(plan, current)}
    return compared(wanted, stored)


def compared(wanted: Wanted, stored: dict[str, Any]) -> list[str]:
    """stored is the app in canonical form, as it is or as it will be."""
    declared = dict(wanted.app)
    for path in wanted.ignored:
        ignored.keep(path, stored, declared)
    found: dict[str, list[str]] = {}
    for place, value in _losses(declared, stored):
        reason = _reason(place)
        shown = f"{place} {str(value).lower()}" if isinstance(value, (bool, int, float)) else place
        found.setdefault(reason, []).append(shown)
    return [
        f"{wanted.app_id}: Marathon does not keep {', '.join(places)}, which the definition declares{reason}"
        for reason, places in found.items()
    ]


def is_doubtful(wanted: Wanted) -> bool:
    """Whether only a read tells what became of it."""
    return _EXECUTOR in wanted.app


def _executor(plan: Plan, current: dict[str, Any] | None) -> dict[str, Any]:
    """What becomes of the one field that is no part of a plan, because Marathon does not compare it."""
    request = plan.request
    if request is not None and request.method == "PUT" and not request.partial:
        # api.md 4.2: a full write drops it.
        return {}
    source = ((current if request is None else request.body) or {}).get(_EXECUTOR)
    return {} if source is None else {_EXECUTOR: app_fields.FIELDS[_EXECUTOR].shape.read(source, f"/{_EXECUTOR}")}


def _losses(declared: dict[str, Any], stored: dict[str, Any]) -> Iterator[Loss]:
    for name, value in declared.items():
        if name == "portDefinitions" and name not in stored:
            yield from _moved_ports(value, (stored.get("container") or {}).get("portMappings") or [])
        elif stored.get(name) != value:
            yield from _of_member(app_fields.FIELDS[name], name, value, stored, "")


def _moved_ports(definitions: list[dict[str, Any]], mappings: list[dict[str, Any]]) -> Iterator[Loss]:
    """Outside of host networking only their number matters; what a mapping says as well is not lost."""
    for index, definition in enumerate(definitions):
        mapping = mappings[index] if index < len(mappings) else {}
        same = {"port": mapping.get("servicePort"), "name": mapping.get("name"), "protocol": mapping.get("protocol")}
        for name, value in definition.items():
            default = _default_of_port(name)
            if value not in (0, default, same.get(name, mapping.get(name))):
                yield f"/portDefinitions({index})/{name}", value


def _default_of_port(name: str) -> Any:
    return app_fields.FIELDS["portDefinitions"].shape.element.rows[name].default


def _of_member(row: schema.Member, name: str, value: Any, stored: dict[str, Any], above: str) -> Iterator[Loss]:
    place = f"{above}/{name}"
    if stored.get(name) is None:
        if value and value != row.default and (name, value) != _ROOT_PATH:
            yield place, value
    elif name not in _ASSIGNED or value != 0:
        yield from _inside(row.shape, value, stored[name], place)


def _inside(shape: schema.Shape, value: Any, stored: Any, place: str) -> Iterator[Loss]:
    if value == stored:
        return
    if isinstance(shape, schema.Choice):
        shape = shape.select(value)
    if isinstance(shape, schema.Record) and isinstance(stored, dict):
        for name, inner in value.items():
            yield from _of_member(shape.rows[name], name, inner, stored, place)
    elif isinstance(shape, schema.Dictionary) and isinstance(stored, dict):
        for name, inner in value.items():
            if stored.get(name) != inner:
                yield f"{place}/{name}", None
    elif isinstance(shape, schema.List) and isinstance(stored, list):
        for index, inner in enumerate(value):
            yield from _of_element(shape, inner, stored, index, f"{place}({index})")
    else:
        yield place, value


def _of_element(shape: schema.List, value: Any, stored: list[Any], index: int, place: str) -> Iterator[Loss]:
    candidates = stored if shape.unordered else stored[index : index + 1]
    found = [list(_inside(shape.element, value, one, place)) for one in candidates]
    yield from min(found, key=len) if found else [(place, None)]


def _reason(place: str) -> str:
    bare = re.sub(r"\(\d+\)", "", place)
    return next((f": {reason}" for pattern, reason in _REASONS if re.fullmatch(pattern, bare)), "")
