"""The end of a program with requests that it has not answered yet."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import httpx
import pytest
from local_cluster import free_port

from labengine.common import httpserver


def test_a_request_that_the_end_cuts_off_is_no_failure_of_the_application(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> int:
        stop, asked, port = asyncio.Event(), asyncio.Event(), free_port()

        async def silent(_scope: Any, _receive: Any, _send: Any) -> None:
            asked.set()
            await asyncio.Event().wait()

        listener = httpserver.bind("127.0.0.1", port)
        serving = asyncio.create_task(httpserver.serve(silent, "127.0.0.1", port, stop=stop, listener=listener))
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
