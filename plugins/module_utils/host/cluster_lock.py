# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's part of the lock of a cluster: a file that says whose run it is."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import typing as t

# Not kept over a boot: a host that has gone down has no run on it any more.
PATH = "/run/quorum-mesos/lock"
ATTEMPTS = 5
Owner = t.Mapping[str, t.Any]


class LockError(Exception):
    """The host cannot keep a lock; the text says why."""


def read(path: str = PATH) -> dict[str, t.Any] | None:
    """Whose lock it is; nothing where there is none. What cannot be understood is somebody's all the same."""
    try:
        with open(path, encoding="utf-8") as file:
            found = json.load(file)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        found = None
    return found if isinstance(found, dict) and found.get("run") else {"run": "?", "who": "somebody", "since": 0}


def take(owner: Owner, now: float, replace: str | None = None, path: str = PATH) -> dict[str, t.Any]:
    """Takes the lock where nobody has it, or only the run C(replace); returns whose it is then."""
    own = {**owner, "since": now}
    for _attempt in range(ATTEMPTS):
        holder = read(path)
        if holder is not None and holder["run"] == owner["run"]:
            return holder
        if holder is not None and holder["run"] != replace:
            return holder
        if holder is not None:
            _remove(path, holder["run"])
        if _create(path, own):
            return own
    return read(path) or {"run": "?", "who": "somebody", "since": now}


def _remove(path: str, run: str) -> None:
    """Removes the lock of one run, and not that of another which has just taken it over."""
    aside = "%s.%d.old" % (path, os.getpid())
    with contextlib.suppress(FileNotFoundError):
        os.rename(path, aside)
        found = read(aside)
        if found is not None and found["run"] != run:
            _link(aside, path)
        os.unlink(aside)


def _create(path: str, content: Owner) -> bool:
    """Whether the file was made, whole from its first moment."""
    new = "%s.%d" % (path, os.getpid())
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(new, "w", encoding="utf-8") as file:
            json.dump(content, file)
        # Unlike a rename, a link never replaces what another run has just written.
        return _link(new, path)
    except OSError as error:
        reason = "no room" if error.errno == errno.ENOSPC else error.strerror
        raise LockError("%s cannot be written (%s)" % (path, reason)) from error
    finally:
        with contextlib.suppress(OSError):
            os.unlink(new)


def _link(new: str, path: str) -> bool:
    try:
        os.link(new, path)
    except FileExistsError:
        return False
    return True


def release(run: str, path: str = PATH) -> bool:
    """Gives the lock back where this run has it; whether it had."""
    holder = read(path)
    if holder is None or holder["run"] != run:
        return False
    _remove(path, run)
    return True


def age(seconds: float) -> str:
    """For people: C(12 min)."""
    if seconds < 120:
        return "%d s" % max(seconds, 0)
    return "%d min" % (seconds / 60) if seconds < 7200 else "%d h" % (seconds / 3600)
