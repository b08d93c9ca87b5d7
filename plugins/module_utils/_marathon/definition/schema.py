# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of values, how they are read from what people write, and how records get the defaults of a release."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Iterable, Iterator, Mapping, Tuple

from ..errors import DefinitionError
from . import values

# Releases compare as tuples: (1, 4, 6), and (1, 4) for the first of its line.
Release = Tuple[int, ...]


class Shape:
    """A kind of value that has nothing inside. With blank_is_none a blank text says nothing, as if it was not there."""

    blank_is_none = False

    def __init__(self, read: Callable[[Any, str], Any], blank_is_none: bool = False) -> None:
        self.read = read
        self.blank_is_none = blank_is_none

    def complete(self, value: Any, release: Release) -> Any:
        return value

    def known(self, value: Any, path: str, release: Release) -> Any:
        """The value without members that the release does not know; one that asks for something is refused."""
        return value

    def unknown(self, value: Any, path: str) -> Iterator[tuple[str, Iterable[str]]]:
        """The places inside that the table does not have, each with the names that it has there."""
        return iter(())


@dataclass(frozen=True)
class Member:
    """A member of a record.

    default      what Marathon assumes where it is not declared; None when it then stays unset
    before       (release, default) where releases before the named one assume something else
    since        the first release that knows it
    drop_empty   an empty list or mapping is the same as none
    needed       its record means nothing without it, so a blank text is left for Marathon to refuse, or is a value
    """

    shape: Shape
    default: Any = None
    before: tuple[Release, Any] | None = None
    since: Release = (0, 8)
    drop_empty: bool = False
    needed: bool = False

    def says_nothing(self, value: Any) -> bool:
        """Whether it is what a template or a form leaves in place of a value that is not given."""
        if self.drop_empty and value in ([], {}):
            return True
        return isinstance(value, str) and self.shape.blank_is_none and not self.needed and not value.strip()

    def default_in(self, release: Release) -> Any:
        if release < self.since:
            return None
        return self.before[1] if self.before is not None and release < self.before[0] else self.default


@dataclass(frozen=True)
class Record(Shape):
    rows: Mapping[str, Member] = field(default_factory=dict)

    def read(self, value: Any, path: str) -> dict[str, Any]:
        read = {}
        for name, inner in values.mapping(value, path).items():
            row = self.rows.get(name)
            # What Marathon does not know, it drops without a word.
            if row is not None and not row.says_nothing(inner):
                read[name] = row.shape.read(inner, f"{path}/{name}")
        return read

    def complete(self, value: Any, release: Release) -> dict[str, Any]:
        completed = {name: self.rows[name].shape.complete(inner, release) for name, inner in value.items()}
        for name, row in self.rows.items():
            if name not in completed:
                default = row.default_in(release)
                if default is not None:
                    completed[name] = default.copy() if isinstance(default, (dict, list)) else default
        return completed

    def known(self, value: Any, path: str, release: Release) -> dict[str, Any]:
        kept = {}
        for name, inner in value.items():
            row = self.rows[name]
            if release >= row.since:
                kept[name] = row.shape.known(inner, f"{path}/{name}", release)
            elif inner and inner != row.default:
                raise too_new(f"{path}/{name}", row.since, release)
        return kept

    def unknown(self, value: Any, path: str) -> Iterator[tuple[str, Iterable[str]]]:
        for name, inner in value.items() if isinstance(value, dict) else ():
            row = self.rows.get(name)
            if row is not None:
                yield from row.shape.unknown(inner, f"{path}/{name}")
            elif inner is not None:
                yield f"{path}/{name}", self.rows


@dataclass(frozen=True)
class List(Shape):
    element: Shape
    unordered: bool = False

    def read(self, value: Any, path: str) -> list[Any]:
        return [self.element.read(one, f"{path}({index})") for index, one in enumerate(values.sequence(value, path))]

    def complete(self, value: Any, release: Release) -> list[Any]:
        completed = [self.element.complete(one, release) for one in value]
        return values.as_set(completed) if self.unordered else completed

    def known(self, value: Any, path: str, release: Release) -> list[Any]:
        return [self.element.known(one, f"{path}({index})", release) for index, one in enumerate(value)]

    def unknown(self, value: Any, path: str) -> Iterator[tuple[str, Iterable[str]]]:
        if isinstance(value, list):
            for index, one in enumerate(value):
                yield from self.element.unknown(one, f"{path}({index})")


@dataclass(frozen=True)
class Dictionary(Shape):
    element: Shape

    def read(self, value: Any, path: str) -> dict[str, Any]:
        return {name: self.element.read(one, f"{path}/{name}") for name, one in values.mapping(value, path).items()}

    def complete(self, value: Any, release: Release) -> dict[str, Any]:
        return {name: self.element.complete(one, release) for name, one in value.items()}

    def unknown(self, value: Any, path: str) -> Iterator[tuple[str, Iterable[str]]]:
        if isinstance(value, dict):
            for name, one in value.items():
                yield from self.element.unknown(one, f"{path}/{name}")


@dataclass(frozen=True)
class Choice(Shape):
    """One of several shapes, told from the value itself."""

    select: Callable[[Any], Shape]
    blank_is_none: bool = False

    def read(self, value: Any, path: str) -> Any:
        return self.select(value).read(value, path)

    def complete(self, value: Any, release: Release) -> Any:
        return self.select(value).complete(value, release)

    def known(self, value: Any, path: str, release: Release) -> Any:
        return self.select(value).known(value, path, release)

    def unknown(self, value: Any, path: str) -> Iterator[tuple[str, Iterable[str]]]:
        return self.select(value).unknown(value, path)


def shown_release(release: Release) -> str:
    return ".".join(str(number) for number in release)


def too_new(what: str, since: Release, release: Release) -> DefinitionError:
    return DefinitionError(
        f"{what} came with Marathon {shown_release(since)}, and this one is {shown_release(release)}, which would drop "
        "it without a word: do not declare it, or upgrade Marathon"
    )


def _text(value: Any, path: str) -> str:
    if isinstance(value, (dict, list)):
        raise DefinitionError(f"{path} must be text, not {values.shown(value, path)}")
    return values.scalar_text(value)


def _protocols(value: Any, path: str) -> str:
    # Both of them have one order.
    return ",".join(sorted(_text(value, path).lower().replace(" ", "").split(","), reverse=True))


TEXT = Shape(_text, blank_is_none=True)
UPPER = Shape(lambda value, path: _text(value, path).upper(), blank_is_none=True)
LOWER = Shape(lambda value, path: _text(value, path).lower(), blank_is_none=True)
PROTOCOLS = Shape(_protocols, blank_is_none=True)
INTEGER = Shape(values.integer)
NUMBER = Shape(values.number)
FLAG = Shape(values.flag)
ID = Shape(values.absolute_id)
ANY = Shape(lambda value, path: value)
TEXTS = List(TEXT)
TEXT_SET = List(TEXT, unordered=True)
LABELS = Dictionary(TEXT)
