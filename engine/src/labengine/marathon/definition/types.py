"""A small language for the types of Marathon's JSON, and the reader for it.

Every type turns a JSON value into its canonical form or notes failures with their paths. Fields that are absent or
null stay absent unless they have a default.
"""

from __future__ import annotations

import copy
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

from labengine.marathon.definition.errors import Failure
from labengine.marathon.definition.jsontext import compact

ABSENT: Any = object()

_OFFSET_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)")


class Type(Protocol):
    def read(self, value: Any, path: str, failures: list[Failure]) -> Any: ...


@dataclass(frozen=True)
class Text:
    pattern: str | None = None
    matches: Callable[[str], bool] | None = None
    shortest: int = 0
    longest: int | None = None

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        if not isinstance(value, str):
            failures.append((path, "error.expected.jsstring"))
            return ABSENT
        if len(value) < self.shortest:
            failures.append((path, "error.minLength"))
        if self.longest is not None and len(value) > self.longest:
            failures.append((path, "error.maxLength"))
        if (self.pattern and not re.fullmatch(self.pattern, value)) or (self.matches and not self.matches(value)):
            failures.append((path, "error.pattern"))
        return value


@dataclass(frozen=True)
class Enum:
    values: tuple[str, ...]

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        for literal in self.values:
            if isinstance(value, str) and literal.lower() == value.lower():
                return literal
        failures.append((path, "error.unknown.enum.literal"))
        return ABSENT


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _bounds(value: float, low: float | None, high: float | None, path: str, failures: list[Failure]) -> None:
    if low is not None and value < low:
        failures.append((path, "error.min"))
    if high is not None and value > high:
        failures.append((path, "error.max"))


@dataclass(frozen=True)
class Integer:
    low: int | None = None
    high: int | None = None
    bits: int = 32

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        if not _is_number(value):
            failures.append((path, "error.expected.jsnumber"))
            return ABSENT
        limit = 2 ** (self.bits - 1)
        if not -limit <= value < limit or value != int(value):
            failures.append((path, "error.expected.int" if self.bits == 32 else "error.expected.long"))
            return ABSENT
        _bounds(value, self.low, self.high, path, failures)
        return int(value)


@dataclass(frozen=True)
class Number:
    low: float | None = None
    high: float | None = None

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        if not _is_number(value) or abs(value) > sys.float_info.max:
            failures.append((path, "error.expected.jsnumber"))
            return ABSENT
        _bounds(value, self.low, self.high, path, failures)
        return float(value)


@dataclass(frozen=True)
class Boolean:
    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        if not isinstance(value, bool):
            failures.append((path, "error.expected.jsboolean"))
            return ABSENT
        return value


@dataclass(frozen=True)
class Timestamp:
    """A point in time, brought to the form in which Marathon writes versions."""

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        if not isinstance(value, str):
            failures.append((path, "error.expected.jsstring"))
            return ABSENT
        if _OFFSET_DATE_TIME.fullmatch(value):
            with suppress(ValueError, OverflowError):
                moment = datetime.fromisoformat(value).astimezone(UTC)
                return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        failures.append((path, "error.expected.date.isoformat"))
        return ABSENT


@dataclass(frozen=True)
class Many:
    """An array; `unique` arrays are sets, so repeated elements collapse."""

    item: Type
    unique: bool = False
    fewest: int = 0

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        if not isinstance(value, list):
            failures.append((path, "error.expected.jsarray"))
            return ABSENT
        items: list[Any] = []
        for index, raw in enumerate(value):
            item = self.item.read(raw, f"{path}({index})", failures)
            if item is not ABSENT and not (self.unique and item in items):
                items.append(item)
        if len(value) < self.fewest:
            failures.append((path, "error.minLength"))
        return items


@dataclass(frozen=True)
class Dictionary:
    value: Type

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        if not isinstance(value, dict):
            failures.append((path, "error.expected.jsobject"))
            return ABSENT
        read = {key: self.value.read(raw, f"{path}/{key}", failures) for key, raw in value.items()}
        return {key: item for key, item in read.items() if item is not ABSENT}


@dataclass(frozen=True)
class Field:
    type: Type
    required: bool = False
    default: Any = ABSENT


@dataclass(frozen=True)
class Record:
    fields: Mapping[str, Field] = field(default_factory=dict)

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        if not isinstance(value, dict):
            needed = [] if path else [name for name, spec in self.fields.items() if spec.required]
            # At the top the type layer looks for what must be there, whatever it has before it.
            failures += [(f"/{name}", f"{compact(value)} is not an object") for name in needed]
            if not needed:
                failures.append((path, "error.expected.jsobject"))
            return ABSENT
        result: dict[str, Any] = {}
        for name, spec in self.fields.items():
            raw = value.get(name)
            if raw is None and not (spec.required and name in value):
                if spec.required:
                    failures.append((f"{path}/{name}", self._missing(name, value)))
                elif spec.default is not ABSENT:
                    result[name] = copy.deepcopy(spec.default)
                continue
            item = spec.type.read(raw, f"{path}/{name}", failures)
            if item is not ABSENT:
                result[name] = item
        return result

    def _missing(self, name: str, value: dict[str, Any]) -> str:
        """A type of one field is read in another way."""
        return "error.path.missing" if len(self.fields) == 1 else f"'{name}' is undefined on object: {compact(value)}"


@dataclass(frozen=True)
class Choice:
    """A union whose alternative is recognised from the value itself."""

    select: Callable[[Any], Type]

    def read(self, value: Any, path: str, failures: list[Failure]) -> Any:
        return self.select(value).read(value, path, failures)
