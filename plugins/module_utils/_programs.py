# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of programs: their checksum, and what lies where in them."""

from __future__ import annotations

import hashlib
import os
import re
import typing as t

from . import _archives as archives
from . import _masked as masked

CHECKSUM = re.compile(r"^sha256:([0-9a-f]{64})\Z")
DIRECTORY_DIGITS = 12
PROGRAM_DIRECTORIES = ("sbin", "bin")


def digest_of(checksum: str) -> str | None:
    """The hex digits of ``sha256:<hex>``, or nothing for any other text."""
    match = CHECKSUM.match(checksum)
    return match.group(1) if match else None


def shown(source: str) -> str:
    """Where an archive comes from, without the user, the password and the signature of a URL."""
    if "://" not in source:
        return source
    return re.sub(r"[?#].*", "?***", masked.without_user(source), flags=re.DOTALL)


def sha256(path: str) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def other_checksum(path: str, digest: str, option: str) -> tuple[str, str] | None:
    """Why an archive is not the one that is meant, and the remedy; nothing if it is."""
    found = sha256(path)
    if found == digest:
        return None
    why = "its checksum is sha256:%s and %s_checksum expects sha256:%s" % (found, option, digest)
    return why, "fetch the archive again or correct the checksum"


def home_of(dest: str, digest: str) -> str:
    """The directory that belongs to one archive and to no other."""
    return os.path.join(dest, digest[:DIRECTORY_DIGITS])


def has_jars(names: t.Iterable[str]) -> bool:
    """Whether the program in an archive runs on the JVM; ``names`` are paths relative to its home."""
    return any(re.match(r"lib/[^/]+\.jar$", name) for name in names)


def layout(home: str, names: t.Iterable[str], candidates: t.Sequence[str]) -> dict[str, str | None]:
    """Where in ``home`` the wanted program and its companions are; ``names`` are paths relative to it."""
    known = {name.strip("/") for name in names}
    found: dict[str, str | None] = {"program": None, "launcher_dir": None, "webui_dir": None, "library_dir": None}
    for candidate in candidates:
        for directory in PROGRAM_DIRECTORIES:
            if found["program"] is None and "%s/%s" % (directory, candidate) in known:
                found["program"] = os.path.join(home, directory, candidate)
    for name in sorted(known):
        directory, _slash, base = name.rpartition("/")
        if base == "mesos-containerizer" and found["launcher_dir"] is None:
            found["launcher_dir"] = os.path.join(home, directory)
        elif name.endswith("webui/index.html") and found["webui_dir"] is None:
            found["webui_dir"] = os.path.join(home, directory)
        elif re.match(r"libmesos[-.0-9]*\.so", base) and found["library_dir"] is None:
            found["library_dir"] = os.path.join(home, directory)
    return found


def tree_names(home: str) -> list[str]:
    """The paths of an unpacked archive."""
    names = []
    for directory, subdirectories, files in os.walk(home):
        relative = os.path.relpath(directory, home)
        names += [os.path.normpath(os.path.join(relative, name)) for name in [*subdirectories, *files]]
    return names


def unpack(path: str, home: str, candidates: t.Sequence[str]) -> None:
    """Unpacks an archive to ``home`` if one of the wanted programs is in it; else nothing is left behind."""

    def check(names: list[str]) -> None:
        if layout(home, names, candidates)["program"] is None:
            raise archives.ArchiveError("it has no %s in sbin/ or bin/" % " or ".join(candidates))

    archives.unpack(path, home, check)
