# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is declared about a group: its apps and groups, and of which of its lists that is the whole."""

from __future__ import annotations

import math
import posixpath
from dataclasses import dataclass, field, replace
from typing import Any

from .. import snapshot
from ..definition import apps as app_set
from ..definition import values
from ..definition.apps import AppSet, Source, ancestors
from ..errors import DefinitionError
from ..snapshot import Tree

_ORIGIN = "the definition"
_FIELDS = ("apps", "groups", "dependencies")


@dataclass
class _Lists:
    """Groups for which the list is given, so that it is the whole list."""

    apps: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)
    dependencies: set[str] = field(default_factory=set)
    no_dependencies: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class DeclaredTree:
    group_id: str
    appset: AppSet
    whole_apps: frozenset[str] = frozenset()
    whole_groups: frozenset[str] = frozenset()
    whole_dependencies: frozenset[str] = frozenset()
    # Groups whose list is given as empty or null, which a merge takes for the removal of all of them.
    no_dependencies: frozenset[str] = frozenset()
    enforce_role: bool | None = None
    # Where it is an earlier version that Marathon puts back, pods included.
    version: str | None = None
    pods: dict[str, dict[str, Any]] = field(default_factory=dict)


def checked_id(value: str | None, definition: dict[str, Any] | None = None) -> str:
    declared = (definition or {}).get("id")
    if value is None and declared is None:
        raise DefinitionError("the group has no id: give the option id or an id in the definition")
    group_id = app_set.group_path(declared if value is None else value, "id")
    if group_id == app_set.ROOT:
        raise DefinitionError(
            "id / is the group of all that runs on this Marathon: name the group that you mean, or use the module "
            "marathon_apps"
        )
    return group_id


def from_definition(group_id: str, definition: dict[str, Any]) -> DeclaredTree:
    lists = _Lists()
    enforce_role = None
    if definition.get("enforceRole") is not None:
        enforce_role = values.flag(definition["enforceRole"], "/enforceRole")
    if ancestors(group_id):
        _refuse_role(group_id, enforce_role)
        enforce_role = None
    cleaned = _cleaned({**definition, "id": group_id}, group_id, lists)
    declared = app_set.build([Source(cleaned, _ORIGIN)])
    if declared.pods:
        raise DefinitionError(
            f"{min(declared.pods)} is a pod, and Marathon takes no pods in a group: use the module marathon_pod or "
            "marathon_apps for it"
        )
    return DeclaredTree(
        group_id,
        declared,
        frozenset(lists.apps),
        frozenset(lists.groups),
        frozenset(lists.dependencies),
        frozenset(lists.no_dependencies),
        enforce_role,
    )


def from_version(group_id: str, version: str, info: dict[str, Any]) -> DeclaredTree:
    """The whole group as GET shows that version, but for the rule for roles, which no version brings back."""
    declared = from_definition(group_id, _as_definition(info))
    return replace(declared, version=version, pods=snapshot.read(info).pods)


def check_factor(factor: float) -> None:
    if not (math.isfinite(factor) and factor >= 0):
        raise DefinitionError(f"scale_by is {factor}: give a number that is not below 0")


def scaled(group_id: str, tree: Tree, factor: float) -> DeclaredTree:
    """Every app in the group with its number of instances multiplied, rounded up as Marathon does."""
    sources = [
        # 10 * 1.1 is a little more than 11 in binary numbers.
        Source({"id": app_id, "instances": math.ceil(round(app["instances"] * factor, 9))}, "scale_by")
        for app_id, app in sorted(tree.apps.items())
    ]
    return DeclaredTree(group_id, app_set.build(sources))


def _cleaned(group: dict[str, Any], group_id: str, lists: _Lists) -> dict[str, Any]:
    """The group as a set of apps takes it, with what GET adds left out."""
    if "scaleBy" in group:
        raise DefinitionError(f"{group_id} has scaleBy in its definition: it is an action, so use the option scale_by")
    for name in _FIELDS:
        if group.get(name) is not None:
            getattr(lists, name).add(group_id)
    if not group.get("dependencies", True):
        lists.no_dependencies.add(group_id)
    rest = {name: value for name, value in group.items() if name not in ("enforceRole", "version")}
    if not rest.get("pods"):
        rest.pop("pods", None)
    children = []
    for index, child in enumerate(values.mappings(group.get("groups") or [], "/groups")):
        if "id" not in child:
            raise DefinitionError(f"/groups({index}) of {group_id} has no id: give it one")
        child_id = app_set.group_path(posixpath.join(group_id, str(child["id"])), f"/groups({index})/id")
        _refuse_role(child_id, child.get("enforceRole"))
        children.append(_cleaned({**child, "id": child_id}, child_id, lists))
    return {**rest, "groups": children}


def _refuse_role(group_id: str, enforce_role: Any) -> None:
    """GET shows false for groups below the top too, where it is the only value."""
    if enforce_role not in (None, False):
        top = ancestors(group_id)[-1]
        raise DefinitionError(
            f"enforceRole is a field of top-level groups, and {group_id} is none: declare it for {top}"
        )


def _as_definition(info: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": info["id"],
        "dependencies": info.get("dependencies") or [],
        "apps": info.get("apps") or [],
        "groups": [_as_definition(child) for child in info.get("groups") or []],
    }
