# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies what a host has of a cluster's data into a directory of its own, each as of one moment."""

from __future__ import annotations

import os
import shutil
import time
import typing as t

from . import settings, zookeeper_data
from .zookeeper_data import DataError

PAUSE = 0.5
ATTEMPTS = 20
_NOT_DATA = ("LOCK",)


def zookeeper(directories: t.Sequence[str], stage: str | None) -> dict[str, t.Any]:
    """The newest snapshot of a running server and what came after it. Without a stage it is only looked at."""
    places: dict[str, str] = {}
    for directory in directories:
        below = os.path.join(directory, "version-2")
        names = os.listdir(below) if os.path.isdir(below) else []
        places.update({name: os.path.join(below, name) for name in names if zookeeper_data.number(name) is not None})
    if not places:
        raise DataError("there is no data of ZooKeeper in %s" % ", ".join(directories))
    chosen = zookeeper_data.choose(list(places), lambda name: zookeeper_data.snapshot_is_whole(places[name]))
    last, transactions = zookeeper_data.number(chosen.snapshot) or 0, 0
    taken = [chosen.snapshot]
    for name in chosen.logs:
        log = _whole_log(places[name], may_grow=name == chosen.logs[-1])
        if log.size:
            taken.append(name)
            last, transactions = max(last, log.last), transactions + log.transactions
        if stage and log.size:
            _copy_start(places[name], os.path.join(stage, name), log.size)
    if stage:
        shutil.copyfile(places[chosen.snapshot], os.path.join(stage, chosen.snapshot))
    return {"zxid": hex(last), "transactions": transactions, "snapshot": chosen.snapshot, "files": taken}


def _whole_log(path: str, may_grow: bool) -> zookeeper_data.Log:
    log = zookeeper_data.read_log(path)
    for _attempt in range(ATTEMPTS if may_grow else 0):
        if not log.torn:
            break
        # One that is written just now is whole a moment later.
        time.sleep(PAUSE)
        before, log = log, zookeeper_data.read_log(path)
        if log.size > before.size:
            return log
    if log.torn:
        raise DataError("%s is damaged: %s" % (path, log.torn))
    return log


def _copy_start(source: str, dest: str, size: int) -> None:
    with open(source, "rb") as file, open(dest, "wb") as copy:
        while size:
            chunk = file.read(min(size, 1 << 20))
            if not chunk:
                raise DataError("%s became shorter while it was copied" % source)
            copy.write(chunk)
            size -= len(chunk)


def registry(path: str, stage: str | None) -> dict[str, t.Any]:
    """A replica of the registry, which a running master may write to: copied when it stands still."""
    if not os.path.isdir(path) or not os.listdir(path):
        raise DataError("there is no replica of the registry in %s" % path)
    for _attempt in range(ATTEMPTS):
        try:
            before = _listed(path)
            for name in before if stage else ():
                shutil.copyfile(os.path.join(path, name), os.path.join(stage or "", name))
            if _listed(path) == before:
                return {"files": sorted(before)}
        except FileNotFoundError:
            # It was put together with another one meanwhile.
            pass
        for name in os.listdir(stage) if stage else ():
            os.unlink(os.path.join(stage or "", name))
        time.sleep(PAUSE)
    raise DataError("%s was written to all the time, for %d s" % (path, ATTEMPTS * PAUSE))


def _listed(path: str) -> dict[str, tuple[int, int]]:
    found = {}
    for entry in os.scandir(path):
        if entry.is_file() and entry.name not in _NOT_DATA:
            about = entry.stat()
            found[entry.name] = (about.st_size, about.st_mtime_ns)
    return found


def settings_of(paths: t.Iterable[str], stage: str | None) -> dict[str, t.Any]:
    """The files of a host's services that are no secrets, without the secrets in them."""
    files, left_out = [], []
    for path in sorted(set(paths)):
        text = _text(path)
        if text is None or not os.path.isfile(path):
            if os.path.exists(path):
                left_out.append(path)
            continue
        shown = settings.without_secrets(path, text)
        if shown is None:
            left_out.append(path)
            continue
        files.append(path.lstrip("/"))
        if stage:
            dest = os.path.join(stage, path.lstrip("/"))
            os.makedirs(os.path.dirname(dest), exist_ok=True)
            with open(dest, "w", encoding="utf-8") as file:
                file.write(shown)
    return {"files": files, "left_out": left_out}


def _text(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None
