# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pod that is wanted and the one that is there, made into one action, its request, and the sides of the diff."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

from ..definition import app_fields
from ..definition import pod as pod_definition
from ..definition.pod_fields import POD
from ..definition.pod_schema import INTEGER, Keys, Many, PodField, PodRecord
from . import ignored, merging
from .app import CREATED, DELETED, NONE, SCALED, UPDATED, Request

# So that a definition can leave the number to an autoscaler by the name that it has for apps.
_ALIASES = {"instances": "scaling.instances"}
_ALIASED = {"instances": INTEGER}
# Lists whose elements have names: merged one by one.
NAMED_LISTS = ("containers", "volumes")
# Of these exactly one form is allowed, so the new one must not be mixed with the old one.
_ATOMIC = ("exec", "healthCheck", "check", "unreachableStrategy")


@dataclass(frozen=True)
class PodPlan:
    """unnoticed are the fields that differ, of which Marathon does not notice a change of theirs alone.

    carried are ignored fields: a pod is only written whole, so with the value that they had when it was read.
    """

    pod_id: str
    action: str
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
    request: Request | None = None
    restarts: bool = False
    unnoticed: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        return self.action != NONE

    @property
    def shown(self) -> dict[str, Any] | None:
        """The new side of the diff: of a new pod what was declared, without Marathon's defaults."""
        return self.request.body if self.action == CREATED and self.request else self.after


@dataclass(frozen=True)
class WantedPod:
    """A declared pod. merge keeps what is not declared nor removed; ignored fields keep the value that the pod has."""

    pod: dict[str, Any]
    merge: bool = False
    removed: tuple[merging.Path, ...] = ()
    ignored: tuple[str, ...] = ()
    instances: int | None = None

    @property
    def pod_id(self) -> str:
        return self.pod["id"]


def full_paths(paths: tuple[str, ...]) -> tuple[str, ...]:
    """With the names of a pod for what has another name for apps."""
    return tuple(_ALIASES.get(path, path) for path in paths)


def check_ignored(paths: tuple[str, ...]) -> None:
    known = {name: field for name, field in {**POD.fields, **_ALIASED}.items() if name != "id"}
    for path in paths:
        ignored.check(path, known, _inside, "a pod", "ignore_fields")


def _inside(field: PodField) -> Any:
    if isinstance(field, PodRecord):
        return field.fields
    if isinstance(field, Keys):
        return ignored.KEYS
    return ignored.ELEMENTS if isinstance(field, Many) else ignored.NOTHING


def plan_present(
    wanted: WantedPod, current: dict[str, Any] | None, release: tuple[int, ...] = app_fields.NEWEST
) -> PodPlan:
    ignored.check_keys(wanted.ignored, [wanted.pod, current])
    if current is None:
        body = _body(_counted(wanted, copy.deepcopy(wanted.pod)))
        pod_definition.check_complete(body)
        pod_definition.check_harmless(body)
        return PodPlan(wanted.pod_id, CREATED, None, pod_definition.complete(body, release), Request("POST", body))
    base = pod_definition.declared(current)
    before = pod_definition.complete(base, release)
    if wanted.merge:
        body = _merged(merging.without(base, wanted.removed, NAMED_LISTS), wanted.pod)
    else:
        body = copy.deepcopy(wanted.pod)
    for path in wanted.ignored:
        ignored.keep(_ALIASES.get(path, path), base, body)
    body = _body(_counted(wanted, body))
    pod_definition.check_complete(body)
    if not _only_stops(base, body):
        pod_definition.check_harmless(body)
    # What Marathon chooses itself where nothing is declared.
    if "role" in base:
        body.setdefault("role", base["role"])
    _adopt_network_names(body, base)
    after = pod_definition.complete(body, release)
    unnoticed = tuple(pod_definition.unnoticed(before, after))
    request = Request("PUT", body)
    if pod_definition.differs(before, after):
        restarts = pod_definition.restarts(before, after)
        return PodPlan(wanted.pod_id, UPDATED, before, after, request, restarts, carried=wanted.ignored)
    if pod_definition.instances(before) != pod_definition.instances(after):
        return PodPlan(wanted.pod_id, SCALED, before, after, request, carried=wanted.ignored)
    return PodPlan(wanted.pod_id, NONE, before, before, unnoticed=unnoticed)


def plan_absent(pod_id: str, current: dict[str, Any] | None) -> PodPlan:
    if current is None:
        return PodPlan(pod_id, NONE)
    return PodPlan(pod_id, DELETED, pod_definition.canonical(current), None, Request("DELETE"))


def _only_stops(base: dict[str, Any], body: dict[str, Any]) -> bool:
    """Whether all that is asked for is that the pod as it is has no instance, which ends the harm that it does."""
    return body == _body(pod_definition.scaled(base, 0))


def _counted(wanted: WantedPod, body: dict[str, Any]) -> dict[str, Any]:
    return body if wanted.instances is None else pod_definition.scaled(body, wanted.instances)


def _body(declared: dict[str, Any]) -> dict[str, Any]:
    """What is declared, so that the server's defaults stay its own; it wants to see an object of resources, though."""
    body = copy.deepcopy(declared)
    for container in body.get("containers", []):
        container.setdefault("resources", {})
    if "scaling" in body:
        # The only kind there is, and required.
        body["scaling"].setdefault("kind", "fixed")
    return body


def _adopt_network_names(body: dict[str, Any], base: dict[str, Any]) -> None:
    """An unnamed network gets the server's default one."""
    known = base.get("networks", [])
    for index, new in enumerate(body.get("networks", [])):
        old = known[index] if index < len(known) else {}
        if new.get("mode", "container") == old.get("mode") == "container" and "name" in old:
            new.setdefault("name", old["name"])


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    result = copy.deepcopy(base)
    for name, value in over.items():
        if name in NAMED_LISTS:
            result[name] = _merged_by_name(result.get(name, []), value)
        elif name not in _ATOMIC and isinstance(value, dict) and isinstance(result.get(name), dict):
            result[name] = _merged(result[name], value)
        else:
            result[name] = copy.deepcopy(value)
    return result


def _merged_by_name(base: list[dict[str, Any]], over: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """In the order of what is there; what is new comes last."""
    changes = {element.get("name"): element for element in over}
    known = [element.get("name") for element in base]
    kept = [_merged(element, changes.get(element.get("name"), {})) for element in base]
    return kept + [copy.deepcopy(element) for element in over if element.get("name") not in known]
