"""``/v2/events``: server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from labengine.marathon.api.http import remote
from labengine.marathon.leader import Leader

HEARTBEAT_SECONDS = 10.0


async def stream(leader: Leader, request: Request) -> Response:
    if "text/event-stream" not in request.headers.get("accept", ""):
        return HTMLResponse("<h2>HTTP ERROR 405</h2><p>HTTP method GET is not supported by this URL</p>\n", 405)
    types = frozenset(request.query_params.getlist("event_type"))
    return StreamingResponse(_frames(leader, types, remote(request)), media_type="text/event-stream")


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
