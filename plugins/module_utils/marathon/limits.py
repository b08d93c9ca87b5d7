# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds of single values: a table by place, and what is wrong with a definition by it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import details


@dataclass(frozen=True)
class Problem:
    """reason ends the sentence that begins with the path, like 'must be 0 or more'."""

    path: str
    reason: str
    value: Any = None

    def __str__(self) -> str:
        shown = details.shown(self.value, self.path)
        return f"{self.path} {self.reason}" if shown is None else f"{self.path} is {shown}, but {self.reason}"


@dataclass(frozen=True)
class Bounds:
    """Of a number, or of a text where text is set."""

    least: float | None = None
    most: float | None = None
    words: tuple[str, ...] = ()
    # Of a text: what it must match, in words, and its length.
    text: bool = False
    pattern: str | None = None
    form: str = ""
    shortest: int = 0
    longest: int | None = None

    def wrong(self, value: Any) -> str | None:
        """What is wrong, None if nothing is."""
        if self.words:
            return None if value in self.words else f"must be one of {', '.join(self.words)}"
        if self.text:
            return self._wrong_text(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            return f"must be {self._span()}"
        return None

    def _span(self) -> str:
        if self.most is None:
            return f"{self.least:g} or more"
        return f"between {self.least:g} and {self.most:g}"

    def _wrong_text(self, value: Any) -> str | None:
        if not isinstance(value, str):
            return "must be a string"
        if len(value) < self.shortest:
            return "must not be empty"
        if self.longest is not None and len(value) > self.longest:
            return f"must have at most {self.longest} characters"
        if self.pattern is not None and not re.fullmatch(self.pattern, value):
            return f"must be {self.form}"
        return None


# Of a place like /containers()/name: brackets stand for any element, * for any key.
Table = Mapping[str, Bounds]


# Whose keys are names that people choose.
_MAPS = ("/secrets",)


def problems(definition: dict[str, Any], table: Table, required: Mapping[str, tuple[str, ...]]) -> list[Problem]:
    """By the bounds, and by the members that a mapping at a place must have."""
    found = []
    for path, place, value in _walked(definition, "", ""):
        bounds = table.get(place)
        reason = bounds.wrong(value) if bounds else None
        if reason:
            found.append(Problem(path, reason, value))
        if isinstance(value, dict):
            found += [Problem(f"{path}/{name}", "is required") for name in required.get(place, ()) if name not in value]
        elif place in required:
            found.append(Problem(path, "must be a mapping"))
    return found


def _walked(value: Any, path: str, place: str) -> Iterator[tuple[str, str, Any]]:
    yield path, place, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walked(inner, f"{path}/{name}", f"{place}/{'*' if place in _MAPS else name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walked(inner, f"{path}({index})", f"{place}()")
