# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work directory of an agent: its file system, and the sandboxes of tasks that run or have ended."""

from __future__ import annotations

import glob
import os
import typing as t

# The link latest there is another name of one of them.
_RUNS = os.path.join("slaves", "*", "frameworks", "*", "executors", "*", "runs", "*")
# From here on Mesos removes every sandbox of an ended task at once (its flag gc_disk_headroom is 0.1).
NEARLY_FULL = 90


def look(path: t.Any, state: t.Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """``state`` is what the agent answers at /state; nothing where the directory cannot be read here."""
    if not path:
        return None
    try:
        system = os.statvfs(str(path))
    except OSError:
        return None
    free, used = system.f_bavail * system.f_frsize, (system.f_blocks - system.f_bfree) * system.f_frsize
    runs = [run for run in glob.glob(os.path.join(glob.escape(str(path)), _RUNS)) if not os.path.islink(run)]
    return {
        "path": str(path),
        "free": free,
        "total": system.f_blocks * system.f_frsize,
        "used_percent": percent(used, free),
        "sandboxes": len(runs),
        "ended": len(ended(runs, state)),
    }


def percent(used: int, free: int) -> int:
    """Pure: as df counts, rounded up, without what only root may use."""
    return -(-100 * used // (used + free)) if used + free else 0


def ended(runs: t.Iterable[str], state: t.Mapping[str, t.Any]) -> list[str]:
    """Pure: the sandboxes that no running executor has."""
    running = {
        executor.get("container")
        for framework in state.get("frameworks") or []
        for executor in framework.get("executors") or []
    }
    return [run for run in runs if os.path.basename(run) not in running]


def words(found: t.Mapping[str, t.Any] | None) -> list[str]:
    """Pure: for a line of text."""
    if not found:
        return []
    disk = "disk %d %% used, %s free" % (found["used_percent"], _size(found["free"]))
    sandboxes = "%d sandbox%s" % (found["sandboxes"], "" if found["sandboxes"] == 1 else "es")
    return [disk, sandboxes + (" (%d of ended tasks)" % found["ended"] if found["ended"] else "")]


def _size(number: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return "%.4g %s" % (number, unit)
        number /= 1024
    return "%.4g TiB" % number
