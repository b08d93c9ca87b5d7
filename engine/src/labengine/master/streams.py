"""The open answer to a SUBSCRIBE: events go in, RecordIO chunks go out."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from labengine.common import log, recordio

logger = log.get(__name__)

# A peer that leaves so much unread is better off with a new subscription; one that asks about all of its many thousand
# tasks gets as many answers at once.
MAX_WAITING_EVENTS = 100_000


class EventStream:
    """``closed(stream)`` runs once, whoever ends it: the peer, or :meth:`close`."""

    def __init__(self, closed: Callable[[EventStream], None]) -> None:
        self.id = str(uuid.uuid4())
        self.open = True
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._closed = closed

    def send(self, event: dict[str, Any]) -> None:
        if not self.open:
            return
        if self._queue.qsize() >= MAX_WAITING_EVENTS:
            logger.warning("A subscriber does not read its events and is cut off")
            self.close()
            return
        self._queue.put_nowait(recordio.encode(event))

    def close(self) -> None:
        """Ends the answer after the events that are already in it."""
        if self.open:
            self.open = False
            self._queue.put_nowait(None)
            self._closed(self)

    async def chunks(self) -> AsyncIterator[bytes]:
        while (chunk := await self._queue.get()) is not None:
            yield chunk


class EventResponse(StreamingResponse):
    """The stream ends with its answer, even one that the peer did not wait for."""

    def __init__(self, stream: EventStream, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(stream.chunks(), media_type="application/json", headers=headers)
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stream.close()
