"""Servers of an app that do not run on Marathon: the side to which it moves.

Of each app the file has the addresses and ports that answer for it there, the percentage of requests that they get, and
the definition, by which the app is served once Marathon has it no more.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from . import fields
from .fields import FieldError
from .model import Now, Server

PREFIX = "outside_"
WHOLE = 100
_MOST_WEIGHT = 256
_KEYS = {"share", "addresses", "answering", "ports", "app"}


@dataclass(frozen=True)
class Outside:
    """``answering``: how many of the addresses answer at a time. ``ports`` by the index of the app's port."""

    app: str
    share: int
    addresses: tuple[str, ...]
    answering: int
    ports: Mapping[int, int]
    definition: Mapping[str, Any]

    def servers(self, index: int) -> list[Server]:
        port = self.ports.get(index)
        if port is None:
            return []
        return [
            Server(
                f"{PREFIX}{re.sub(r'[^A-Za-z0-9]', '_', address)}_{port}", address, port, 0, app=self.app, outside=True
            )
            for address in self.addresses
        ]


@dataclass(frozen=True)
class Everything:
    """What the file has; ``digest`` is that of its bytes, ``wrong`` why an entry is not used, by its app."""

    digest: str = ""
    of: Mapping[str, Outside] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)


def read(body: bytes, before: Mapping[str, Outside] | None = None) -> Everything:
    """Each entry by itself: a wrong one keeps what its app had ``before``, and the others are served by theirs."""
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        raise FieldError("is not JSON") from None
    if not isinstance(given, dict):
        raise FieldError("is not a JSON object")
    found: dict[str, Outside] = {}
    wrong: dict[str, str] = {}
    for app, one in given.items():
        try:
            found[app] = _entry(fields.app_id(app), one)
        except FieldError as error:
            wrong[app] = str(error)
            if before and app in before:
                found[app] = before[app]
    return Everything(hashlib.sha256(body).hexdigest(), found, wrong)


def _entry(app: str, given: Any) -> Outside:
    try:
        if not isinstance(given, dict) or set(given) != _KEYS:
            raise FieldError(f"must have the keys {', '.join(sorted(_KEYS))}, and no other")
        addresses = tuple(fields.address("addresses", one) for one in _listed("addresses", given["addresses"]))
        if len(set(addresses)) < len(addresses):
            raise FieldError("addresses: one is there twice")
        ports = given["ports"]
        if not isinstance(ports, dict) or not ports:
            raise FieldError("ports: is not an object with a port")
        definition = given["app"]
        if not isinstance(definition, dict) or definition.get("id") != app:
            raise FieldError("app: is not the definition of this app")
        return Outside(
            app,
            fields.whole("share", given["share"], 0, WHOLE),
            addresses,
            fields.whole("answering", given["answering"], 1, len(addresses)),
            {fields.whole("ports", index, 0, 1000): fields.port("ports", one) for index, one in ports.items()},
            definition,
        )
    except FieldError as error:
        raise FieldError(f"{app}: {error}") from None


def _listed(name: str, given: Any) -> list[Any]:
    if not isinstance(given, list) or not given:
        raise FieldError(f"{name}: is not a list with an address")
    return given


def with_gone(apps: Sequence[Mapping[str, Any]], everything: Everything) -> list[Mapping[str, Any]]:
    """The apps of Marathon, and those that only the file still has: they keep their vhosts and ports."""
    there = {app.get("id") for app in apps}
    gone = [one for name, one in sorted(everything.of.items()) if name not in there]
    return [*apps, *({**one.definition, "instances": 0, "tasks": [], "deployments": []} for one in gone)]


def served(now: Now) -> set[str]:
    """The apps that have servers from outside now."""
    names = {f"name {backend}" for backend, server in now.servers if server.startswith(PREFIX)}
    return {owner for claim, owner in now.claims.items() if claim in names}


def weighted(tasks: Sequence[Server], others: Sequence[tuple[Outside, Sequence[Server]]]) -> list[Server]:
    """All servers of a backend, with weights by which those from outside get their share of the requests.

    Only tasks that serve count, so that the share stays what it is while Marathon scales the app. Without any, those
    from outside get everything, whatever their share is: the weight 0 on each side would answer nobody.
    """
    found = list(tasks)
    serving = sum(server.weight for server in tasks)
    for outside, servers in others:
        if not servers:
            # A port that only Marathon serves.
            continue
        if not outside.share and not serving:
            outside = replace(outside, share=WHOLE)
        new = outside.share / outside.answering
        old = (WHOLE - outside.share) / serving if serving else 0.0
        most = max([new, *(old * server.weight for server in tasks)])
        if outside.share:
            found = [replace(server, weight=_scaled(old * server.weight, most)) for server in found]
        found += [replace(server, weight=_scaled(new, most)) for server in servers]
    return found


def _scaled(part: float, most: float) -> int:
    return max(1, round(part * _MOST_WEIGHT / most)) if part > 0 else 0
