# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many of its apps a set may remove at once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...errors import DefinitionError

_VALUE = re.compile(r"([0-9]+)(%?)")
_FEW = 10


@dataclass(frozen=True)
class Limit:
    """At most this many, or this many of 100; removals are refused only where each given bound is exceeded."""

    number: int | None = None
    percent: int | None = None

    def exceeded(self, removed: int, owned: int) -> bool:
        too_many = self.number is None or removed > self.number
        too_much = self.percent is None or removed * 100 > self.percent * owned
        return too_many and too_much

    def __str__(self) -> str:
        bounds = [] if self.percent is None else [f"{self.percent} %"]
        return " and ".join([*bounds, *([] if self.number is None else [str(self.number)])])


# For those who give none: a small set may lose anything, a large one half.
USUAL = Limit(number=_FEW, percent=50)


def read(value: str | None) -> Limit:
    if value is None:
        return USUAL
    found = _VALUE.fullmatch(value.strip())
    if found is None or (found[2] and int(found[1]) > 100):
        raise DefinitionError(
            f"prune_limit {value!r} is neither a number of apps nor a percentage of those that the set owns: give one "
            "like 25 or 30%"
        )
    return Limit(percent=int(found[1])) if found[2] else Limit(number=int(found[1]))
