# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Definitions of apps and groups from anywhere, made into one set; what contradicts itself is named with its files."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from typing import Any, Iterable

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import normalise, values
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import DefinitionError

ROOT = "/"

_GROUP_FIELDS = ("id", "apps", "groups", "dependencies")
_ELSEWHERE = {
    "enforceRole": "use the module marathon_group for it",
    "scaleBy": "use the module marathon_group for it",
    "version": "it is no part of a definition",
    "pods": "Marathon takes no pods in a group; use the module marathon_pod",
}


@dataclass(frozen=True)
class Source:
    """The definition of an app or a group, and the words by which people find it."""

    definition: Any
    origin: str


@dataclass(frozen=True)
class DeclaredApp:
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


@dataclass(frozen=True)
class AppSet:
    """Apps and groups by absolute id, each once."""

    apps: dict[str, DeclaredApp]
    groups: dict[str, DeclaredGroup]
    # Groups whose list of apps is empty, as from a loop that yields nothing, and those that hold no app further down.
    bare: set[str] = field(default_factory=set)
    hollow: set[str] = field(default_factory=set)


def build(sources: Iterable[Source]) -> AppSet:
    result = AppSet({}, {})
    for source in sources:
        _take(result, source.definition, ROOT, source.origin)
    _refuse_apps_that_are_groups(result)
    return result


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


def _take(result: AppSet, definition: Any, base: str, origin: str) -> None:
    if not isinstance(definition, dict):
        raise _Told(f"{origin}: a definition of an app or a group is a mapping, not {definition!r:.60}")
    if "containers" in definition:
        raise _Told(f"{origin}: this is the definition of a pod; use the module marathon_pod for it")
    if "id" not in definition:
        raise _Told(f"{origin}: the definition has no id")
    try:
        if _is_group(definition):
            _take_group(result, definition, base, origin)
        else:
            _take_app(result, definition, base, origin)
    except _Told:
        raise
    except DefinitionError as error:
        raise _Told(f"{origin}: {error}", **error.facts) from error


class _Told(DefinitionError):
    """The file is named already."""


def _is_group(definition: dict[str, Any]) -> bool:
    return "apps" in definition or "groups" in definition or set(definition) == {"id", "dependencies"}


def _take_app(result: AppSet, definition: dict[str, Any], base: str, origin: str) -> None:
    definition = _anchored(definition, base)
    app_id = definition["id"]
    if base != ROOT and parent(app_id) != base:
        raise DefinitionError(f"{app_id} is no direct child of the group {base} that lists it")
    known = result.apps.get(app_id)
    if known is not None:
        raise _Told(f"{app_id} is declared twice, in {known.origin} and in {origin}: keep one of them")
    result.apps[app_id] = DeclaredApp(normalise.declared(definition), origin, definition)


def _take_group(result: AppSet, definition: dict[str, Any], base: str, origin: str) -> None:
    for name in sorted(set(definition) - set(_GROUP_FIELDS)):
        remedy = _ELSEWHERE.get(name, f"the fields are {', '.join(_GROUP_FIELDS)}")
        raise DefinitionError(f"a group has no field {name!r} here: {remedy}")
    group_id = _absolute(definition["id"], base)
    if base != ROOT and parent(group_id) != base:
        raise DefinitionError(f"the group {group_id} is no direct child of the group {base} that lists it")
    known = result.groups.get(group_id)
    if known is not None:
        raise _Told(f"the group {group_id} is declared twice, in {known.origin} and in {origin}: keep one of them")
    names = _list(definition, "dependencies")
    dependencies = sorted({_absolute(name, group_id) for name in names})
    result.groups[group_id] = DeclaredGroup(group_id, tuple(dependencies), origin)
    others = len(result.apps)
    for name in ("apps", "groups"):
        for child in _list(definition, name):
            _take(result, child, group_id, origin)
    if len(result.apps) == others and ("apps" in definition or "groups" in definition):
        result.hollow.add(group_id)
    if "apps" in definition and not definition["apps"]:
        result.bare.add(group_id)


def _list(definition: dict[str, Any], name: str) -> list[Any]:
    value = definition.get(name)
    return [] if value is None else values.sequence(value, f"/{name}")


def _anchored(definition: dict[str, Any], base: str) -> dict[str, Any]:
    """The definition with absolute ids, which inside a group are relative to that."""
    result = {**definition, "id": values.absolute_id(_joined(definition["id"], base))}
    if isinstance(definition.get("dependencies"), list):
        result["dependencies"] = [_joined(name, base) for name in definition["dependencies"]]
    return result


def _absolute(value: Any, base: str) -> str:
    return group_path(_joined(value, base), "/id") if isinstance(value, str) else values.absolute_id(value)


def _joined(value: Any, base: str) -> Any:
    return posixpath.join(base, value) if isinstance(value, str) else value


def _refuse_apps_that_are_groups(result: AppSet) -> None:
    for app_id, app in result.apps.items():
        group = result.groups.get(app_id)
        if group is not None:
            raise DefinitionError(
                f"{app_id} is an app in {app.origin} and a group in {group.origin}: an id belongs to one of them"
            )
    for path, declared in [*result.apps.items(), *result.groups.items()]:
        for above in ancestors(path):
            if above in result.apps:
                raise DefinitionError(
                    f"{above} is an app in {result.apps[above].origin}, so {path} of {declared.origin} cannot be below "
                    "it: an id belongs to an app or to a group"
                )
