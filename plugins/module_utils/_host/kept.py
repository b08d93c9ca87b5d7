# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a service was started from before an upgrade, kept on its host until the new program has passed its gate."""

from __future__ import annotations

import json
import os
import re
import shutil
import typing as t

from . import facts, started

KEPT = "/var/lib/quorum-mesos/kept"
MANIFEST = "manifest.json"
_ARCHIVE = re.compile(r"/opt/(?:mesos|marathon|zookeeper)/([0-9a-f]{12})(?=/)")
_INVOCATION = re.compile(r"^invocation.*\n?", re.MULTILINE)
_PROGRAM = re.compile(r"^program (\S+) (.+)$", re.MULTILINE)


class Program(t.NamedTuple):
    """What a service runs from: one of the three has something, and the packages may be of several."""

    archive: str
    image: str
    packages: dict[str, str]


def program(unit: str, record: str, installed: t.Mapping[str, str]) -> Program:
    """Pure: from the text of the unit and the record of its last start; ``installed`` are packages of the host."""
    archive = _ARCHIVE.search(unit)
    if archive:
        return Program(archive.group(1), "", {})
    recorded = {name: words.split()[0] for name, words in _PROGRAM.findall(record)}
    if "docker run " in unit:
        return Program("", next(iter(recorded), ""), {})
    # The record has what runs; a package may have been replaced since.
    started_from = {name: version for name, version in recorded.items() if version != "missing"}
    return Program("", "", {**installed, **started_from})


def directory(unit: str, root: str = KEPT) -> str:
    return os.path.join(root, unit)


def manifest(unit: str, root: str = KEPT) -> dict[str, t.Any] | None:
    """What is kept of a service; nothing where nothing is."""
    text = facts.text(os.path.join(directory(unit, root), MANIFEST))
    return t.cast("dict[str, t.Any]", json.loads(text)) if text else None


def outdated(what: t.Mapping[str, t.Any], record: str, invocation: str) -> list[str]:
    """Pure: why a running service does not run from what is kept; nothing where it does.

    ``record`` is from its last start, ``invocation`` is systemd's id of that.
    """
    if invocation and invocation == what.get("invocation"):
        return []
    return started.reasons(record, invocation, _INVOCATION.sub("", what.get("record", "")))


def keep(unit: str, files: t.Sequence[str], what: t.Mapping[str, t.Any], root: str = KEPT) -> bool:
    """Copies the files beside each other; what an interrupted upgrade has kept is older, and stays."""
    if manifest(unit, root) is not None:
        return False
    place = directory(unit, root)
    unfinished = place + ".unfinished"
    for old in (place, unfinished):
        shutil.rmtree(old, ignore_errors=True)
    os.makedirs(unfinished, mode=0o700)
    entries = []
    for index, path in enumerate(dict.fromkeys([*files, started.unit_file(unit)])):
        entry: dict[str, t.Any] = {"path": path}
        if os.path.islink(path):
            entry["link"] = os.readlink(path)
        elif os.path.isfile(path):
            status = os.stat(path)
            entry.update(copy=str(index), mode=status.st_mode & 0o7777, uid=status.st_uid, gid=status.st_gid)
            shutil.copyfile(path, os.path.join(unfinished, entry["copy"]))
            os.chmod(os.path.join(unfinished, entry["copy"]), 0o600)
        entries.append(entry)
    # The manifest is what says that all is there.
    with open(os.path.join(unfinished, MANIFEST), "w", encoding="utf-8") as file:
        json.dump({**what, "files": entries}, file)
    os.rename(unfinished, place)
    return True


def restore(unit: str, move: t.Callable[[str, str], None], root: str = KEPT) -> list[str]:
    """Puts the files back that are not as they were; ``move`` replaces a file at once. Returns their paths."""
    kept = manifest(unit, root)
    changed = []
    for entry in kept["files"] if kept else []:
        if _put_back(entry, directory(unit, root), move):
            changed.append(entry["path"])
    return changed


def _put_back(entry: t.Mapping[str, t.Any], place: str, move: t.Callable[[str, str], None]) -> bool:
    path = entry["path"]
    if "link" in entry:
        if os.path.islink(path) and os.readlink(path) == entry["link"]:
            return False
        temporary = path + ".before-upgrade"
        os.symlink(entry["link"], temporary)
        os.replace(temporary, path)
        return True
    if "copy" not in entry:
        if not os.path.lexists(path):
            return False
        os.unlink(path)
        return True
    copy = os.path.join(place, entry["copy"])
    if not _same(copy, path, entry):
        temporary = os.path.join(place, "moving")
        shutil.copyfile(copy, temporary)
        move(temporary, path)
        os.chown(path, entry["uid"], entry["gid"])
        os.chmod(path, entry["mode"])
        return True
    return False


def _same(copy: str, path: str, entry: t.Mapping[str, t.Any]) -> bool:
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    status = os.stat(path)
    if (status.st_mode & 0o7777, status.st_uid, status.st_gid) != (entry["mode"], entry["uid"], entry["gid"]):
        return False
    with open(copy, "rb") as one, open(path, "rb") as other:
        return one.read() == other.read()


def forget(unit: str, root: str = KEPT) -> bool:
    there = os.path.isdir(directory(unit, root))
    shutil.rmtree(directory(unit, root), ignore_errors=True)
    return there
