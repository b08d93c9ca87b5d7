"""For how long a framework refuses what it was offered."""

from __future__ import annotations

from typing import Any

from labengine.common import log
from labengine.master.model import Framework

logger = log.get(__name__)

DEFAULT_SECONDS = 5.0
MAX_SECONDS = 365 * 86400.0


def seconds(framework: Framework, filters: dict[str, Any] | None) -> float:
    wanted = float((filters or {}).get("refuse_seconds", DEFAULT_SECONDS))
    if wanted < 0:
        logger.warning("Taking the default for refuse_seconds of framework %s: it is negative", framework.id)
        wanted = DEFAULT_SECONDS
    return min(wanted, MAX_SECONDS)
