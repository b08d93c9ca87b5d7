"""``/logging``, and the page that says what answers here."""

from __future__ import annotations

import asyncio
import logging

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from labengine import LAB_ENGINE_VERSION
from labengine.common import log
from labengine.marathon.api.http import answer, body_of
from labengine.marathon.definition import errors
from labengine.marathon.definition.pipeline import typed
from labengine.marathon.definition.types import Enum, Field, Integer, Record, Text
from labengine.marathon.leader import Leader

logger = log.get(__name__)

ROOT = "ROOT"
_LEVELS = {
    "trace": logging.DEBUG - 5,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}
_CHANGE = Record(
    {
        "level": Field(Enum(tuple(_LEVELS)), required=True),
        "logger": Field(Text(), required=True),
        "durationSeconds": Field(Integer()),
    }
)


async def loggers(_leader: Leader, _request: Request) -> Response:
    """Every logger with its level; one that has none of its own says whose it takes over."""
    known = {ROOT: _level_of(logging.getLogger())}
    for name in sorted(logging.Logger.manager.loggerDict):
        known[name] = _level_of(logging.getLogger(name))
    return answer(known)


def _level_of(one: logging.Logger) -> str:
    name = _level_name(one.getEffectiveLevel())
    return name if one.level else f"{name} (inherited)"


def _level_name(level: int) -> str:
    """The coarsest level that still lets this one through."""
    return max((number, name) for name, number in _LEVELS.items() if number <= max(level, _LEVELS["trace"]))[1].upper()


async def change_logger(_leader: Leader, request: Request) -> Response:
    """For good, or for ``durationSeconds``."""
    change = typed(await body_of(request), _CHANGE)
    if not change["logger"]:
        raise errors.invalid_object([("/logger", "must not be empty")])
    one = logging.getLogger(None if change["logger"] == ROOT else change["logger"])
    before = one.level
    logger.info("The logger %s goes from %s to %s", one.name, _level_of(one), change["level"].upper())
    one.setLevel(_LEVELS[change["level"]])
    if "durationSeconds" in change:
        asyncio.get_running_loop().call_later(change["durationSeconds"], one.setLevel, before)
    return answer(change)


async def home(_leader: Leader, _request: Request) -> Response:
    return HTMLResponse(
        f"<p>marathon of the lab engine {LAB_ENGINE_VERSION}, a stand-in for labs and tests; its apps "
        "are at <a href='/v2/apps'>/v2/apps</a>.</p>\n"
    )
