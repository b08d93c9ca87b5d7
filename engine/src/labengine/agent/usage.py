"""What the processes of a task use, from /proc."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Process:
    parent: int
    user_seconds: float
    system_seconds: float
    rss_bytes: int


def processes() -> dict[int, Process]:
    """All of this host: one walk serves all tasks."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text(encoding="ascii", errors="replace")
        except OSError:
            continue
        fields = stat.rpartition(")")[2].split()
        found[int(entry.name)] = Process(
            int(fields[1]),
            int(fields[11]) / TICKS_PER_SECOND,
            int(fields[12]) / TICKS_PER_SECOND,
            int(fields[21]) * PAGE_BYTES,
        )
    return found


def of(root: int, everything: dict[int, Process], *, cpus: float, mem_mb: float) -> dict[str, Any]:
    """The statistics of ``root`` and its descendants."""
    by_parent: dict[int, list[int]] = {}
    for pid, process in everything.items():
        by_parent.setdefault(process.parent, []).append(pid)
    tree, queue = [], [root]
    while queue:
        pid = queue.pop()
        if pid in everything:
            tree.append(everything[pid])
            queue.extend(by_parent.get(pid, []))
    limit = int(mem_mb * 1024 * 1024)
    return {
        "timestamp": time.time(),
        "cpus_soft_limit": cpus,
        "cpus_user_time_secs": round(sum(process.user_seconds for process in tree), 3),
        "cpus_system_time_secs": round(sum(process.system_seconds for process in tree), 3),
        "mem_limit_bytes": limit,
        "mem_soft_limit_bytes": limit,
        "mem_rss_bytes": sum(process.rss_bytes for process in tree),
    }
