"""What an executor that was killed has left behind: processes that nobody would ever end.

They are known by a variable of their environment, which they have from the agent, whoever their parent is by now.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from pathlib import Path

from labengine.common import log

logger = log.get(__name__)

PAUSE_SECONDS = 0.02
LIMIT_SECONDS = 5.0


def having(variable: str) -> set[int]:
    """Living processes with ``NAME=value`` in the environment that they were started with."""
    wanted, found = variable.encode(), set()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # Empty for what has ended and was not reaped yet.
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
    return found


def kill(variable: str) -> None:
    """Again and again: they may have just made others."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while pids := having(variable):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            logger.error("Processes %s with %s do not end", sorted(pids), variable)
            return
        time.sleep(PAUSE_SECONDS)
