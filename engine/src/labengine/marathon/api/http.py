"""What the resources share: bodies, parameters, answers and refusals."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from labengine.common import log
from labengine.marathon.api import media
from labengine.marathon.clock import seconds, timestamp
from labengine.marathon.definition import errors, jsontext
from labengine.marathon.leader import Leader
from labengine.marathon.plan import Plan

logger = log.get(__name__)

Handler = Callable[[Leader, Request], Awaitable[Response]]


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(jsontext.compact(body), status, headers, media_type="application/json")


def deployed(plan: Plan, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """The deployment result of a write."""
    body = {"version": plan.version, "deploymentId": plan.id}
    return answer(body, status, {"Marathon-Deployment-Id": plan.id, **(headers or {})})


async def body_of(request: Request, *, any_type: bool = False) -> Any:
    """The JSON body; 415 for a body of another content type."""
    body = await request.body()
    if body and not any_type and not media.is_json(request.headers.get("content-type", media.JSON)):
        raise HTTPException(415)
    return jsontext.parse(body)


def choose(request: Request, **handlers: Any) -> Any:
    """The handler of the request's method; OPTIONS is answered with the methods that there are."""
    if request.method == "OPTIONS":
        methods = ["OPTIONS", *handlers, *(["HEAD"] if "GET" in handlers and "HEAD" not in handlers else [])]

        async def options(*_arguments: object) -> Response:
            return Response(headers={"Allow": ",".join(sorted(methods))})

        return options
    if request.method not in handlers:
        raise HTTPException(405)
    return handlers[request.method]


def check_media(request: Request, consumes: str | None, produces: str | None) -> None:
    """415 or 406 before a resource is asked at all."""
    given = request.headers.get("content-type")
    if consumes and given and not media.is_json(given):
        raise HTTPException(415)
    if produces and media.chosen(request.headers.get("accept"), [produces]) is None:
        raise HTTPException(406)


def flag(request: Request, name: str, default: bool = False) -> bool:
    value = request.query_params.get(name)
    return default if value is None else value.lower() == "true"


def moment(text: str) -> str:
    """A version as it is stored, from any ISO-8601 form."""
    try:
        return timestamp(seconds(text) + 0.0001)
    except ValueError:
        raise errors.unprocessable(
            f"Invalid timestamp provided '{text}'. Expecting ISO-8601 datetime string."
        ) from None


def remote(request: Request) -> str:
    return request.client.host if request.client else ""


async def refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.ApiError)
    return Response(jsontext.compact(error.body), error.status, media_type=error.media_type)


async def http_error(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == HTTPStatus.NOT_FOUND:
        # Marathon's own surprise, kept because clients meet it.
        return answer({"message": "URI not found"}, 500)
    return answer({"message": HTTPStatus(error.status_code).phrase}, error.status_code)


async def broken(request: Request, error: Exception) -> Response:
    logger.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return answer({"message": str(error) or type(error).__name__}, 500)
