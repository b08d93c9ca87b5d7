"""Requests that come to no answer: those that the end of the program cuts off, those whose client goes away."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from typing import Any

import httpx
import pytest
from local_cluster import free_port, wait_until
from starlette.requests import Request

from labengine.common import httpserver


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def test_a_request_that_the_end_cuts_off_is_no_failure_of_the_application(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> int:
        stop, asked, port = asyncio.Event(), asyncio.Event(), free_port()

        async def silent(_scope: Any, _receive: Any, _send: Any) -> None:
            asked.set()
            await asyncio.Event().wait()

        listener = httpserver.bind("127.0.0.1", port)
        serving = asyncio.create_task(httpserver.serve(silent, "127.0.0.1", port, stop=stop, listener=listener))
        await asyncio.to_thread(wait_until, "the server listens", lambda: answers(port), 5)
        async with httpx.AsyncClient(trust_env=False) as client:
            asking = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/", timeout=10))
            await asyncio.wait_for(asked.wait(), 5)
            stop.set()
            status = (await asking).status_code
        await serving
        return status

    with caplog.at_level(logging.ERROR):
        assert asyncio.run(story()) == 500
    assert [one for one in caplog.records if one.exc_info] == []


def test_a_client_that_goes_away_is_no_failure_of_the_application(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        stop, asked, gone, port = asyncio.Event(), asyncio.Event(), asyncio.Event(), free_port()

        async def late(scope: Any, receive: Any, _send: Any) -> None:
            asked.set()
            await gone.wait()
            await Request(scope, receive).body()

        listener = httpserver.bind("127.0.0.1", port)
        serving = asyncio.create_task(httpserver.serve(late, "127.0.0.1", port, stop=stop, listener=listener))
        # Before the server has begun the bound port refuses.
        await asyncio.to_thread(wait_until, "the server listens", lambda: answers(port), 5)
        _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"POST / HTTP/1.1\r\nHost: m\r\nContent-Length: 5\r\n\r\n")
        await asyncio.wait_for(asked.wait(), 5)
        writer.transport.abort()
        await asyncio.sleep(0.1)
        gone.set()
        await asyncio.sleep(0.1)
        stop.set()
        await serving

    with caplog.at_level(logging.ERROR):
        asyncio.run(story())
    assert [one for one in caplog.records if one.name.startswith("uvicorn")] == []
