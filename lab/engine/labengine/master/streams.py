"""The open answer to a SUBSCRIBE: events go in, RecordIO chunks go out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

from labengine.common import recordio


class EventStream:
    """``closed(stream)`` runs once, whoever ends it: the peer, or :meth:`close`."""

    def __init__(self, closed: Callable[[EventStream], None]) -> None:
        self.id = str(uuid.uuid4())
        self.open = True
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._closed = closed

    def send(self, event: dict[str, Any]) -> None:
        if self.open:
            self._queue.put_nowait(recordio.encode(event))

    def close(self) -> None:
        """Ends the answer after the events that are already in it."""
        if self.open:
            self.open = False
            self._queue.put_nowait(None)
            self._closed(self)

    async def chunks(self) -> AsyncIterator[bytes]:
        try:
            while (chunk := await self._queue.get()) is not None:
                yield chunk
        finally:
            if self.open:
                self.open = False
                self._closed(self)
