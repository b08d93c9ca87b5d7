# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events on their way from the threads that read them to the loop that hands them to the rules."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import Any

# Marathon holds 1,024 for a client that does not read.
_MOST = 10_000
# How often a thread that waits for room looks whether it is to end.
_TICK_SECONDS = 1.0


class Outbox:
    def __init__(self, loop: asyncio.AbstractEventLoop, most: int = _MOST) -> None:
        self._loop = loop
        self._most = most
        self._waiting: deque[dict[str, Any]] = deque()
        self._changed = threading.Condition()
        self._arrived = asyncio.Event()
        self._failure: BaseException | None = None
        self._closed = False

    def put(self, event: dict[str, Any]) -> bool:
        """Whether there was room at once; where there was none, it waits for the rules. From a thread."""
        with self._changed:
            in_time = len(self._waiting) < self._most
            while len(self._waiting) >= self._most and not self._closed:
                self._changed.wait(_TICK_SECONDS)
            self._waiting.append(event)
        self._wake()
        return in_time

    def fail(self, failure: BaseException) -> None:
        """get raises it after the events that came before. From a thread."""
        self._failure = failure
        self._wake()

    async def get(self) -> dict[str, Any]:
        while True:
            self._arrived.clear()
            with self._changed:
                if self._waiting:
                    self._changed.notify_all()
                    return self._waiting.popleft()
            if self._failure is not None:
                raise self._failure
            await self._arrived.wait()

    def close(self) -> None:
        """No thread waits for room any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _wake(self) -> None:
        if not self._closed:
            self._loop.call_soon_threadsafe(self._arrived.set)
