# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request that makes an app what is planned: a full write, or a partial one that names only what it changes.

A full write gives every field that it does not name Marathon's default. A partial one leaves it as it is when the write
arrives, so that what an autoscaler sets after the read survives; but it cannot take every field away (api.md 4.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..definition import app_fields, schema
from ..definition.schema import Release
from . import releases

# A partial write drops these when they are not repeated, and a full write always drops the latter.
_REPEATED = ("resourceLimits", "executorResources")
# What a newer release refuses, or completes differently by the kind of the write, where a part is missing.
_WHOLE = ("healthChecks", "upgradeStrategy")
# Before 1.5 what these say is written in other places, too.
_NETWORKED = ("networks", "container", "portDefinitions", "fetch")


@dataclass(frozen=True)
class Request:
    method: str
    body: dict[str, Any] | None = None
    partial: bool = False


def whole(declared: dict[str, Any], after: dict[str, Any], release: Release) -> dict[str, Any]:
    """What is declared, so that the server's own defaults stay its own, and what must never be left to it."""
    body = {**declared, "instances": after["instances"]}
    body.update((name, after[name]) for name in _WHOLE if name in declared)
    return releases.body(body, release)


def scaling(base: dict[str, Any], body: dict[str, Any], after: dict[str, Any]) -> Request:
    repeated = {name: value for name, value in {**base, **body}.items() if name in _REPEATED}
    return Request("PUT", {"instances": after["instances"], **repeated}, partial=True)


def replacement(definition: dict[str, Any], before: dict[str, Any], after: dict[str, Any], release: Release) -> Request:
    if release < releases.FULL_WRITES:
        return Request("PUT", releases.partial_body(before, after, release), partial=True)
    return Request("PUT", definition)


def changes(
    definition: dict[str, Any], before: dict[str, Any], after: dict[str, Any], release: Release
) -> Request | None:
    """The partial write; None where only a full one removes what is to go, or moves ports to another network."""
    differing = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    if "networks" in differing or any(app_fields.FIELDS[name].stays for name in differing - set(after)):
        return None
    if release < releases.CANONICAL:
        body = releases.partial_body(before, after, release)
        same = {name for name in after if name not in differing and name not in _NETWORKED}
        return Request("PUT", {name: value for name, value in body.items() if name not in same}, partial=True)
    body = {name: definition.get(name, after[name]) for name in differing if name in after}
    body.update((name, _empty(name)) for name in differing if name not in after and name not in _REPEATED)
    body.update((name, definition[name]) for name in _REPEATED if name in definition)
    return Request("PUT", body, partial=True)


def carried(request: Request, ignored: tuple[str, ...]) -> tuple[str, ...]:
    """The ignored fields that the write sets all the same: all of them in a full one, or with what is beside them."""
    if not request.partial:
        return ignored
    return tuple(path for path in ignored if path.split(".", 1)[0] in request.body)


def _empty(name: str) -> Any:
    return {} if isinstance(app_fields.FIELDS[name].shape, schema.Dictionary) else []
