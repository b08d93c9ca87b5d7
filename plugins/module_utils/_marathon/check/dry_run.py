# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Marathon's own check of definitions before anything is written: a dry run of the group that holds them.

It reads and checks the definitions as a write does and stores nothing. Its steps are of no use here, since they show
every app of such a group as restarted (api.md 1.3). What it leaves out is in rules/app.py and rules/tree.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Callable

from ..._words import ended
from ..bounds import details
from ..bounds.refusals import Refusal
from ..definition import app as app_definition
from ..definition.schema import Release
from ..errors import Invalid, MarathonError, WriteUncertain
from ..plan import releases
from ..plan.app import Plan

_ELEMENT = re.compile(r"/?apps\((\d+)\)(?=/|$)")
# As many refused apps are looked for one by one; each takes a few requests.
_MOST = 20

Ask = Callable[[str, dict], Any]


@dataclass(frozen=True)
class DryRun:
    """apps: the ids in the order of the body."""

    group_id: str
    body: dict[str, Any]
    apps: tuple[str, ...]

    def of(self, chosen: list[int]) -> DryRun:
        return replace(
            self,
            body={**self.body, "apps": [self.body["apps"][index] for index in chosen]},
            apps=tuple(self.apps[index] for index in chosen),
        )


def dry_run_of(group_id: str, bodies: dict[str, dict[str, Any]], enforced: bool | None) -> DryRun:
    """bodies are whole definitions by id; enforced is the enforceRole of a top-level group, which each write resets."""
    body: dict[str, Any] = {"apps": list(bodies.values())}
    if enforced is not None:
        body["enforceRole"] = enforced
    return DryRun(group_id, body, tuple(bodies))


def body_of(plan: Plan, current: dict[str, Any] | None, release: Release) -> dict[str, Any]:
    """The whole definition that a write makes, as part of a group."""
    whole = plan.definition
    if whole is None:
        # What is stored, in the form that was declared: only the number differs.
        whole = releases.body({**app_definition.declared(current or {}), "instances": plan.after["instances"]}, release)
    body = {**whole, "id": plan.app_id}
    # A group takes fewer new roles than an app does when it is written by itself (api.md 4.6).
    if body.get("role") != (current or {}).get("role"):
        body.pop("role", None)
        body.pop("acceptedResourceRoles", None)
    return body


def refused(one: DryRun, ask: Ask, origins: dict[str, str | None]) -> list[Refusal]:
    """The apps that Marathon refuses. One whose number it does not tell is found by halves."""
    if not one.apps:
        return []
    error = _asked(one, ask)
    if error is None:
        return []
    if len(one.apps) == 1:
        return [_refusal(error, error.facts.get("details"), one, 0, origins)]
    found = _numbered(error, one, origins)
    if found:
        named = {refusal.name for refusal in found}
        left = [index for index, app_id in enumerate(one.apps) if app_id not in named]
        return found if len(found) >= _MOST else found + refused(one.of(left), ask, origins)
    middle = len(one.apps) // 2
    for half in (list(range(middle)), list(range(middle, len(one.apps)))):
        if len(found) < _MOST:
            found += refused(one.of(half), ask, origins)
    # Each alone is taken: only the whole is refused.
    return found or [_whole(error, one)]


def unheard(error: MarathonError) -> str:
    """What is said where Marathon did not check."""
    reason = "it gave no answer" if isinstance(error, WriteUncertain) else error
    return f"Marathon did not check the definitions beforehand: {ended(reason)} The run may still be refused"


def too_old(version: str) -> str:
    return (
        f"Marathon {version} did not check the definitions beforehand: releases before 1.4 have no dry run that fits. "
        "The run may still be refused"
    )


def _asked(one: DryRun, ask: Ask) -> Invalid | None:
    try:
        ask(one.group_id, one.body)
    except Invalid as error:
        return error
    return None


def _numbered(error: Invalid, one: DryRun, origins: dict[str, str | None]) -> list[Refusal]:
    by_app: dict[int, list[dict[str, Any]]] = {}
    for detail in error.facts.get("details") or []:
        place = _ELEMENT.match(str(detail.get("path") or "")) if isinstance(detail, dict) else None
        if place is None or int(place[1]) >= len(one.apps):
            return []
        by_app.setdefault(int(place[1]), []).append(detail)
    return [_refusal(error, found, one, index, origins) for index, found in sorted(by_app.items())]


def _refusal(error: Invalid, found: Any, one: DryRun, index: int, origins: dict[str, str | None]) -> Refusal:
    if isinstance(found, list):
        found = [_without_place(detail) for detail in found]
    app_id = one.apps[index]
    reasons = [error.facts.get("message"), details.described(found, one.body["apps"][index])]
    text = "; ".join(filter(None, reasons)) or str(error)
    return Refusal(app_id, text, found, origins.get(app_id), error.facts.get("status"))


def _whole(error: Invalid, one: DryRun) -> Refusal:
    found = error.facts.get("details")
    reasons = [error.facts.get("message"), details.described(found, one.body)]
    text = "; ".join(filter(None, reasons)) or str(error)
    return Refusal(f"an app in {one.group_id}", text, found, None, error.facts.get("status"))


def _without_place(detail: Any) -> Any:
    if not isinstance(detail, dict) or not detail.get("path"):
        return detail
    return {**detail, "path": _ELEMENT.sub("", detail["path"], count=1) or "/"}
