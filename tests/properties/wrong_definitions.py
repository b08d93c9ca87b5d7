"""Definitions with one thing wrong each, by the API's own types: another type, out of range, blank, missing, misspelt.

What templates and people write for the right value (a number as text, a word in other letters, a blank where a field
may be left out) is not wrong, so it is not made here.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import carriers

from labengine.marathon.definition import app_fields, pod_schema, types

Step = str | int
# Below these a value may be a secret, and is rightly left out of a message.
_PRIVATE = {"env", "environment", "labels", "secrets", "parameters", "pullConfig", "options", "cmd", "args", "command"}
_PRIVATE |= {"credential"}
# Modules fill these in.
_FILLED_IN = ("id", "resources", "minimumHealthCapacity", "maximumOverCapacity")
# Without these it is a volume of another kind, or another kind of command.
_TOLD_BY = ("persistent", "external", "secret", "host", "hostPath", "argv", "shell", "provider", "containers")
# To be given as empty is to be left to Marathon.
_MAY_BE_EMPTY = ("httpStatusCodesForReady", "protocol")
_LONG = "x" * 1100
MISSING: Any = object()


@dataclass(frozen=True)
class Wrong:
    """What is wrong is at path; value is MISSING for what is required and not there."""

    kind: str
    path: tuple[Step, ...]
    value: Any
    definition: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the field; an element of a list has that of the list."""
        return next(str(step) for step in reversed(self.path) if isinstance(step, str))

    @property
    def private(self) -> bool:
        return any(step in _PRIVATE for step in self.path)


def of_apps() -> list[Wrong]:
    return [wrong for one in carriers.APPS for wrong in _all(one, app_fields.APP)]


def of_pods() -> list[Wrong]:
    return [wrong for one in carriers.PODS for wrong in _all(one, pod_schema.POD)]


def _all(carrier: dict[str, Any], kind: types.Record) -> Iterator[Wrong]:
    for what, path, value in _wrong(carrier, kind, ()):
        yield Wrong(what, path, value, _with(carrier, path, value))


def _with(carrier: dict[str, Any], path: tuple[Step, ...], value: Any) -> dict[str, Any]:
    made = copy.deepcopy(carrier)
    above: Any = made
    for step in path[:-1]:
        above = above[step]
    if value is MISSING:
        del above[path[-1]]
    else:
        above[path[-1]] = value
    return made


def _wrong(value: Any, kind: Any, path: tuple[Step, ...]) -> Iterator[tuple[str, tuple[Step, ...], Any]]:
    if isinstance(kind, types.Choice):
        kind = kind.select(value)
    if path:
        yield from ((what, path, one) for what, one in _values(kind, path))
    if isinstance(kind, types.Record) and isinstance(value, dict):
        yield from _members(value, kind, path)
    elif isinstance(kind, types.Dictionary):
        for name, inner in value.items():
            yield from _wrong(inner, kind.value, (*path, name))
    elif isinstance(kind, types.Many):
        for index, inner in enumerate(value):
            yield from _wrong(inner, kind.item, (*path, index))


def _members(
    value: dict[str, Any], kind: types.Record, path: tuple[Step, ...]
) -> Iterator[tuple[str, tuple[Step, ...], Any]]:
    for name, inner in value.items():
        field = kind.fields[name]
        yield from _wrong(inner, field.type, (*path, name))
        if field.required and name not in _FILLED_IN + _TOLD_BY and (*path, name) != ("scaling", "kind"):
            yield "missing", (*path, name), MISSING
        text = isinstance(field.type, types.Text) and field.type.shortest
        if text and field.required and name not in _TOLD_BY:
            yield "blank", (*path, name), ""
    if value:
        name = next(iter(value))
        yield "misspelt", (*path, f"{name[:-1]}x{name[-1]}"), "text"


def _values(kind: Any, path: tuple[Step, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(kind, types.Record):
        yield from (("type", one) for one in ([1], 5, "text") if one == [1] or not _may_be_text(path))
    elif isinstance(kind, types.Dictionary):
        yield from (("type", one) for one in (["a"], 5, "text"))
    elif isinstance(kind, types.Many):
        yield from (("type", one) for one in ({"x": 1}, 5, "text"))
        if kind.fewest and path[-1] not in _MAY_BE_EMPTY:
            yield "blank", []
    elif isinstance(kind, types.Text):
        yield from (("type", one) for one in (["a"], {"x": 1}) if not (isinstance(one, dict) and path[0] == "env"))
        yield from (("range", one) for one in ("-A_b!", _LONG) if _refused(kind, one))
    elif isinstance(kind, types.Enum):
        yield from (("type", ["a"]), *([] if path[-1] == "provider" else [("range", "nope")]))
    elif isinstance(kind, types.Boolean):
        yield from (("type", one) for one in ("maybe", 5, ["a"]))
    elif isinstance(kind, (types.Integer, types.Number)):
        yield from (("type", one) for one in ("many", True, [1], {"x": 1}))
        whole = isinstance(kind, types.Integer)
        yield from (("range", one) for one in (-1, 0, 0.5, 70000, 2**40) if _refused(kind, one))
        assert not whole or _refused(kind, 0.5)


def _may_be_text(path: tuple[Step, ...]) -> bool:
    return path[-1] == "unreachableStrategy" or (len(path) > 1 and path[-2] in ("env", "environment"))


def _refused(kind: Any, value: Any) -> bool:
    failures: list[Any] = []
    kind.read(value, "/x", failures)
    return bool(failures)


def placed(path: tuple[Step, ...]) -> str:
    """As messages write it: /container/volumes(0)/mode."""
    return "".join(f"({step})" if isinstance(step, int) else f"/{step}" for step in path)
