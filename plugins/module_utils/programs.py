# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of programs: their checksum, what lies where in them, and unpacking them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tarfile
import tempfile
import typing as t
import zlib

CHECKSUM = re.compile(r"^sha256:([0-9a-f]{64})$")
DIRECTORY_DIGITS = 12
PROGRAM_DIRECTORIES = ("sbin", "bin")


class ArchiveError(Exception):
    """The archive cannot be installed; the text says why."""


def digest_of(checksum: str) -> str | None:
    """The hex digits of ``sha256:<hex>``, or nothing for any other text."""
    match = CHECKSUM.match(checksum)
    return match.group(1) if match else None


def sha256(path: str) -> str:
    """The SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


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


def _single_top(names: list[str]) -> str:
    """The one directory that holds everything, with a slash, or nothing."""
    tops = {name.split("/", 1)[0] for name in names}
    if len(tops) == 1 and all("/" in name or name in tops for name in names) and len(names) > 1:
        return tops.pop() + "/"
    return ""


def _normal(name: str) -> str:
    return os.path.normpath(name).lstrip("/")


def archive_names(path: str) -> list[str]:
    """The paths in an archive, without its single top directory."""
    with _open(path) as archive:
        names = [name for name in (_normal(member.name) for member in archive) if name != "."]
    top = _single_top(names)
    return [name[len(top) :] for name in names if len(name) > len(top)]


def tree_names(home: str) -> list[str]:
    """The paths of an unpacked archive."""
    names = []
    for directory, subdirectories, files in os.walk(home):
        relative = os.path.relpath(directory, home)
        names += [os.path.normpath(os.path.join(relative, name)) for name in [*subdirectories, *files]]
    return names


@contextlib.contextmanager
def _open(path: str) -> t.Iterator[tarfile.TarFile]:
    """The archive; what is found broken only while it is read ends in the same error."""
    try:
        with tarfile.open(path, "r:*") as archive:
            yield archive
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise ArchiveError("it is no whole tar archive (%s)" % error) from error


def _outside(name: str) -> bool:
    return name == ".." or name.startswith("../")


def unpack(path: str, home: str) -> None:
    """Unpacks so that ``home`` exists only when all of it is there; everything belongs to root."""
    parent = os.path.dirname(home)
    os.makedirs(parent, mode=0o755, exist_ok=True)
    partial = tempfile.mkdtemp(prefix=".unpack-", dir=parent)
    try:
        with _open(path) as archive:
            members = [member for member in archive.getmembers() if _normal(member.name) != "."]
            top = _single_top([_normal(member.name) for member in members])
            for member in members:
                name = _normal(member.name)
                if len(name) <= len(top):
                    continue
                if member.islnk():
                    member.linkname = _normal(member.linkname)[len(top) :]
                member.name = name[len(top) :]
                if _outside(member.name) or member.isdev():
                    raise ArchiveError("its member %s does not belong into a program archive" % name)
                member.uid = member.gid = 0
                member.uname = member.gname = "root"
                member.mode = (member.mode | 0o444 | (0o111 if member.isdir() else 0)) & 0o755
                _extract(archive, member, partial)
        os.chmod(partial, 0o755)
        os.rename(partial, home)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, directory: str) -> None:
    # A symbolic link in the archive must not redirect a later member out of the directory.
    parent = os.path.realpath(os.path.join(directory, os.path.dirname(member.name)))
    if os.path.commonpath([parent, os.path.realpath(directory)]) != os.path.realpath(directory):
        raise ArchiveError("its member %s would be written outside" % member.name)
    archive.extract(member, directory, numeric_owner=True)
