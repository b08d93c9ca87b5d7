# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Merges a definition into what is there: a JSON merge patch (RFC 7396) in which an empty mapping empties as well.

null removes a field, mappings are merged key by key, lists are replaced. Where the elements of a list have names, as
the containers of a pod, they are merged one by one.
"""

from __future__ import annotations

import copy
from typing import Any, Collection, Iterable, Iterator, Tuple

from ..definition import app_fields, legacy
from ..errors import DefinitionError

# From the outside to the inside; an element of a list stands under its name.
Path = Tuple[str, ...]


def removals(definition: dict[str, Any], named: Collection[str] = ()) -> list[Path]:
    """What a definition, as it was written, takes away or empties; named are the lists whose elements have names."""
    return list(_removals(definition, (), named))


def app_removals(definition: dict[str, Any]) -> tuple[Path, ...]:
    """The same for an app, by the names that its fields have since Marathon 1.5."""
    found = []
    for written in removals(definition):
        path = legacy.MOVED.get(written, written)
        row = app_fields.FIELDS.get(path[0])
        if row is None or row.owner != app_fields.USER or path == ("id",):
            continue
        if row.kept:
            raise _always_there(path[0], "an app")
        found.append(path)
    return tuple(found)


def pod_removals(definition: dict[str, Any], named: Collection[str]) -> tuple[Path, ...]:
    found = [path for path in removals(definition, named) if path != ("id",)]
    if ("role",) in found:
        raise _always_there("role", "a pod")
    return tuple(found)


def _always_there(name: str, what: str) -> DefinitionError:
    return DefinitionError(f"/{name} is null, but {what} always has one: declare a {name}, or leave /{name} out")


def without(body: dict[str, Any], paths: Iterable[Path], named: Collection[str] = ()) -> dict[str, Any]:
    """A copy without these; a mapping of which nothing is left goes too."""
    result = copy.deepcopy(body)
    for path in paths:
        _remove(result, path, named)
    return result


def restored(result: dict[str, Any], definition: dict[str, Any]) -> dict[str, Any]:
    """The result with the removals of the definition that it was made from, where nothing stands in their place."""
    result = copy.deepcopy(result)
    for path in removals(definition):
        inner: Any = result
        for name in path[:-1]:
            inner = inner.setdefault(name, {}) if isinstance(inner, dict) else None
        if isinstance(inner, dict):
            inner.setdefault(path[-1], None)
    return result


def _removals(value: dict[str, Any], above: Path, named: Collection[str]) -> Iterator[Path]:
    for name, inner in value.items():
        path = (*above, str(name))
        if inner is None or inner in ([], {}):
            yield path
        elif isinstance(inner, dict):
            yield from _removals(inner, path, named)
        elif name in named and isinstance(inner, list):
            for element in inner:
                if isinstance(element, dict):
                    yield from _removals(element, (*path, str(element.get("name"))), named)


def _remove(value: dict[str, Any], path: Path, named: Collection[str]) -> None:
    first, rest = path[0], path[1:]
    if not rest:
        value.pop(first, None)
        return
    inner = value.get(first)
    if first in named and isinstance(inner, list):
        inner = next((element for element in inner if element.get("name") == rest[0]), None)
        if inner is not None:
            _remove(inner, rest[1:], named)
    elif isinstance(inner, dict):
        _remove(inner, rest, named)
        if not inner:
            del value[first]
