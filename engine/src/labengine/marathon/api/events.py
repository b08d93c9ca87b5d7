"""``/v2/events``: server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from labengine.marathon.api import media
from labengine.marathon.api.filters import error_page
from labengine.marathon.api.http import remote
from labengine.marathon.leader import Leader

HEARTBEAT_SECONDS = 10.0


async def stream(leader: Leader, request: Request) -> Response:
    if request.method == "OPTIONS":
        return Response(headers={"Allow": "GET, HEAD, OPTIONS"})
    # The header has to be this and nothing else.
    if request.method != "GET" or media.EVENTS not in request.headers.getlist("accept"):
        return error_page(405, f"HTTP method {request.method} is not supported by this URL")
    types = frozenset(request.query_params.getlist("event_type"))
    return StreamingResponse(_frames(leader, types, remote(request)), media_type=media.EVENTS)


async def _frames(leader: Leader, types: frozenset[str], client: str) -> AsyncIterator[bytes]:
    subscription = leader.events.subscribe(types, client)
    try:
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    event = await subscription.queue.get()
            except TimeoutError:
                yield b"\r\n"
                continue
            if event is None:
                return
            data = json.dumps(event, separators=(",", ":"), ensure_ascii=False)
            yield f"event: {event['eventType']}\r\ndata: {data}\r\n\r\n".encode()
    finally:
        leader.events.unsubscribe(subscription, client)
