# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which run of Ansible this is, and whether another one on this controller still goes on."""

from __future__ import annotations

import getpass
import os
import platform
import typing as t
from pathlib import Path

PROC = Path("/proc")


def machine(proc: Path = PROC) -> str:
    """Where processes have these numbers: this controller since it was booted, and the container on it."""
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return "%s %s" % (boot, os.readlink(proc / "self/ns/pid"))
    except OSError:
        return platform.node()


def started(process: int, proc: Path = PROC) -> str:
    """When a process has started, which tells it from a later one of its number; empty where it has ended."""
    try:
        # The name stands in parentheses and may have any character.
        fields = (proc / str(process) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    # A process that has ended and that nobody has asked for does nothing any more.
    return "" if fields[0] == "Z" else fields[19]


def owner(process: int | None = None) -> dict[str, t.Any]:
    """The run that this process, a worker of Ansible, belongs to."""
    process = os.getppid() if process is None else process
    start = started(process)
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return {
        "run": "%s %d %s" % (machine(), process, start),
        "who": "%s@%s" % (user, platform.node()),
        "machine": machine(),
        "process": process,
        "start": start,
    }


def has_ended(other: t.Mapping[str, t.Any]) -> bool:
    """Whether it is certain that another run has ended: it was on this controller, and its process is gone."""
    process = other.get("process")
    if not isinstance(process, int) or not other.get("start"):
        return False
    if other.get("machine") != machine():
        return False
    start = started(process)
    # Where /proc shows no processes of others (hidepid), one that cannot be seen may still go on.
    return start != other["start"] and (bool(start) or not _is_known(process))


def _is_known(process: int) -> bool:
    """Whether the kernel knows such a process, which it tells also of those that /proc does not show."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # One of this user's own, which /proc shows: it has ended and only its parent does not know yet.
    return False
