"""What stands before every resource of the leader: the limit of requests at once, CORS, paths that end in a slash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse

Scope = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]

EVENTS_PATH = "/v2/events"
# Their pages are asked for with the slash.
_DIRECTORIES = ("/ui/", "/api-console/", "/public/")


class Limit:
    """``--http_max_concurrent_requests``; an event stream does not count, as it is no request that is worked on."""

    def __init__(self, app: Any, allowed: int) -> None:
        self._app = app
        self._allowed = allowed
        self._running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == EVENTS_PATH:
            await self._app(scope, receive, send)
            return
        if self._running >= self._allowed:
            await error_page(503, f"Too many concurrent requests! Allowed: {self._allowed}.")(scope, receive, send)
            return
        self._running += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1


class Cors:
    """``--access_control_allow_origin``: the last of the list is what is answered, and reading is all it opens."""

    def __init__(self, app: Any, origins: list[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        asked = [
            name for line in Headers(scope=scope).getlist("access-control-request-headers") for name in line.split(",")
        ]
        added = {
            "Access-Control-Allow-Origin": self._origins[-1],
            "Access-Control-Allow-Headers": ", ".join(name.strip() for name in asked),
            "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
            "Access-Control-Max-Age": "86400",
        }

        async def sending(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(added)
            await send(message)

        await self._app(scope, receive, sending)


class TrailingSlash:
    """``/v2/info/`` is ``/v2/info``."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if len(path) > 1 and path.endswith("/") and not path.startswith(_DIRECTORIES):
            scope = {**scope, "path": path.rstrip("/") or "/"}
        await self._app(scope, receive, send)


def error_page(status: int, reason: str) -> HTMLResponse:
    """An error that the web server tells, not the API."""
    return HTMLResponse(
        f"<html><head><title>Error {status} {reason}</title></head>"
        f"<body><h2>HTTP ERROR {status}</h2><p>Reason: {reason}</p></body></html>\n",
        status,
    )
