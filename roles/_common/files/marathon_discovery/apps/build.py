"""Apps, as Marathon's GET /v2/apps has them, to what HAProxy serves."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from . import backends, candidates, conflicts, deployment_groups, fields, outside
from .candidates import App
from .conflicts import Claims
from .deployment_groups import Unit, units
from .fields import FieldError
from .labels import PortLabels
from .model import Backend, Excluded, Model, Now, Route, Server, Settings, Waiting
from .outside import Everything
from .ports import DERIVED


def model(
    apps: Sequence[Mapping[str, Any]], settings: Settings, now: Now, outside_servers: Everything | None = None
) -> Model:
    """An app with a wrong field is left out, by name and reason; all others are served."""
    everything = outside_servers or Everything()
    known = outside.with_gone(apps, everything)
    read, excluded = _read(known, settings, now)
    read, wrong = deployment_groups.without_foreign(read, _outsiders(known, read, excluded))
    excluded += wrong
    ignored = tuple((app.id, label) for app in read for label in app.ignored)
    claims = Claims(settings, now)
    ordered = sorted(units(read), key=lambda unit: (unit.age, unit.id))
    used = {
        port
        for app in read
        for candidate in app.candidates
        for port in (candidate.labels.port, candidate.port.service_port)
        if port
    }
    held = _derived(now, {unit.id for unit in ordered})
    used.update(*held.values())
    found: list[Backend] = []
    routes: list[Route] = []
    waiting: list[Waiting] = []
    served: list[tuple[Unit, Backend, list[Route]]] = []
    for unit in ordered:
        try:
            served += _structure(unit, used, held.get(unit.id, ()))
        except FieldError as error:
            excluded += [Excluded(app.id, str(error)) for app in unit.apps]
    for unit, made, wanted in served:
        claims.announce(unit.id, made, wanted)
    for unit, made, wanted in served:
        kept, kept_routes = claims.settle(unit.id, made, wanted)
        if kept is None:
            continue
        filled, idle = _fill(unit, kept, now, everything)
        found.append(filled)
        routes += kept_routes
        waiting += idle
    found.sort(key=lambda backend: (backend.app, backend.port, backend.name))
    return Model(
        backends=tuple(found),
        routes=tuple(sorted(routes, key=conflicts.order)),
        app_ids=_app_ids(found),
        claims=tuple(sorted({**now.kept, **claims.held}.items())),
        excluded=tuple(sorted(excluded, key=lambda one: one.app)),
        conflicts=tuple(sorted(claims.lost, key=lambda lost: (lost.claim, lost.refused))),
        ignored=ignored,
        waiting=tuple(waiting),
    )


def _read(apps: Sequence[Mapping[str, Any]], settings: Settings, now: Now) -> tuple[list[App], list[Excluded]]:
    read: list[App] = []
    excluded: list[Excluded] = []
    for app in apps:
        name = app.get("id")
        try:
            if name in now.rejected:
                raise FieldError(now.rejected[name])
            found = candidates.read(app, settings, now.addresses)
            if found:
                read.append(found)
        except FieldError as error:
            excluded.append(
                Excluded(name if isinstance(name, str) and name.isprintable() else fields.shown(name), str(error))
            )
    read.sort(key=lambda app: app.id)
    return read, excluded


def _outsiders(
    apps: Sequence[Mapping[str, Any]], read: Sequence[App], excluded: Sequence[Excluded]
) -> frozenset[str]:
    """The apps for this balancer, also those with a wrong field, that are not of a deployment group named like them."""
    asked = {app.id for app in read} | {one.app for one in excluded}
    own = {app.get("id") for app in apps if deployment_groups.name(app) == app.get("id")}
    return frozenset(asked - own)


def _derived(now: Now, present: Collection[str]) -> dict[str, set[int]]:
    """The ports of which one may be derived that an app has now."""
    found: dict[str, set[int]] = {}
    for claim, owner in now.claims.items():
        port = claim.rpartition(":")[2] if claim.startswith("port ") and owner in present else ""
        if port.isdecimal() and int(port) in DERIVED:
            found.setdefault(owner, set()).add(int(port))
    return found


def _structure(unit: Unit, used: set[int], held: Collection[int]) -> list[tuple[Unit, Backend, list[Route]]]:
    made = []
    own: set[int] = set()
    # The oldest app of a group says how its ports are served.
    for candidate, port in zip(unit.apps[0].candidates, backends.service_ports(unit.apps[0], used, held)):
        used.add(port)
        if port in own and candidate.labels == PortLabels():
            # It asks for the service port alone, at which the app answers already.
            continue
        own.add(port)
        structure = backends.backend(unit.id, candidate, port)
        made.append((unit, structure, backends.routes(candidate, structure.name)))
    return made


def _fill(unit: Unit, structure: Backend, now: Now, everything: Everything) -> tuple[Backend, list[Waiting]]:
    found: dict[str, Server] = {}
    waiting: list[Waiting] = []
    members = []
    index = structure.index
    for app in unit.apps:
        for candidate in app.candidates:
            if candidate.port.index == index:
                servers, idle = backends.servers(app, candidate, structure.name, now, unit.draining)
                found.update(servers)
                waiting += idle
                members.append(app.id)
    others = [(everything.of[name], everything.of[name].servers(index)) for name in members if name in everything.of]
    servers_of_all = outside.weighted([found[name] for name in sorted(found)], others)
    ordered = [
        replace(server, number=now.numbers.get((structure.name, server.name)))
        for server in sorted(servers_of_all, key=lambda server: server.name)
    ]
    return replace(structure, members=tuple(members), servers=tuple(ordered)), waiting


def _app_ids(found: Sequence[Backend]) -> tuple[tuple[str, str], ...]:
    """The first port of each app in the mode http, for the header X-Marathon-App-Id."""
    first: dict[str, str] = {}
    for backend in sorted(found, key=lambda one: (one.app, one.index)):
        if backend.mode == "http":
            first.setdefault(backend.app, backend.name)
    return tuple(sorted(first.items()))
