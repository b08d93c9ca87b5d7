"""What an executor that was killed has left behind: processes that nobody would ever end.

A task may empty its environment and leave its session; its control groups it cannot leave, where it has its own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from labengine.agent import cgroups
from labengine.common import log

logger = log.get(__name__)

PAUSE_SECONDS = 0.02
LIMIT_SECONDS = 5.0


@dataclass(frozen=True)
class Traces:
    """``variable`` is a ``NAME=value`` that its processes were started with, ``session`` that of its command."""

    variable: str
    session: int | None = None
    groups: Sequence[Path] = ()


def living(traces: Traces) -> set[int]:
    """Those with one of the traces, and what they have started."""
    parents, found = {}, cgroups.members(traces.groups)
    wanted = traces.variable.encode()
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            pid = int(entry.name)
            state, parent, _group, session = (entry / "stat").read_bytes().rpartition(b")")[2].split()[:4]
            if state in (b"Z", b"X"):
                found.discard(pid)
                continue
            parents[pid] = int(parent)
            if traces.session == int(session) or wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.add(pid)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def kill(traces: Traces) -> None:
    """Again and again: they may have just made others."""
    deadline = time.monotonic() + LIMIT_SECONDS
    while pids := living(traces):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if time.monotonic() > deadline:
            logger.error("Processes %s of %s do not end", sorted(pids), traces.variable)
            return
        time.sleep(PAUSE_SECONDS)
