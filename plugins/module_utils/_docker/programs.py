# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a process still runs the program that is installed where it came from."""

from __future__ import annotations

import hashlib
import os

# What the kernel writes behind the path of a file that is there no more; a package puts a new file in its place.
DELETED = " (deleted)"
_CHUNK = 1 << 20


def replaced(pid: int, proc: str = "/proc") -> str | None:
    """The path of the program where another one is there now, or none; nothing of a process that has ended."""
    running = os.path.join(proc, str(pid), "exe")
    try:
        path = os.readlink(running)
        if not path.endswith(DELETED):
            return None
        path = path[: -len(DELETED)]
        # The same version may have been installed again.
        return None if os.path.exists(path) and _digest(path) == _digest(running) else path
    except OSError:
        return None


def _digest(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
