# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a package that nobody shall read: those that are named, and those whose names look like it."""

from __future__ import annotations

import json
from typing import Any, Iterable, Iterator

from .._marathon import likely_secrets, secrets

# Hiding a shorter text wherever it occurs would blot out half of every sentence.
_SHORTEST_TEXT = 4


def masked(options: Any, names: Iterable[str]) -> Any:
    return _masked(options, frozenset(names), "")


def values(options: Any, names: Iterable[str]) -> set[str]:
    """The texts, as they are and as JSON has them."""
    found = {text for _path, value in _secrets(options, frozenset(names), "") for text in _texts(value)}
    found |= {json.dumps(text)[1:-1] for text in found}
    return {text for text in found if len(text) >= _SHORTEST_TEXT}


def present(options: Any, names: Iterable[str]) -> bool:
    return any(True for _found in _secrets(options, frozenset(names), ""))


def unmatched(names: Iterable[str], *options: dict[str, Any]) -> list[str]:
    """The names that no option has."""
    found = {path for one in options for path in _paths(one, "")}
    return sorted(set(names) - found)


def _masked(value: Any, names: frozenset[str], path: str) -> Any:
    if isinstance(value, list):
        return [_masked(one, names, path) for one in value]
    if not isinstance(value, dict):
        return value
    result = {}
    for name, inner in value.items():
        below = _below(path, name)
        result[name] = secrets.MASKED if _is_secret(below, name, inner, names) else _masked(inner, names, below)
    return result


def _secrets(value: Any, names: frozenset[str], path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _secrets(one, names, path)
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        below = _below(path, name)
        if _is_secret(below, name, inner, names):
            yield below, inner
        else:
            yield from _secrets(inner, names, below)


def _is_secret(path: str, name: str, value: Any, names: frozenset[str]) -> bool:
    return value is not None and (path in names or likely_secrets.is_likely(name, value))


def _paths(value: Any, path: str) -> Iterator[str]:
    for name, inner in value.items() if isinstance(value, dict) else ():
        below = _below(path, name)
        yield below
        yield from _paths(inner, below)


def _below(path: str, name: Any) -> str:
    return f"{path}.{name}" if path else str(name)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif not isinstance(value, bool) and value is not None:
        yield str(value)
