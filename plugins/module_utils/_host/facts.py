# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host is like: control groups, memory, disks, SELinux, addresses. Reads only."""

from __future__ import annotations

import os
import socket
import typing as t

MEBIBYTE = 1024 * 1024
# Addresses of documentation: nothing is sent to them.
SOMEWHERE = {"ipv4": (socket.AF_INET, "192.0.2.1"), "ipv6": (socket.AF_INET6, "2001:db8::1")}


def cgroup_version(root: str = "/sys/fs/cgroup") -> int:
    """2 where there is nothing but version 2, 1 where its controllers are mounted, 0 where there is none."""
    if os.path.exists(os.path.join(root, "cgroup.controllers")):
        return 2
    return 1 if os.path.isdir(os.path.join(root, "memory")) or os.path.isdir(os.path.join(root, "cpu")) else 0


def memory(text: str) -> int | None:
    """From the text of /proc/meminfo: all memory in MiB."""
    for line in text.splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1]) // 1024
    return None


def free_disk(path: str) -> dict[str, t.Any]:
    """Where a path, or the nearest directory above it that exists, lies and how many MiB are free there for root."""
    place = os.path.abspath(path)
    while not os.path.exists(place):
        place = os.path.dirname(place)
    state = os.statvfs(place)
    return {
        "free": state.f_bavail * state.f_frsize // MEBIBYTE,
        "all": state.f_blocks * state.f_frsize // MEBIBYTE,
        # File systems without a fixed number of inodes say 0 of 0.
        "full": state.f_bfree == 0 or (state.f_files > 0 and state.f_ffree == 0),
        "read_only": bool(state.f_flag & os.ST_RDONLY),
    }


def selinux(root: str = "/sys/fs/selinux") -> str:
    try:
        with open(os.path.join(root, "enforce"), encoding="ascii") as file:
            return "enforcing" if file.read().strip() == "1" else "permissive"
    except OSError:
        return "disabled"


def addresses() -> dict[str, str | None]:
    """The addresses from which the host speaks to others."""
    found: dict[str, str | None] = {}
    for name, (family, there) in SOMEWHERE.items():
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as speaker:
                speaker.connect((there, 9))
                found[name] = str(speaker.getsockname()[0])
        except OSError:
            found[name] = None
    return found


def text(path: str) -> str:
    """A file's text, empty where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def first_line(path: str) -> str | None:
    """The first line of a small file, None where it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.readline(256).strip()
    except OSError:
        return None
