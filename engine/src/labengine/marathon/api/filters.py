"""What stands before every resource of the leader: paths that end in a slash."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import HTMLResponse

Scope = dict[str, Any]
Receive = Callable[[], Any]
Send = Callable[[dict[str, Any]], Any]

EVENTS_PATH = "/v2/events"


class TrailingSlash:
    """``/v2/info/`` is ``/v2/info``."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if len(path) > 1 and path.endswith("/"):
            scope = {**scope, "path": path.rstrip("/") or "/"}
        await self._app(scope, receive, send)


def error_page(status: int, reason: str) -> HTMLResponse:
    """An error that the web server tells, not the API."""
    return HTMLResponse(
        f"<html><head><title>Error {status} {reason}</title></head>"
        f"<body><h2>HTTP ERROR {status}</h2><p>Reason: {reason}</p></body></html>\n",
        status,
    )
