"""Which endpoint answers a path that none has."""

from __future__ import annotations

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from labengine.common.longest_prefix import LongestPrefix


def application() -> Starlette:
    def route(path: str) -> Route:
        def answer(request: Request) -> Response:
            return PlainTextResponse(path.format(**request.path_params))

        return Route(path, answer)

    routes = [route(path) for path in ("/", "/state", "/api/v1", "/api/v1/scheduler", "/quota", "/quota/{role}")]
    app = Starlette(routes=routes, middleware=[Middleware(LongestPrefix, routes=routes)])
    app.router.redirect_slashes = False
    return app


async def get(path: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=application())
    async with httpx.AsyncClient(transport=transport, base_url="http://master") as client:
        return await client.get(path)


@pytest.mark.parametrize(("path", "answer"), [
    ("/state", "/state"),
    ("/state/", "/state"),
    ("/state/a/b", "/state"),
    ("/api/v1/operator", "/api/v1"),
    ("/api/v1/scheduler", "/api/v1/scheduler"),
    ("/api/v1/scheduler/x", "/api/v1/scheduler"),
    ("/quota/prod", "/quota/prod"),
    ("/quota/prod/", "/quota/prod"),
    ("/", "/"),
    ("/state.json", None),
    ("/api", None),
    ("/api/", None),
    ("/nothing/state", None),
])
def test_the_longest_prefix_answers(path: str, answer: str | None) -> None:
    found = asyncio.run(get(path))
    assert (found.status_code, found.text if found.is_success else None) == (200 if answer else 404, answer)
