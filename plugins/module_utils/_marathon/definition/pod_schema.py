# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kinds of values of a pod: how each is read, what Marathon fills in, and what it ignores.

A field reads its value into the form that GET returns, and completes it with the defaults of the records inside.
"""

from __future__ import annotations

import copy
from typing import Any, Callable

from ..._names import nearest
from ..errors import DefinitionError
from . import values

Read = Callable[[Any, str], Any]


class PodField:
    """With blank_is_none a blank text says nothing, as if the field was not there."""

    def __init__(self, read: Read, blank_is_none: bool = False) -> None:
        self._read = read
        self._blank_is_none = blank_is_none

    def says_nothing(self, value: Any) -> bool:
        return self._blank_is_none and isinstance(value, str) and not value.strip()

    def read(self, value: Any, path: str) -> Any:
        return self._read(value, path)

    def complete(self, value: Any) -> Any:
        return value

    def unknown(self, value: Any, path: str) -> list[str]:
        """One sentence for every field inside that Marathon drops without a word."""
        return []


class PodRecord(PodField):
    def __init__(self, fields: dict[str, PodField], defaults: dict[str, Any] | None = None) -> None:
        super().__init__(values.mapping)
        self.fields = fields
        self.defaults = defaults or {}

    def read(self, value: Any, path: str) -> dict[str, Any]:
        given = super().read(value, path)
        found = {
            name: field.read(given[name], f"{path}/{name}")
            for name, field in self.fields.items()
            if name in given and not field.says_nothing(given[name])
        }
        # To Marathon an empty collection is an absent one.
        return {
            name: element
            for name, element in found.items()
            if element not in ([], {}) or isinstance(self.fields[name], Filled)
        }

    def complete(self, value: dict[str, Any]) -> dict[str, Any]:
        whole = {**copy.deepcopy(self.defaults), **value}
        return {name: self.fields[name].complete(element) for name, element in whole.items()}

    def unknown(self, value: Any, path: str) -> list[str]:
        if not isinstance(value, dict):
            return []
        found = []
        for name in value:
            if name in self.fields:
                found += self.fields[name].unknown(value[name], f"{path}/{name}")
                continue
            near = nearest(str(name), self.fields)
            hint = f"; did you mean {near!r}?" if near else ""
            found.append(f"Marathon knows no pod field {path}/{name} and ignores it{hint}")
        return found


class Filled(PodRecord):
    """An empty one is not an absent one: Marathon's rules say what it lacks."""


class Many(PodField):
    """A list; where its order says nothing, it is brought into one."""

    def __init__(self, element: PodField, unordered: bool = False) -> None:
        super().__init__(values.sequence)
        self._element = element
        self._unordered = unordered

    def read(self, value: Any, path: str) -> list[Any]:
        found = [self._element.read(one, f"{path}({n})") for n, one in enumerate(super().read(value, path))]
        return values.as_set(found) if self._unordered else found

    def complete(self, value: list[Any]) -> list[Any]:
        return [self._element.complete(one) for one in value]

    def unknown(self, value: Any, path: str) -> list[str]:
        elements = value if isinstance(value, list) else []
        return [text for n, one in enumerate(elements) for text in self._element.unknown(one, f"{path}({n})")]


class Keys(PodField):
    """A mapping whose keys are the user's own; inside is what a value is that is a mapping."""

    def __init__(self, read: Read, inside: PodField | None = None) -> None:
        super().__init__(read)
        self._inside = inside

    def unknown(self, value: Any, path: str) -> list[str]:
        if self._inside is None or not isinstance(value, dict):
            return []
        return [text for name, one in value.items() for text in self._inside.unknown(one, f"{path}/{name}")]


class Strategy(PodRecord):
    """The unreachable strategy, which any string but a blank one switches off."""

    def says_nothing(self, value: Any) -> bool:
        return isinstance(value, str) and not value.strip()

    def read(self, value: Any, path: str) -> Any:
        return "disabled" if isinstance(value, str) else super().read(value, path)

    def complete(self, value: Any) -> Any:
        return value if isinstance(value, str) else super().complete(value)


def _text(value: Any, path: str) -> Any:
    return values.scalar_text(_word(value, path))


def _word(value: Any, path: str) -> Any:
    """A number where text is needed is left for Marathon's rules."""
    if isinstance(value, (dict, list)):
        raise DefinitionError(f"{path} must be text, not {values.shown(value, path)}")
    return value


def _texts(value: Any, path: str) -> dict[str, Any]:
    return {name: _text(text, f"{path}/{name}") for name, text in values.mapping(value, path).items()}


def _texts_or_secrets(value: Any, path: str) -> dict[str, Any]:
    return {
        name: (REFERENCE.read if isinstance(one, dict) else _text)(one, f"{path}/{name}")
        for name, one in values.mapping(value, path).items()
    }


def _secrets(value: Any, path: str) -> dict[str, Any]:
    return {name: _SECRET.read(one, f"{path}/{name}") for name, one in values.mapping(value, path).items()}


def _cased(change: Callable[[str], str]) -> PodField:
    def read(value: Any, path: str) -> Any:
        return change(value) if isinstance(value, str) else _word(value, path)

    return PodField(read, blank_is_none=True)


def _limit(value: Any, path: str) -> Any:
    return value.lower() if isinstance(value, str) and value.lower() == "unlimited" else values.number(value, path)


TEXT = PodField(_text, blank_is_none=True)
WORD = PodField(_word, blank_is_none=True)
# What its record cannot do without: a blank one is left for Marathon to refuse.
NEEDED = PodField(_word)
TEXTS = Keys(_texts)
REFERENCE = PodRecord({"secret": NEEDED})
ENVIRONMENT = Keys(_texts_or_secrets, REFERENCE)
_SECRET = PodRecord({"source": NEEDED})
INTEGER = PodField(values.integer)
NUMBER = PodField(values.number)
FLAG = PodField(values.flag)
UPPER, LOWER = _cased(str.upper), _cased(str.lower)
SECRETS = Keys(_secrets, _SECRET)
LIMIT = PodField(_limit, blank_is_none=True)
