# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: RecordIO, in which Mesos sends a stream of events: the length in digits, a newline, and so many bytes."""

from __future__ import annotations

import json
from typing import Any

# Less than 1 GB, which is more than the state of a cluster has.
_MOST_DIGITS = 9


class Records:
    """Takes a stream in parts, wherever they are cut."""

    def __init__(self) -> None:
        # It grows in place: a state may come in thousands of parts.
        self._left = bytearray()

    def feed(self, part: bytes) -> list[dict[str, Any]]:
        """The events that are whole now. Raises ValueError for what is no RecordIO with JSON objects in it."""
        self._left += part
        found = []
        start = 0
        while True:
            newline = self._left.find(b"\n", start, start + _MOST_DIGITS + 1)
            digits = bytes(self._left[start : newline if newline >= 0 else start + _MOST_DIGITS + 1])
            if len(digits) > _MOST_DIGITS or (digits and not digits.isdigit()) or (newline >= 0 and not digits):
                raise ValueError(f"a record begins with {digits[:20]!r}, which is no length")
            end = newline + 1 + int(digits or 0)
            if newline < 0 or len(self._left) < end:
                del self._left[:start]
                return found
            found.append(_object(self._left[newline + 1 : end]))
            start = end


def _object(text: bytearray) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except RecursionError:
        raise ValueError("a record has too many levels") from None
    if not isinstance(record, dict):
        raise ValueError("a record is no JSON object")
    return record
