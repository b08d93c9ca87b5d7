# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: server-sent events, as Marathon writes them: lines of event and data, ended by an empty one."""

from __future__ import annotations

import json
from typing import Any

# An event has one app's definition at most, which ZooKeeper takes up to 1 MB of.
_MOST_BYTES = 16 * 1024 * 1024
# Fields of an event that are looked into.
_OBJECTS = ("plan", "appDefinition")


class ServerSentEvents:
    """Takes a stream in parts, wherever they are cut."""

    def __init__(self) -> None:
        self._left = b""
        self._data: list[bytes] = []
        self._size = 0

    def feed(self, part: bytes) -> list[dict[str, Any]]:
        """The events that are whole now. Raises ValueError for what is no event of Marathon."""
        # What was looked through already has no end of a line.
        if b"\n" not in part:
            self._left += part
            lines = []
        else:
            *lines, self._left = (self._left + part).split(b"\n")
        found = []
        for line in lines:
            line = line.rstrip(b"\r")
            name, _colon, value = line.partition(b":")
            if name == b"data":
                self._data.append(value.removeprefix(b" "))
                # Lines without a value take memory too.
                self._size += len(line)
            elif not line and self._data:
                found.append(_event(b"\n".join(self._data)))
                self._data, self._size = [], 0
        if len(self._left) + self._size > _MOST_BYTES:
            raise ValueError(f"an event is longer than {_MOST_BYTES} bytes")
        return found


def _event(data: bytes) -> dict[str, Any]:
    try:
        event = json.loads(data)
    except RecursionError:
        raise ValueError("an event has too many levels") from None
    if not isinstance(event, dict) or not isinstance(event.get("eventType"), str):
        raise ValueError("an event is no JSON object with an eventType")
    if not all(isinstance(event.get(name) or {}, dict) for name in _OBJECTS):
        raise ValueError(f"{' or '.join(_OBJECTS)} of an event is no JSON object")
    return event
