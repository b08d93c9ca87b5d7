# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wanted and what is there, made into one action, its request, and the two sides of the diff."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from ..definition import app as app_definition
from ..definition import app_fields
from ..definition.schema import Release
from . import app_request, ignored, merging, releases
from .app_request import Request

NONE = "none"
CREATED = "created"
UPDATED = "updated"
SCALED = "scaled"
DELETED = "deleted"
RESTARTED = "restarted"

_CREATE_ONLY = tuple(name for name, row in app_fields.FIELDS.items() if row.create_only)
_KEPT = tuple(name for name, row in app_fields.FIELDS.items() if row.kept)
# Of these exactly one form is allowed, so the new one must not be mixed with the old one.
_ATOMIC = ("check", "unreachableStrategy")


@dataclass(frozen=True)
class Plan:
    """definition is the whole app that a creation or change makes, as the body of a full write.

    Where spares is set, the write must leave out what it does not mean to change, because others set it meanwhile;
    carried are the ignored fields that it has to name nevertheless, with the value that they had when it was read.
    declared is set where the app is created.
    """

    app_id: str
    action: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    request: Request | None = None
    definition: dict[str, Any] | None = None
    restarts: bool = False
    spares: bool = False
    carried: tuple[str, ...] = ()
    declared: dict[str, Any] | None = None

    @property
    def changed(self) -> bool:
        return self.action != NONE

    @property
    def shown(self) -> dict[str, Any] | None:
        """The new side of the diff: of a new app what was declared, without Marathon's defaults."""
        return self.after if self.declared is None else self.declared


@dataclass(frozen=True)
class Wanted:
    """A declared app. merge keeps what is not declared nor removed; ignored fields keep the value that the app has."""

    app: dict[str, Any]
    merge: bool = False
    removed: tuple[merging.Path, ...] = ()
    ignored: tuple[str, ...] = field(default=())

    @property
    def app_id(self) -> str:
        return self.app["id"]

    @property
    def spares(self) -> bool:
        return self.merge or bool(self.ignored)


def plan_present(wanted: Wanted, current: dict[str, Any] | None, release: Release = app_fields.NEWEST) -> Plan:
    if current is None:
        return _plan_creation(wanted, release)
    base = app_definition.declared(current)
    before = app_definition.complete(base, release)
    declared = _known(wanted.app, release)
    body = _merged(base, declared, wanted.removed) if wanted.merge else dict(declared)
    for path in wanted.ignored:
        ignored.keep(path, base, body)
    for name in _KEPT:
        if name in base:
            body.setdefault(name, base[name])
    after = _adopted(app_definition.complete(body, release), before)
    for name in _CREATE_ONLY:
        after.pop(name, None)
    differing = {name for name in set(before) | set(after) if before.get(name) != after.get(name)} - set(_CREATE_ONLY)
    kept_create_only = {name: before[name] for name in _CREATE_ONLY if name in before}
    if not differing:
        return Plan(wanted.app_id, NONE, before, before)
    if differing == {"instances"}:
        after.update(kept_create_only)
        restarts = app_definition.port_reference_missing(current) and _runs(before, after)
        request = app_request.scaling(base, body, after)
        return Plan(wanted.app_id, SCALED, before, after, request, restarts=restarts, spares=wanted.spares)
    definition = app_request.whole(body, after, release)
    request = None
    if wanted.spares or "executorResources" in body:
        request = app_request.changes(definition, before, after, release)
    request = request or app_request.replacement(definition, before, after, release)
    return Plan(
        wanted.app_id,
        UPDATED,
        before,
        after,
        request,
        definition,
        restarts=_runs(before, after),
        spares=wanted.spares,
        carried=app_request.carried(request, wanted.ignored),
    )


def plan_absent(app_id: str, current: dict[str, Any] | None, release: Release = app_fields.NEWEST) -> Plan:
    if current is None:
        return Plan(app_id, NONE)
    return Plan(app_id, DELETED, app_definition.canonical(current, release), None, Request("DELETE"))


def _plan_creation(wanted: Wanted, release: Release) -> Plan:
    body = _known(wanted.app, release)
    after = app_definition.complete(body, release)
    # Only POST stores what is create_only; everything else is created by PUT, which completes checks at once.
    method = "POST" if any(name in body for name in _CREATE_ONLY) else "PUT"
    partial = method == "PUT" and release < releases.FULL_WRITES
    definition = app_request.whole(body, after, release)
    return Plan(
        wanted.app_id,
        CREATED,
        None,
        after,
        Request(method, definition, partial),
        definition,
        spares=wanted.spares,
        declared=body,
    )


def _known(app: dict[str, Any], release: Release) -> dict[str, Any]:
    return app if release >= app_fields.NEWEST else releases.known(app, release)


def _runs(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return before["instances"] > 0 and after["instances"] > 0


def _adopted(after: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Values that were left to the server take the one it has chosen."""
    _adopt_numbers(after.get("portDefinitions", []), before.get("portDefinitions", []), "port")
    _adopt_numbers(_port_mappings(after), _port_mappings(before), "servicePort")
    for new, old in _pairs(after["networks"], before["networks"]):
        if new["mode"] == old["mode"] == "container" and "name" in old:
            new.setdefault("name", old["name"])
    return {name: before[name] if name in before and before[name] == value else value for name, value in after.items()}


def _adopt_numbers(new: list[dict[str, Any]], old: list[dict[str, Any]], key: str) -> None:
    for wanted, found in _pairs(new, old):
        if wanted[key] == 0:
            wanted[key] = found[key]


def _pairs(new: list[Any], old: list[Any]) -> list[tuple[Any, Any]]:
    return [(new[index], old[index]) for index in range(min(len(new), len(old)))]


def _port_mappings(app: dict[str, Any]) -> list[dict[str, Any]]:
    return (app.get("container") or {}).get("portMappings", [])


def _merged(base: dict[str, Any], over: dict[str, Any], removed: tuple[merging.Path, ...]) -> dict[str, Any]:
    mode = app_definition.network_mode(base)
    base = merging.without(base, removed)
    for one, other in (("cmd", "args"), ("args", "cmd")):
        if one in over:
            base.pop(other, None)
    if app_definition.network_mode(over if "networks" in over else base) != mode:
        base.pop("portDefinitions", None)
        (base.get("container") or {}).pop("portMappings", None)
    for name, value in over.items():
        base[name] = copy.deepcopy(value) if name in _ATOMIC else _deeply_merged(base.get(name), value)
    return base


def _deeply_merged(base: Any, over: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(over, dict)):
        return copy.deepcopy(over)
    return {**base, **{name: _deeply_merged(base.get(name), value) for name, value in over.items()}}
