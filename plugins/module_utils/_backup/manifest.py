# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a backup is made of: a manifest, and the checksums of its files."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import typing as t

from . import zookeeper_data

FORM = 1
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"
# What is not whole yet, or goes, has another name.
UNFINISHED = ".unfinished"
NAME = re.compile(r"^\d{4}-\d\d-\d\dT\d{6}Z$")
PARTS = ("zookeeper", "registry", "marathon", "settings")
Manifest = t.Dict[str, t.Any]


class BackupError(Exception):
    """A backup that cannot be used; one sentence for each reason."""


def digest(path: str) -> str:
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while True:
            chunk = file.read(1 << 20)
            if not chunk:
                return found.hexdigest()
            found.update(chunk)


def files(directory: str) -> list[str]:
    """All files below it, by their paths in it."""
    found = []
    for root, _directories, names in os.walk(directory):
        found += [os.path.relpath(os.path.join(root, name), directory) for name in names]
    return sorted(found)


def seal(directory: str, about: t.Mapping[str, t.Any]) -> Manifest:
    """Writes the manifest and the checksums, and lets nobody but the owner read any of it."""
    for root, directories, names in os.walk(directory):
        for name in directories:
            os.chmod(os.path.join(root, name), 0o700)
        for name in names:
            os.chmod(os.path.join(root, name), 0o600)
    os.chmod(directory, 0o700)
    listed = {
        name: {"size": os.path.getsize(os.path.join(directory, name)), "sha256": digest(os.path.join(directory, name))}
        for name in files(directory)
        if name not in (MANIFEST, SUMS)
    }
    manifest = {"form": FORM, **about, "files": listed}
    _write(os.path.join(directory, MANIFEST), json.dumps(manifest, indent=2, sort_keys=True) + "\n")
    sums = {MANIFEST: digest(os.path.join(directory, MANIFEST)), **{name: listed[name]["sha256"] for name in listed}}
    _write(os.path.join(directory, SUMS), "".join("%s  %s\n" % (sums[name], name) for name in sorted(sums)))
    return manifest


def _write(path: str, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)


def verify(directory: str) -> tuple[Manifest, str]:
    """The manifest of a backup whose files are all there and as they were written, and the checksum that names it."""
    if not os.path.isdir(directory):
        raise BackupError(
            "%s is no directory: give that of one backup, like %s" % (directory, "backups/2026-01-31T220000Z")
        )
    if not os.path.isfile(os.path.join(directory, MANIFEST)):
        raise BackupError("%s has no %s, so it is no backup or one that was not finished%s"
                          % (directory, MANIFEST, _instead(directory)))  # fmt: skip
    sums, own = _sums(directory), digest(os.path.join(directory, MANIFEST))
    if sums.get(MANIFEST) != own:
        raise BackupError("%s was changed or damaged: %s has another checksum for it" % (MANIFEST, SUMS))
    try:
        with open(os.path.join(directory, MANIFEST), encoding="utf-8") as file:
            manifest = json.load(file)
        listed = {str(name): dict(about) for name, about in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BackupError("%s is no manifest of a backup (%s)" % (MANIFEST, error)) from error
    if manifest.get("form") != FORM:
        raise BackupError("%s is of form %r, and this release reads form %d" % (MANIFEST, manifest.get("form"), FORM))
    problems = _problems(directory, listed, sums)
    if problems:
        raise BackupError("; ".join(problems))
    return manifest, own


def _instead(directory: str) -> str:
    """Where somebody has given the directory of all backups."""
    whole = backups(directory)
    return "; the newest one in it is %s" % os.path.join(directory, whole[-1]) if whole else ""


def _sums(directory: str) -> dict[str, str]:
    try:
        with open(os.path.join(directory, SUMS), encoding="utf-8") as file:
            lines = file.read().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BackupError("%s cannot be read (%s)" % (SUMS, error)) from error
    return {name: found for found, _space, name in (line.partition("  ") for line in lines)}


def _problems(directory: str, listed: t.Mapping[str, t.Any], sums: t.Mapping[str, str]) -> list[str]:
    problems = []
    for name in sorted(listed):
        path = os.path.join(directory, name)
        if os.path.isabs(name) or ".." in name.split("/"):
            problems.append("%s: it is not a path in the backup" % name)
        elif not os.path.isfile(path):
            problems.append("%s: it is missing" % name)
        elif os.path.getsize(path) != listed[name].get("size"):
            problems.append(
                "%s: it has %d bytes instead of %s" % (name, os.path.getsize(path), listed[name].get("size"))
            )
        elif not digest(path) == listed[name].get("sha256") == sums.get(name):
            problems.append("%s: its content is not the one that was written (sha256)" % name)
    strange = [name for name in files(directory) if name not in listed and name not in (MANIFEST, SUMS)]
    problems += ["%s: it is not in %s" % (name, MANIFEST) for name in strange]
    if not problems and any(name.startswith("zookeeper/") for name in listed):
        names = [name.partition("/")[2] for name in listed if name.startswith("zookeeper/")]
        problems += ["zookeeper/" + text for text in zookeeper_data.check(os.path.join(directory, "zookeeper"), names)]
    return problems


def has(manifest: t.Mapping[str, t.Any], part: str) -> bool:
    return any(name.startswith(part + "/") for name in manifest["files"])


def size(manifest: t.Mapping[str, t.Any], part: str) -> int:
    return sum(about["size"] for name, about in manifest["files"].items() if name.startswith(part + "/"))


def backups(directory: str) -> list[str]:
    """The backups in a directory that are whole, the oldest first."""
    try:
        names = os.listdir(directory)
    except OSError:
        return []
    return sorted(name for name in names if NAME.match(name) and os.path.isfile(os.path.join(directory, name, SUMS)))


def surplus(names: t.Sequence[str], keep: int) -> list[str]:
    """Pure: the oldest, so that as many as are to be kept are left; 0 keeps all."""
    return list(names)[: max(0, len(names) - keep)] if keep else []


def abandoned(directory: str, now: float) -> list[str]:
    """What runs that were ended a day ago or earlier have left, which may hold secrets."""
    names = [
        name for name in os.listdir(directory) if name.endswith(UNFINISHED) and NAME.match(name[: -len(UNFINISHED)])
    ]
    return sorted(name for name in names if os.path.getmtime(os.path.join(directory, name)) < now - 86400)


def remove(directory: str, name: str) -> None:
    """Under another name first, so that half of a backup is never taken for a whole one."""
    going = os.path.join(directory, name + UNFINISHED)
    os.rename(os.path.join(directory, name), going)
    shutil.rmtree(going)


def lines(manifest: t.Mapping[str, t.Any]) -> list[str]:
    """What a backup has, for people."""
    cluster, found = manifest.get("cluster") or {}, []
    for part in PARTS:
        names = [name for name in manifest["files"] if name.startswith(part + "/")]
        about = cluster.get(part) or {}
        told = ", ".join(
            "%s %s" % (words, about[name])
            for name, words in (("host", "from"), ("version", "version"), ("zxid", "transaction"), ("znodes", "znodes"),
                                ("apps", "apps"), ("pods", "pods"))
            if about.get(name) is not None
        )  # fmt: skip
        if names:
            found.append("%s: %d files, %d bytes%s" % (part, len(names), size(manifest, part), told and "; " + told))
    return found
