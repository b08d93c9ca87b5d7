# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of a repository: a directory or a zip archive, which may be hostile. Nothing is unpacked."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from typing import Callable

from .._marathon.errors import DefinitionError

# The public Universe has about 6,000 files, the largest of them 300 kB.
MAX_FILES = 200_000
MAX_BYTES = 4 * 1024 * 1024
# All releases of a package are read. Those of the public Universe have less than 10 MB.
MAX_TOTAL = 64 * 1024 * 1024
# What zipfile raises of an archive that is broken, encrypted or compressed in a way that it does not know.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


class FileTree:
    """Files by their paths, which are relative and have no '..'."""

    def __init__(self, place: str, names: frozenset[str], read: Callable[[str], bytes]) -> None:
        self.place = place
        self.names = names
        self._read = read
        self._total = 0

    def read(self, name: str) -> bytes | None:
        if name not in self.names:
            return None
        content = self._read(name)
        if len(content) > MAX_BYTES:
            raise DefinitionError(f"{self.place}: {name} has more than {MAX_BYTES} bytes")
        self._total += len(content)
        if self._total > MAX_TOTAL:
            raise DefinitionError(f"{self.place}: the files of the package have more than {MAX_TOTAL} bytes")
        return content


def of_directory(path: str) -> FileTree:
    root = os.path.realpath(path)
    names: set[str] = set()
    for above, directories, files in os.walk(root):
        # Those of version control.
        directories[:] = [name for name in directories if not name.startswith(".")]
        names.update(os.path.relpath(os.path.join(above, name), root) for name in files)
        if len(names) > MAX_FILES:
            raise DefinitionError(f"{path} has more than {MAX_FILES} files: give the directory of the repository")

    def read(name: str) -> bytes:
        target = os.path.realpath(os.path.join(root, name))
        if os.path.commonpath([root, target]) != root:
            raise DefinitionError(f"{path}: {name} is a link that leaves the directory")
        if not os.path.isfile(target):
            raise DefinitionError(f"{path}: {name} is not a file")
        try:
            with open(target, "rb") as file:
                return file.read(MAX_BYTES + 1)
        except OSError as error:
            raise DefinitionError(f"{path}: {name} cannot be read: {error.strerror}") from None

    return FileTree(path, frozenset(names), read)


def of_zip(path: str) -> FileTree:
    try:
        # Stays open as long as it is read: that of the Universe has a list of 6,000 members.
        archive = zipfile.ZipFile(path)
        members = archive.infolist()
    except _BROKEN as error:
        raise DefinitionError(f"{path} is no whole zip archive: {error}") from None
    if len(members) > MAX_FILES:
        raise DefinitionError(f"{path} has more than {MAX_FILES} members")
    names: set[str] = set()
    for member in members:
        _refuse(path, member)
        if member.is_dir():
            continue
        if member.filename in names:
            raise DefinitionError(f"{path}: its member {member.filename!a} is there twice")
        names.add(member.filename)

    def read(name: str) -> bytes:
        try:
            with archive.open(name) as file:
                # What the header says of the size may be a lie.
                return file.read(MAX_BYTES + 1)
        except _BROKEN as error:
            raise DefinitionError(f"{path}: its member {name!a} cannot be read: {error}") from None

    return FileTree(path, frozenset(names), read)


def _refuse(path: str, member: zipfile.ZipInfo) -> None:
    name = member.filename
    why = None
    if name.startswith("/") or "\\" in name or ":" in name.split("/")[0]:
        why = "is no relative path"
    elif ".." in name.split("/"):
        why = "has '..' in its path"
    elif any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        why = "has a control character in its name"
    elif stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        why = "is a link or a special file"
    elif member.flag_bits & 1:
        why = "is encrypted"
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        why = "is compressed by another method than deflate"
    if why:
        raise DefinitionError(f"{path}: its member {name!a} {why}")
