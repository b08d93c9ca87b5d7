"""What the v1 APIs have in common: calls as JSON in the body of a POST, and the media types they are refused for."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

JSON, PROTOBUF = "application/json", "application/x-protobuf"


async def read(request: Request) -> Any:
    """The call, or the Response that refuses it."""
    content_type = request.headers.get("Content-Type")
    if content_type is None:
        return PlainTextResponse("Expecting 'Content-Type' to be present", 400)
    if content_type == PROTOBUF:
        return PlainTextResponse(f"The lab engine does not speak protobuf: expecting 'Content-Type' of {JSON}", 415)
    # As Mesos compares it: a charset is one character too many.
    if content_type != JSON:
        return PlainTextResponse(f"Expecting 'Content-Type' of {JSON} or {PROTOBUF}", 415)
    try:
        return json.loads(await request.body())
    except ValueError as error:
        line = getattr(error, "lineno", 1)
        return PlainTextResponse(f"Failed to parse body into JSON: syntax error at line {line} near: ", 400)


def not_acceptable(request: Request) -> Response | None:
    """The refusal of a call whose answer may not be JSON."""
    accept = request.headers.get("Accept")
    if accept is None or _accepts(accept, JSON):
        return None
    if _accepts(accept, PROTOBUF):
        return PlainTextResponse(f"The lab engine does not speak protobuf: expecting 'Accept' to allow '{JSON}'", 406)
    return PlainTextResponse(f"Expecting 'Accept' to allow '{PROTOBUF}' or '{JSON}'", 406)


def _accepts(accept: str, media_type: str) -> bool:
    for entry in accept.split(","):
        name, *parameters = (part.strip().lower() for part in entry.split(";"))
        if name in (media_type, media_type.partition("/")[0] + "/*", "*/*") and not any(map(_is_zero, parameters)):
            return True
    return False


def _is_zero(parameter: str) -> bool:
    key, _equals, value = parameter.partition("=")
    try:
        return key.strip() == "q" and float(value) == 0.0
    except ValueError:
        return False
