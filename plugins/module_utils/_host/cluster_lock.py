# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's part of the lock of a cluster: a file that says whose run it is."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import shutil
import typing as t

# Not kept over a boot: a host that has gone down has no run on it any more.
PATH = "/run/quorum-mesos/lock"
ATTEMPTS = 5
# More than any lock has.
LARGEST = 10000
Owner = t.Mapping[str, t.Any]


class LockError(Exception):
    """The host cannot keep a lock; the text says why."""


def read(path: str = PATH) -> dict[str, t.Any] | None:
    """Whose lock it is; nothing where there is none. What cannot be understood is somebody's all the same."""
    try:
        # Neither what a link leads to, nor a pipe that nobody writes to.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, encoding="utf-8") as file:
            found = json.loads(file.read(LARGEST))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError):
        found = None
    return found if _is_owner(found) else {"run": "?", "who": "somebody", "since": 0}


def _is_owner(found: t.Any) -> bool:
    return (
        isinstance(found, dict)
        and isinstance(found.get("run"), str)
        and bool(found["run"])
        and isinstance(found.get("since"), (int, float))
    )


def take(owner: Owner, now: float, replace: str | None = None, path: str = PATH) -> dict[str, t.Any]:
    """Takes the lock where nobody has it, or only the run C(replace); returns whose it is then."""
    own = {**owner, "since": now}
    for _attempt in range(ATTEMPTS):
        holder = read(path)
        if holder is not None and holder["run"] == owner["run"]:
            return holder
        if holder is not None and holder["run"] != replace:
            return holder
        with _failures_said(path):
            if holder is not None:
                _remove(path, holder["run"])
            if _create(path, own):
                return own
    return read(path) or {"run": "?", "who": "somebody", "since": now}


@contextlib.contextmanager
def _failures_said(path: str) -> t.Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = "no room" if error.errno == errno.ENOSPC else error.strerror
        raise LockError("%s cannot be written (%s)" % (path, reason)) from error


def _remove(path: str, run: str) -> None:
    """Removes the lock of one run, and not that of another which has just taken it over."""
    aside = "%s.%d.old" % (path, os.getpid())
    with contextlib.suppress(FileNotFoundError):
        os.rename(path, aside)
        found = read(aside)
        if found is not None and found["run"] != run:
            _link(aside, path)
        _delete(aside)


def _delete(path: str) -> None:
    """Also what is no file, which no run has left there."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def _create(path: str, content: Owner) -> bool:
    """Whether the file was made, whole from its first moment."""
    new = "%s.%d" % (path, os.getpid())
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(new, "w", encoding="utf-8") as file:
            json.dump(content, file)
        # Unlike a rename, a link never replaces what another run has just written.
        return _link(new, path)
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
    with _failures_said(path):
        _remove(path, run)
    return True


def age(seconds: float) -> str:
    """For people: C(12 min)."""
    if seconds < 120:
        return "%d s" % max(seconds, 0)
    return "%d min" % (seconds / 60) if seconds < 7200 else "%d h" % (seconds / 3600)
