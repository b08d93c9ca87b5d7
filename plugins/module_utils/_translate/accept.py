# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which notes a person has accepted, so that they stop nothing any more."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Iterable, Mapping

from .notes import DROPPED, LEVELS, MANUAL, TARGETS
from .options import WrongOption

# Notes of these levels must be accepted.
GRAVE = (MANUAL, DROPPED)
_KEYS = ("id", "target", "level", "field")
_TEXT = re.compile(r"(?:(?P<target>swarm|kubernetes):)?(?:(?P<level>[a-z]+)|(?P<field>/.*|))")
_NAMED = 30


@dataclass(frozen=True)
class Accepted:
    """What is empty is any. field is a pattern and takes in what is below it; id is a pattern too."""

    id: str = ""
    target: str = ""
    level: str = ""
    field: str = ""

    def takes(self, note: Mapping[str, Any]) -> bool:
        if self.target and self.target != note["target"]:
            return False
        if self.level and self.level != note["level"]:
            return False
        if self.id and not fnmatchcase(note["id"], self.id):
            return False
        below = (self.field, self.field.rstrip("/") + "/*")
        return not self.field or any(fnmatchcase(note["field"], pattern) for pattern in below)


def read(given: Iterable[Any]) -> list[Accepted]:
    return [_read(one) for one in given]


def _read(given: Any) -> Accepted:
    if isinstance(given, Mapping):
        unknown = sorted(str(key) for key in given if key not in _KEYS)
        if unknown or not given:
            named = f"has {', '.join(unknown)}" if unknown else "is empty"
            raise WrongOption(f"an element of accept {named}: the keys are {', '.join(_KEYS)}")
        found = Accepted(**{str(key): str(value) for key, value in given.items() if value is not None})
    else:
        matched = _TEXT.fullmatch(given) if isinstance(given, str) and given.strip(" :") else None
        if not matched:
            raise WrongOption(
                f"accept has {given!r}: give a level or a field, for example dropped, /fetch or swarm:/fetch, or a "
                f"mapping with {', '.join(_KEYS)}"
            )
        found = Accepted(**{name: value or "" for name, value in matched.groupdict().items()})
    if found.level and found.level not in LEVELS:
        raise WrongOption(f"accept has the level {found.level!r}: the levels are {', '.join(LEVELS)}")
    if found.target and found.target not in TARGETS:
        raise WrongOption(f"accept has the target {found.target!r}: the targets are {', '.join(TARGETS)}")
    return found


def unaccepted(notes: Iterable[Mapping[str, Any]], accepted: list[Accepted]) -> list[dict[str, Any]]:
    """The notes that still stop the translation."""
    return [dict(note) for note in notes if note["level"] in GRAVE and not any(one.takes(note) for one in accepted)]


def unused(notes: list[dict[str, Any]], accepted: list[Accepted], given: list[Any]) -> list[str]:
    """What is accepted and never noted, which may be misspelt."""
    return [str(text) for number, text in enumerate(given) if not any(accepted[number].takes(note) for note in notes)]


def refusal(notes: list[dict[str, Any]]) -> str:
    """One sentence that names them; empty where there is none."""
    if not notes:
        return ""
    told = [f"{note['id']} {note['target']}:{note['field'] or '/'} ({note['level']}): {note['text']}" for note in notes]
    more = f"; and {len(told) - _NAMED} more, all of them in REPORT.md" if len(told) > _NAMED else ""
    return (
        f"{len(told)} notes are not accepted: {'; '.join(told[:_NAMED])}{more}. Do what they say or decide that it is "
        "not needed, and accept them by field or level"
    )
