"""Work in the background that must not end unnoticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from labengine.common import log

logger = log.get(__name__)


def supervise(work: Coroutine[Any, Any, None], failed: Callable[[str], object] = log.exit_now) -> asyncio.Task[None]:
    """A task whose failure ends the program: half of one would mislead everybody; systemd starts a whole one.

    The caller keeps the task, or it may be collected while it waits.
    """
    task = asyncio.create_task(work)

    def ended(_task: asyncio.Task[None]) -> None:
        if not task.cancelled() and isinstance(task.exception(), Exception):
            logger.error("An internal task failed", exc_info=task.exception())
            failed(f"Internal error: {task.exception()!r}")

    task.add_done_callback(ended)
    return task
