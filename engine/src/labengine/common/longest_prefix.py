"""What lies below an endpoint, or ends with a slash, is answered by the endpoint, as libprocess does it.

``/api/v1/operator`` is ``/api/v1``, ``/state/`` is ``/state``; the root is nobody's prefix.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send


class LongestPrefix:
    """Middleware; ``routes`` are those of the application."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        self._app = app
        self._fixed = {route.path for route in routes if not route.param_convertors}
        self._open = [route.path_regex for route in routes if route.param_convertors]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] not in self._fixed:
            path = scope["path"].rstrip("/")
            while path and path not in self._fixed and not any(regex.match(path) for regex in self._open):
                path = path.rpartition("/")[0]
            if path:
                scope = {**scope, "path": path}
        await self._app(scope, receive, send)
