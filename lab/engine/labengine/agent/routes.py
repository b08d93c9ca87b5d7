"""The HTTP endpoints of an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from labengine.agent import metrics, operator_api, sandbox_files, views
from labengine.common import calls
from labengine.common.access import Handler
from labengine.common.build import build_info

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
            Route("/files/browse", self._closed(self._browse)),
            Route("/files/read", self._closed(self._read)),
            Route("/files/download", self._closed(self._download)),
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
        app = Starlette(routes=routes, exception_handlers={HTTPException: _refusal})
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
            return JSONResponse(operator_api.call(self._agent, body))
        except operator_api.CallRefused as error:
            return PlainTextResponse(str(error), 400)

    def _locate(self, request: Request) -> Any:
        path = request.query_params.get("path")
        if not path:
            raise HTTPException(400, "Expecting 'path=value' in query.\n")
        try:
            return sandbox_files.locate(path, self._agent.context.checkpoint.work_dir / "slaves")
        except sandbox_files.NotThere:
            raise HTTPException(404, "404 Not Found.") from None

    async def _browse(self, request: Request) -> Response:
        try:
            return JSONResponse(sandbox_files.browse(self._locate(request), request.query_params["path"]))
        except sandbox_files.NotThere:
            raise HTTPException(404, "404 Not Found.") from None

    async def _read(self, request: Request) -> Response:
        path = self._locate(request)
        query = request.query_params
        try:
            offset, length = int(query.get("offset", -1)), int(query["length"]) if "length" in query else None
        except ValueError:
            raise HTTPException(400, "Failed to parse offset or length: expecting a number.\n") from None
        if offset < -1:
            raise HTTPException(400, f"Negative offset provided: {offset}.\n")
        try:
            return JSONResponse(await asyncio.to_thread(sandbox_files.read, path, offset, length))
        except sandbox_files.NotThere:
            raise HTTPException(400, "Cannot read a directory.\n") from None

    async def _download(self, request: Request) -> Response:
        path = self._locate(request)
        if not path.is_file():
            raise HTTPException(400, "Cannot download a directory.\n")
        return FileResponse(path, filename=path.name)


async def _refusal(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return PlainTextResponse("404 Not Found.", 404)
    return PlainTextResponse(str(error.detail), error.status_code)
