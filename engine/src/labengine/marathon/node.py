"""One Marathon on the net: the leader answers itself, a standby passes everything on to the leader."""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
import ssl
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol
from urllib.parse import quote

import httpx
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from labengine.common import log
from labengine.marathon.api.filters import EVENTS_PATH, error_page

logger = log.get(__name__)

LEADER_TRIES = 10
LEADER_WAIT_SECONDS = 0.25
_CACHE_HEADERS = {"Cache-Control": "no-cache, no-store, must-revalidate", "Pragma": "no-cache", "Expires": "0"}
_LEADER_HEADERS = {"X-Frame-Options": "DENY", "X-XSS-Protection": "1; mode=block"}
# They belong to one connection or are computed anew.
_OWN_HEADERS = frozenset(
    {
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-length",
        "content-encoding",
        "host",
        "upgrade",
        "te",
        "trailer",
        "date",
        "server",
    }
)

Scope = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]


class Leadership(Protocol):
    """``application`` is there while this node leads and is ready; ``leader`` is the leading ``host:port``."""

    application: Starlette | None
    leader: str | None


class Node:
    """The ASGI application: credentials first, then leader or proxy; ``trust`` is for a leader that speaks HTTPS."""

    def __init__(self, flags: Any, address: str, leadership: Leadership, trust: ssl.SSLContext | None = None) -> None:
        self._flags = flags
        self._address = address
        self._scheme = "https" if flags.disable_http else "http"
        self._leadership = leadership
        timeout = httpx.Timeout(flags.leader_proxy_read_timeout, connect=flags.leader_proxy_connection_timeout)
        self._http = httpx.AsyncClient(
            timeout=timeout,
            trust_env=False,
            verify=trust or True,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=flags.leader_proxy_max_open_connections),
        )

    async def close(self) -> None:
        await self._http.aclose()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        if not self._authenticated(request):
            await self._unauthorized()(scope, receive, send)
            return
        for _attempt in range(LEADER_TRIES):
            application = self._leadership.application
            if application is not None:
                await application(scope, receive, self._with_headers(send))
                return
            leader = self._leadership.leader
            if leader is not None and leader != self._address:
                response = await self._forward(request, leader)
                await response(scope, receive, self._with_cache_headers(send))
                return
            await asyncio.sleep(LEADER_WAIT_SECONDS)
        await error_page(502, "Could not determine the current leader")(scope, receive, send)

    def _authenticated(self, request: Request) -> bool:
        wanted = self._flags.http_credentials
        if not wanted:
            return True
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(token, validate=True)
        except (binascii.Error, ValueError):
            return False
        return secrets.compare_digest(given, wanted.encode())

    def _unauthorized(self) -> Response:
        response = error_page(401, "Unauthorized")
        response.headers["WWW-Authenticate"] = f'basic realm="{self._flags.http_realm}"'
        return response

    def _with_headers(self, send: Send) -> Send:
        own = {**_CACHE_HEADERS, **_LEADER_HEADERS, "X-Marathon-Leader": f"{self._scheme}://{self._address}"}
        return _adding(send, own)

    @staticmethod
    def _with_cache_headers(send: Send) -> Send:
        return _adding(send, _CACHE_HEADERS)

    async def _forward(self, request: Request, leader: str) -> Response:
        via = f"1.1 {self._address}"
        query = f"?{request.url.query}" if request.url.query else ""
        url = f"{self._scheme}://{leader}{quote(request.url.path)}{query}"
        if request.url.path.startswith(EVENTS_PATH):
            return RedirectResponse(url, 302)
        if via in request.headers.getlist("x-marathon-via"):
            return error_page(502, "Detected proxying loop.")
        headers = [(name, value) for name, value in request.headers.items() if name not in _OWN_HEADERS]
        client = request.client.host if request.client else ""
        before = request.headers.get("x-forwarded-for")
        headers = [(name, value) for name, value in headers if name != "x-forwarded-for"]
        headers += [("X-Marathon-Via", via), ("X-Forwarded-For", f"{before},{client}" if before else client)]
        try:
            outgoing = self._http.build_request(request.method, url, headers=headers, content=await request.body())
            answer = await self._http.send(outgoing, stream=True)
        except httpx.ConnectError:
            return error_page(502, "Connection to leader refused.")
        except httpx.HTTPError as error:
            logger.warning(
                "Passing %s on to the leader %s failed: %s", request.url.path, leader, error or type(error).__name__
            )
            return error_page(500, "Error processing request by the leader")
        return _passed_back(answer, via)


def _passed_back(answer: httpx.Response, via: str) -> Response:
    async def chunks() -> AsyncIterator[bytes]:
        try:
            async for chunk in answer.aiter_bytes():
                yield chunk
        finally:
            await answer.aclose()

    response = StreamingResponse(chunks(), answer.status_code)
    response.raw_headers = [
        (name.lower().encode(), value.encode())
        for name, value in answer.headers.items()
        if name.lower() not in _OWN_HEADERS
    ]
    response.headers.append("X-Marathon-Via", via)
    return response


def _adding(send: Send, extra: dict[str, str]) -> Send:
    async def sending(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            for name, value in extra.items():
                headers[name] = value
            message = {**message, "headers": headers.raw}
        await send(message)

    return sending
