# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a translation loses or leaves to a person: one note for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

SWARM = "swarm"
KUBERNETES = "kubernetes"
BOTH = "both"
TARGETS = (KUBERNETES, SWARM)

MANUAL = "manual"
DROPPED = "dropped"
APPROXIMATE = "approximate"
WARNING = "warning"
# What a person must decide about comes first.
LEVELS = (MANUAL, DROPPED, APPROXIMATE, WARNING)


@dataclass(frozen=True)
class Note:
    """field is a JSON pointer into the definition in Marathon's canonical form, but for /ports/<n>: the n-th port."""

    target: str
    level: str
    field: str
    text: str


@dataclass
class Notes:
    found: list[Note] = field(default_factory=list)

    def add(self, target: str, level: str, pointer: str, text: str) -> None:
        note = Note(target, level, pointer, text)
        if note not in self.found:
            self.found.append(note)

    def of(self, target: str, workload_id: str) -> list[dict[str, Any]]:
        """The notes of one target, those that hold for both among them."""
        own = [note for note in self.found if note.target in (target, BOTH)]
        return [
            {"id": workload_id, "target": target, "level": note.level, "field": note.field, "text": note.text}
            for note in sorted(own, key=lambda note: LEVELS.index(note.level))
        ]


def pointer(*steps: Any) -> str:
    """A JSON pointer (RFC 6901)."""
    return "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in steps)
