"""Holds a JSON value against the types of Marathon 1.11: which keys it may and must have, and of which types.

``data/marathon-1.11/types.json`` holds the names, types and enumerations of Marathon's RAML files, and ``events.json``
those of its events, both in one small language. A word is a type of JSON (``string``, ``number``, ``integer``,
``boolean``, ``null``) or the name of a type of the file; ``[type]`` is a list; ``{"map": type}`` an object with any
keys; ``{"enum": [...]}`` one of these texts; ``{"either": [...]}`` one of these types; any other object lists the keys,
with a question mark behind those that may be missing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data" / "marathon-1.11"
TYPES: dict[str, Any] = json.loads((DATA / "types.json").read_text(encoding="utf-8"))
EVENTS: dict[str, Any] = json.loads((DATA / "events.json").read_text(encoding="utf-8"))

_SCALARS = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
}


def event(kind: str) -> Any:
    """The type of an event's JSON."""
    return {**EVENTS[kind], "eventType": {"enum": [kind]}, "timestamp": "string"}


def differences(wanted: Any, value: Any, path: str = "") -> Iterator[str]:
    """Each difference as ``path: what``; a list tells that of any of its elements once."""
    if isinstance(wanted, str) and wanted in TYPES:
        wanted = TYPES[wanted]
    if isinstance(wanted, str):
        if not _SCALARS[wanted](value):
            yield f"{path or '.'}: {_kind(value)} instead of {wanted}"
    elif isinstance(wanted, list):
        yield from _of_list(wanted[0], value, path)
    elif "enum" in wanted:
        if value not in wanted["enum"]:
            yield f"{path or '.'}: {value!r} is none of {', '.join(wanted['enum'])}"
    elif "either" in wanted:
        found = [list(differences(one, value, path)) for one in wanted["either"]]
        if all(found):
            # Those of the type that it resembles most, which is none that differs in its kind.
            yield from min(found, key=lambda one: (one[0].startswith(f"{path or '.'}: "), len(one)))
    elif not isinstance(value, dict):
        yield f"{path or '.'}: {_kind(value)} instead of object"
    elif "map" in wanted:
        for key, member in value.items():
            yield from differences(wanted["map"], member, f"{path}.{key}")
    else:
        yield from _of_object(wanted, value, path)


def _of_list(wanted: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path or '.'}: {_kind(value)} instead of list"
        return
    yield from dict.fromkeys(found for one in value for found in differences(wanted, one, f"{path}[]"))


def _of_object(wanted: dict[str, Any], value: dict[str, Any], path: str) -> Iterator[str]:
    known = {name.removesuffix("?"): (shape, name.endswith("?")) for name, shape in wanted.items()}
    for name, (shape, optional) in known.items():
        if name in value:
            yield from differences(shape, value[name], f"{path}.{name}")
        elif not optional:
            yield f"{path}.{name}: missing"
    for name in sorted(value.keys() - known.keys()):
        yield f"{path}.{name}: not in the type"


def _kind(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "object" if isinstance(value, dict) else "list"
    return next(name for name in ("string", "boolean", "null", "integer", "number") if _SCALARS[name](value))
