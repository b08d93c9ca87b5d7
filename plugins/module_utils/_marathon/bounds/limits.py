# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds of single values: a table by place, and what is wrong with a definition by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Iterator, Mapping

from . import details
from .ranges import Table


@dataclass(frozen=True)
class Problem:
    """reason ends the sentence that begins with the path, like 'must be 0 or more'."""

    path: str
    reason: str
    value: Any = None

    def __str__(self) -> str:
        shown = details.shown(self.value, self.path) or details.kind_of(self.value)
        return f"{self.path} {self.reason}" if shown is None else f"{self.path} is {shown}, but {self.reason}"


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
            found.append(Problem(path, "must be a mapping", value))
    return found


def _walked(value: Any, path: str, place: str) -> Iterator[tuple[str, str, Any]]:
    yield path, place, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _walked(inner, f"{path}/{name}", f"{place}/{'*' if place in _MAPS else name}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walked(inner, f"{path}({index})", f"{place}()")
