# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is secret in a definition: references that the targets get, and notes without a value."""

from __future__ import annotations

from typing import Any, Iterable

from ..notes import BOTH, MANUAL, SWARM, Notes, pointer
from .workload import SECRET, Variable

_NO_ENV = "no secret in the environment: the value is in the file named by {name}_FILE"


def variables(
    env: dict[str, Any], at: str, masked: Iterable[str], keys: dict[str, str], notes: Notes
) -> list[Variable]:
    """The variables of a definition. keys gets the key of each secret, and what it is for."""
    hidden = set(masked)
    found = []
    for name, value in env.items():
        place = at + pointer(name)
        if isinstance(value, dict):
            key = value["secret"]
            keys.setdefault(key, f"the secret {key} of the definition")
            notes.add(SWARM, MANUAL, place, _NO_ENV.format(name=name))
            found.append(Variable(name, key, SECRET, place))
        elif place in hidden:
            keys[name] = f"the value of {name} in the definition"
            text = f"{name} looks like a secret: create the secret {name} with its value, which is not written here"
            notes.add(BOTH, MANUAL, place, text)
            notes.add(SWARM, MANUAL, place, _NO_ENV.format(name=name))
            found.append(Variable(name, name, SECRET, place))
        else:
            found.append(Variable(name, str(value), at=place))
    return found


def note_declared(declared: dict[str, Any], keys: dict[str, str], notes: Notes) -> None:
    """Marathon shows that there is a secret, and never its value."""
    for name in declared:
        keys.setdefault(name, f"the secret {name} of the definition")
        text = f"create the secret {name}; its value is not readable through Marathon"
        notes.add(BOTH, MANUAL, pointer("secrets", name), text)


def note_hidden(hidden: Iterable[str], noted: Iterable[str], notes: Notes) -> None:
    """Places where a secret stood that no reference can replace."""
    known = tuple(noted)
    for place in hidden:
        if place not in known and not place.startswith("/secrets/"):
            text = "a secret stood here and is not written: put it there by hand, or let the program read a file"
            notes.add(BOTH, MANUAL, place, text)
