# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of apps, pods and groups from anywhere, made into one set; contradictions are named with their files."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any, Iterable

from .. import kinds
from ..errors import DefinitionError
from . import app as app_definition
from . import pod as pod_definition
from . import values

ROOT = "/"
# In one error.
_NAMED = 20

_GROUP_FIELDS = ("id", "apps", "pods", "groups", "dependencies")
_ELSEWHERE = {
    "scaleBy": "use the module marathon_group for it",
}
# What a saved answer has besides.
_ANSWERED = ("version", "enforceRole")


@dataclass(frozen=True)
class Source:
    """The definition of an app, a pod or a group, and the words by which people find it."""

    definition: Any
    origin: str


@dataclass(frozen=True)
class DeclaredApp:
    """An app or, among the pods of a set, a pod."""

    app: dict[str, Any]
    origin: str
    # As it was written, for what the canonical form does not show any more.
    raw: dict[str, Any] = field(compare=False, default_factory=dict)

    @property
    def app_id(self) -> str:
        return self.app["id"]


@dataclass(frozen=True)
class DeclaredGroup:
    group_id: str
    dependencies: tuple[str, ...]
    origin: str
    # As a saved answer has it. It is compared, but not written here.
    enforce_role: bool | None = None


@dataclass(frozen=True)
class AppSet:
    """Apps, groups and pods by absolute id, each once."""

    apps: dict[str, DeclaredApp]
    groups: dict[str, DeclaredGroup]
    # Groups whose list of apps is empty, as from a loop that yields nothing, and those that hold no app further down.
    bare: set[str] = field(default_factory=set)
    hollow: set[str] = field(default_factory=set)
    # Groups whose list of pods is empty.
    podless: set[str] = field(default_factory=set)
    pods: dict[str, DeclaredApp] = field(default_factory=dict)
    # What could not be taken.
    wrong: list[DefinitionError] = field(default_factory=list)


def build(sources: Iterable[Source]) -> AppSet:
    result = AppSet({}, {})
    for source in sources:
        _take(result, source.definition, ROOT, source.origin)
    refuse_all(result.wrong)
    _refuse_ids_of_two_kinds(result)
    return result


def refuse_all(wrong: list[DefinitionError]) -> None:
    """Raises one error for all that is wrong, so that one run is enough to find it."""
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        told = "; ".join(map(str, wrong[:_NAMED]))
        more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise DefinitionError(f"{len(wrong)} definitions are wrong: {told}{more}")


def parent(path: str) -> str:
    return posixpath.dirname(path)


def ancestors(path: str) -> list[str]:
    """The groups that hold an app or a group, the nearest first, without the root."""
    found = []
    while parent(path) != ROOT and path != ROOT:
        path = parent(path)
        found.append(path)
    return found


def inside(path: str, group_id: str) -> bool:
    """Whether the path is the group or something in it."""
    return group_id == ROOT or path == group_id or path.startswith(group_id + "/")


def group_path(value: str, name: str) -> str:
    return ROOT if value.strip("/") == "" and value else values.absolute_id(value, name)


def _take(result: AppSet, definition: Any, base: str, origin: str, listed_as: str | None = None) -> None:
    """listed_as is what the list of a group says of the kind."""
    try:
        if not isinstance(definition, dict):
            raise DefinitionError(f"a definition of an app, a pod or a group must be a mapping, not {definition!r:.60}")
        definition = kinds.unwrapped(definition)
        answered = kinds.apps_of_answer(definition)
        if answered:
            for number, app in enumerate(answered, 1):
                _take(result, app, base, f"{origin}, app {number}")
            return
        kinds.refuse_foreign(definition)
        if "id" not in definition:
            raise DefinitionError("the definition has no id: give it one, like /shop/web")
        kind = listed_as or kinds.kind_of(definition)
        if kind == kinds.GROUP:
            _take_group(result, definition, base, origin)
        elif kind == kinds.POD:
            _take_pod(result, definition, base, origin)
        else:
            _take_app(result, definition, base, origin)
    except _Told as error:
        result.wrong.append(error)
    except DefinitionError as error:
        result.wrong.append(_Told(f"{_place(definition, base, origin, str(error))}: {error}", **error.facts))


def _place(definition: Any, base: str, origin: str, told: str) -> str:
    """Where it is declared and which app it is, as far as that is known and not told."""
    name = definition.get("id") if isinstance(definition, dict) else None
    name = posixpath.join(base, name) if isinstance(name, str) and name else ""
    return origin if not name or name in told else f"{origin}, {name}"


class _Told(DefinitionError):
    """The file is named already."""


def _take_app(result: AppSet, definition: dict[str, Any], base: str, origin: str) -> None:
    definition = _anchored(definition, base)
    app_id = definition["id"]
    if base != ROOT and parent(app_id) != base:
        raise DefinitionError(_misplaced(app_id, base))
    known = result.apps.get(app_id)
    if known is not None:
        raise _Told(f"{app_id} is declared twice, in {known.origin} and in {origin}: keep one of them")
    result.apps[app_id] = DeclaredApp(app_definition.declared(definition), origin, definition)


def _take_pod(result: AppSet, definition: dict[str, Any], base: str, origin: str) -> None:
    pod_id = values.absolute_id(_joined(definition["id"], base))
    if base != ROOT and parent(pod_id) != base:
        raise DefinitionError(_misplaced(pod_id, base))
    known = result.pods.get(pod_id)
    if known is not None:
        raise _Told(f"{pod_id} is declared twice, in {known.origin} and in {origin}: keep one of them")
    definition = {**definition, "id": pod_id}
    result.pods[pod_id] = DeclaredApp(pod_definition.declared(definition), origin, definition)


def _take_group(result: AppSet, definition: dict[str, Any], base: str, origin: str) -> None:
    for name in sorted(set(definition) - {*_GROUP_FIELDS, *_ANSWERED}):
        remedy = _ELSEWHERE.get(name, f"the fields are {', '.join(_GROUP_FIELDS)}")
        raise DefinitionError(f"a group has no field {name!r} here: {remedy}")
    group_id = _absolute(definition["id"], base)
    if base != ROOT and parent(group_id) != base:
        raise DefinitionError(_misplaced(f"the group {group_id}", base))
    known = result.groups.get(group_id)
    if known is not None:
        raise _Told(f"the group {group_id} is declared twice, in {known.origin} and in {origin}: keep one of them")
    names = _list(definition, "dependencies")
    dependencies = sorted({_absolute(name, group_id) for name in names})
    role = definition.get("enforceRole")
    role = None if role is None else values.flag(role, "/enforceRole")
    result.groups[group_id] = DeclaredGroup(group_id, tuple(dependencies), origin, role)
    others = len(result.apps)
    for name, kind in (("apps", None), ("pods", kinds.POD), ("groups", kinds.GROUP)):
        for child in _list(definition, name):
            _take(result, child, group_id, origin, kind)
    if len(result.apps) == others and ("apps" in definition or "groups" in definition):
        result.hollow.add(group_id)
    if "apps" in definition and not definition["apps"]:
        result.bare.add(group_id)
    if "pods" in definition and not definition["pods"]:
        result.podless.add(group_id)


def _misplaced(name: str, base: str) -> str:
    return f"{name} is no direct child of the group {base} that lists it: move it, or correct its id"


def _list(definition: dict[str, Any], name: str) -> list[Any]:
    value = definition.get(name)
    return [] if value is None else values.sequence(value, f"/{name}")


def _anchored(definition: dict[str, Any], base: str) -> dict[str, Any]:
    """The definition with absolute ids, which inside a group are relative to that."""
    result = {**definition, "id": values.app_id(_joined(definition["id"], base))}
    if isinstance(definition.get("dependencies"), list):
        result["dependencies"] = [_joined(name, base) for name in definition["dependencies"]]
    return result


def _absolute(value: Any, base: str) -> str:
    return group_path(_joined(value, base), "/id") if isinstance(value, str) else values.absolute_id(value)


def _joined(value: Any, base: str) -> Any:
    return posixpath.join(base, value) if isinstance(value, str) else value


def _refuse_ids_of_two_kinds(result: AppSet) -> None:
    kinds_of = {"an app": result.apps, "a pod": result.pods, "a group": result.groups}
    known: dict[str, tuple[str, str]] = {}
    for kind, declared in kinds_of.items():
        for path, one in declared.items():
            if path in known:
                other, origin = known[path]
                raise DefinitionError(
                    f"{path} is {other} in {origin} and {kind} in {one.origin}: an id belongs to one of them, so give "
                    "another"
                )
            known[path] = (kind, one.origin)
    for path, (_kind, origin) in known.items():
        for above in ancestors(path):
            if above in known and above not in result.groups:
                kind, other = known[above]
                raise DefinitionError(
                    f"{above} is {kind} in {other}, so {path} of {origin} cannot be below it: an id belongs to "
                    f"{kind} or to a group, so give another"
                )
