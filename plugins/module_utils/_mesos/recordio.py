# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: RecordIO, in which Mesos sends a stream of events: the length in digits, a newline, and so many bytes."""

from __future__ import annotations

import json
from typing import Any

_MOST_DIGITS = 10


class Records:
    """Takes a stream in parts, wherever they are cut."""

    def __init__(self) -> None:
        self._left = b""

    def feed(self, part: bytes) -> list[dict[str, Any]]:
        """The events that are whole now. Raises ValueError for what is no RecordIO with JSON objects in it."""
        self._left += part
        found = []
        while True:
            digits, newline, rest = self._left.partition(b"\n")
            if len(digits) > _MOST_DIGITS or (digits and not digits.isdigit()) or (newline and not digits):
                raise ValueError(f"a record begins with {digits[:20]!r}, which is no length")
            if not newline or len(rest) < int(digits):
                return found
            try:
                record = json.loads(rest[: int(digits)])
            except RecursionError:
                raise ValueError("a record has too many levels") from None
            if not isinstance(record, dict):
                raise ValueError("a record is no JSON object")
            found.append(record)
            self._left = rest[int(digits) :]
