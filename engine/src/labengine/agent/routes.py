"""The HTTP endpoints of an agent."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from labengine.agent import metrics, operator_api, views
from labengine.agent.files_api import FilesApi
from labengine.common import calls
from labengine.common.access import Handler
from labengine.common.build import build_info
from labengine.common.longest_prefix import LongestPrefix

if TYPE_CHECKING:
    from labengine.agent.agent import Agent
    from labengine.agent.security import Security

STATISTICS = "/monitor/statistics"


class Routes:
    def __init__(self, agent: Agent, security: Security) -> None:
        self._agent = agent
        self._guard = security.guard
        self._acls = security.acls

    def app(self) -> Starlette:
        routes = [
            Route("/version", self._version),
            Route("/metrics/snapshot", self._closed(self._endpoint("/metrics/snapshot", self._view(metrics.snapshot)))),
            *FilesApi(lambda: self._agent.context.files).routes(self._closed),
        ]
        for path, handler, methods in (
            ("/health", self._health, ["GET"]),
            ("/state", self._closed(self._view(views.state)), ["GET"]),
            ("/flags", self._closed(self._view(lambda agent: {"flags": views.flags(agent)})), ["GET"]),
            ("/containers", self._closed(self._view(views.containers)), ["GET"]),
            (STATISTICS, self._closed(self._endpoint(STATISTICS, self._view(views.statistics))), ["GET"]),
            ("/api/v1", self._closed(self._operator, "readwrite"), ["POST"]),
        ):
            routes += [Route(path, handler, methods=methods), Route("/slave(1)" + path, handler, methods=methods)]
        app = Starlette(
            routes=routes,
            middleware=[Middleware(LongestPrefix, routes=routes)],
            exception_handlers={HTTPException: _refusal},
        )
        app.router.redirect_slashes = False
        return app

    def _closed(self, handler: Handler, realm: str = "readonly") -> Handler:
        return self._guard.protect(realm, handler)

    def _endpoint(self, path: str, handler: Handler) -> Handler:
        async def allowed(request: Request) -> Response:
            if not self._acls.allows("get_endpoints", request.state.principal, path):
                return Response(status_code=403)
            return await handler(request)

        return allowed

    async def _version(self, _request: Request) -> Response:
        return JSONResponse(build_info())

    async def _health(self, _request: Request) -> Response:
        return Response(status_code=200)

    def _view(self, view: Callable[[Agent], Any]) -> Callable[[Request], Any]:
        async def show(_request: Request) -> Response:
            return JSONResponse(view(self._agent))

        return show

    async def _operator(self, request: Request) -> Response:
        body = await calls.read(request)
        if isinstance(body, Response):
            return body
        if refusal := calls.not_acceptable(request):
            return refusal
        try:
            answer = operator_api.call(self._agent, body)
        except operator_api.CallRefused as error:
            return PlainTextResponse(str(error), 400)
        return Response(status_code=200) if answer is None else JSONResponse(answer)


async def _refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return PlainTextResponse("404 Not Found.", 404)
    return PlainTextResponse(str(error.detail), error.status_code)
