"""Probes of a task for its health check: a command beside it, an HTTP request, a TCP connection."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx

# Runs a command next to the task, bounded by the seconds: its exit status; raises NoResult.
RunCommand = Callable[[dict[str, Any], float], Awaitable[int]]


class NoResult(Exception):
    """The probe came to nothing; the text goes on from words like "HTTP check"."""


async def repeat(first: float, interval: float, probe: Callable[[], Awaitable[None]]) -> None:
    """``first`` is a time; the interval is between the end of one probe and the next."""
    await asyncio.sleep(max(0.0, first - time.time()))
    while True:
        await probe()
        await asyncio.sleep(interval)


async def http_status(host: str, http: dict[str, Any], timeout: float) -> int:
    """That of the last answer, where there are redirects."""
    bracketed = f"[{host}]" if ":" in host else host
    url = f"{http.get('scheme') or 'http'}://{bracketed}:{http['port']}{http.get('path') or '/'}"
    try:
        async with (
            asyncio.timeout(timeout or None),
            httpx.AsyncClient(verify=False, follow_redirects=True, trust_env=False, timeout=None) as client,
        ):
            return (await client.get(url)).status_code
    except TimeoutError:
        raise NoResult(f"of {url} had no answer within {timeout:g} seconds") from None
    except (OSError, httpx.HTTPError, httpx.InvalidURL) as error:
        raise NoResult(f"of {url} failed: {error or type(error).__name__}") from error


async def refusal(host: str, tcp: dict[str, Any], timeout: float) -> str | None:
    """Why no connection came about; None: it did."""
    try:
        async with asyncio.timeout(timeout or None):
            _, writer = await asyncio.open_connection(host, tcp["port"])
    except TimeoutError:
        raise NoResult(f"of port {tcp['port']} had no answer within {timeout:g} seconds") from None
    except OSError as error:
        return f"TCP connection to port {tcp['port']} failed: {error.strerror or error}"
    writer.close()
    return None
