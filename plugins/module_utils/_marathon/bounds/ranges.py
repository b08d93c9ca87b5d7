# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bounds of one value: whether it is within them, and what it must be in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Mapping


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
            return None if value in self.words else self.rule()
        if self.text:
            return self._wrong_text(value)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        if (self.least is not None and value < self.least) or (self.most is not None and value > self.most):
            return self.rule()
        return None

    def _span(self) -> str:
        if self.most is None:
            return f"{_plain(self.least)} or more"
        return f"between {_plain(self.least)} and {_plain(self.most)}"

    def rule(self) -> str:
        """What a value must be, in words."""
        if self.words:
            return f"must be one of {', '.join(self.words)}"
        if not self.text:
            return f"must be {self._span()}"
        if self.pattern is not None:
            longest = "" if self.longest is None else f", with at most {self.longest} characters"
            return f"must be {self.form}{longest}"
        if self.longest is not None:
            return f"must have {self.shortest} to {self.longest} characters"
        return "must not be empty" if self.shortest else "must be a string"

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


def _plain(number: float | None) -> str:
    return str(int(number)) if number is not None and number == int(number) else f"{number:g}"
