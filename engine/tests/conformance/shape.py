"""The shape of an answer: its keys and the types of its values, without the values.

A scalar's shape is the name of its type. A list's shape is ``[shape]`` with one shape that fits every element seen, or
``[]`` when none was seen. An object's shape maps each key to a shape; a key that only some elements of a list had ends
in ``?``. A map whose keys are data, not names, is one word: ``resources``, ``attributes``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Shape = Any

SCALARS = frozenset({"cpus", "mem", "disk", "gpus"})
RESOURCE_MAPS = frozenset({
    "resources", "used_resources", "offered_resources", "unreserved_resources", "reserved_resources_allocated",
    "unreserved_resources_allocated", "consumed", "guarantee", "limit", "allocated", "offered", "reserved"})


def shape_of(value: Any, name: str = "") -> Shape:
    if isinstance(value, dict):
        known = _data_map(value, name)
        return known or {key: shape_of(member, key) for key, member in sorted(value.items())}
    if isinstance(value, list):
        shapes = [shape_of(element, name) for element in value]
        return [merged(shapes)] if shapes else []
    # JSON has one number type, and Mesos writes a whole number now as 1, now as 1.0.
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, (int, float)) else "string"


def _data_map(value: dict[str, Any], name: str) -> str | None:
    """The word for a map whose keys are data: resources by name, attributes, resources by role."""
    if name == "attributes" and all(isinstance(member, (str, float, int)) for member in value.values()):
        return "attributes"
    if name == "reserved_resources" and all(_resources(member) for member in value.values()):
        return "resources by role"
    if name == "reserved_resources_full" and all(isinstance(member, list) for member in value.values()):
        return "full resources by role"
    return "resources" if name in RESOURCE_MAPS and _resources(value) else None


def _resources(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(member, (int, float)) if name in SCALARS else isinstance(member, str)
        for name, member in value.items())


def merged(shapes: list[Shape]) -> Shape:
    """One shape for several elements of a list; elements of different types are told as ``type|type``."""
    if all(isinstance(shape, dict) for shape in shapes):
        names = {key.removesuffix("?") for shape in shapes for key in shape}
        result = {}
        for name in sorted(names):
            found = [shape[key] for shape in shapes for key in (name, f"{name}?") if key in shape]
            always = all(name in shape for shape in shapes)
            result[name if always else f"{name}?"] = merged(found)
        return result
    if all(isinstance(shape, list) for shape in shapes):
        inner = [element for shape in shapes for element in shape]
        return [merged(inner)] if inner else []
    kinds = {shape if isinstance(shape, str) else type(shape).__name__ for shape in shapes}
    return shapes[0] if len(kinds) == 1 else "|".join(sorted(kinds))


def differences(wanted: Shape, actual: Shape, path: str = "") -> Iterator[str]:
    """Each difference as ``path: what``."""
    if isinstance(wanted, dict) and isinstance(actual, dict):
        yield from _objects(wanted, actual, path)
    elif isinstance(wanted, list) and isinstance(actual, list):
        if wanted and actual:
            yield from differences(wanted[0], actual[0], f"{path}[]")
    elif isinstance(wanted, str) and isinstance(actual, str):
        if not set(actual.split("|")) <= set(wanted.split("|")):
            yield f"{path or '.'}: {actual} instead of {wanted}"
    else:
        yield f"{path or '.'}: {_kind(actual)} instead of {_kind(wanted)}"


def _objects(wanted: dict[str, Shape], actual: dict[str, Shape], path: str) -> Iterator[str]:
    known = {key.removesuffix("?"): (shape, key.endswith("?")) for key, shape in wanted.items()}
    given = {key.removesuffix("?"): (shape, key.endswith("?")) for key, shape in actual.items()}
    for name, (shape, optional) in sorted(known.items()):
        if name in given:
            yield from differences(shape, given[name][0], f"{path}.{name}")
        if not optional and (name not in given or given[name][1]):
            yield f"{path}.{name}: missing"
    for name in sorted(given.keys() - known.keys()):
        yield f"{path}.{name}: not in the recording"


def paths(shape: Shape, path: str = "") -> Iterator[tuple[str, bool]]:
    """Every key by its path, and whether all elements of its list had it; every list that has elements."""
    if isinstance(shape, dict):
        for key, member in shape.items():
            name = f"{path}.{key.removesuffix('?')}"
            yield name, not key.endswith("?")
            yield from paths(member, name)
    elif isinstance(shape, list) and shape:
        yield f"{path}[]", True
        yield from paths(shape[0], f"{path}[]")


def _kind(shape: Shape) -> str:
    if isinstance(shape, dict):
        return "object"
    return "list" if isinstance(shape, list) else str(shape)
