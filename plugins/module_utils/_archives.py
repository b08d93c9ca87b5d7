# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tar archives that may be hostile: what would leave their directory is refused before anything is written.

The rules are those of the standard library's filter ``data``, and stricter ones: that filter is missing from the Python
of many hosts and had holes of its own.
"""

from __future__ import annotations

import contextlib
import errno
import os
import posixpath
import shutil
import tarfile
import tempfile
import time
import typing as t
import zlib

try:
    from lzma import LZMAError
except ImportError:  # A Python that was built without it reads no such archive.
    LZMAError = zlib.error  # type: ignore[misc,assignment]

DIRECTORY, FILE, LINK, HARD_LINK = "directory", "file", "symbolic link", "hard link"
MAX_LINKS = 40
# Bytes of one name, which file systems limit, and of a whole path, which leaves room for the directory before it.
MAX_NAME, MAX_PATH = 255, 1024
# What tarfile raises where a header is nonsense, apart from its own errors.
_BROKEN = (tarfile.TarError, EOFError, zlib.error, LZMAError, ValueError, ArithmeticError, LookupError, RecursionError)


class ArchiveError(Exception):
    """The archive cannot be installed; the text says why."""


class ArchiveMember(t.NamedTuple):
    """One member, by its path below the archive's single top directory."""

    path: str
    kind: str
    target: str
    info: tarfile.TarInfo


@contextlib.contextmanager
def _open(path: str) -> t.Iterator[tarfile.TarFile]:
    """The archive; what is found broken only while it is read ends in the same error."""
    try:
        with tarfile.open(path, "r:*") as archive:
            yield archive
    except _BROKEN as error:
        raise ArchiveError("it is no whole tar archive (%s)" % (error or type(error).__name__)) from error
    except OSError as error:
        # Those that decompress raise it without a number; the other is a size behind which no file can be read.
        if error.errno not in (None, errno.EINVAL):
            raise
        raise ArchiveError("it is no whole tar archive (%s)" % error) from error


def _headers(archive: tarfile.TarFile) -> list[tarfile.TarInfo]:
    """All members of an archive that is whole: tarfile takes the end of the file for the end of the archive."""
    found = []
    for info in archive:
        if info.size < 0:
            raise ArchiveError("its member %s has a negative size" % ascii(info.name))
        found.append(info)
    file = t.cast("t.IO[bytes]", archive.fileobj)
    file.seek(archive.offset)  # type: ignore[attr-defined]
    if file.read(tarfile.BLOCKSIZE) != tarfile.NUL * tarfile.BLOCKSIZE:
        after = " after its member %s" % ascii(found[-1].name) if found else ""
        raise ArchiveError("it is no whole tar archive (it breaks off%s)" % after)
    return found


def _kind(info: tarfile.TarInfo) -> str:
    for is_kind, kind in ((info.isdir, DIRECTORY), (info.issym, LINK), (info.islnk, HARD_LINK), (info.isreg, FILE)):
        if is_kind():
            return kind
    what = "a device" if info.ischr() or info.isblk() else "a FIFO" if info.isfifo() else "of an unknown type"
    raise ArchiveError("its member %s is %s" % (ascii(info.name), what))


def _refuse_name(name: str, member: str) -> None:
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        raise ArchiveError("its member %s has a control character in a name" % ascii(member))
    try:
        encoded = name.encode()
    except UnicodeEncodeError:
        # The result of the module could not have it.
        raise ArchiveError("its member %s has a name that is not UTF-8" % ascii(member)) from None
    if len(encoded) > MAX_PATH or any(len(part) > MAX_NAME for part in encoded.split(b"/")):
        raise ArchiveError("its member %s... has a name that is too long" % ascii(member[:60]))


def _normal(name: str, member: str) -> str:
    """A relative path without ``.`` and ``..``; the archive itself is the empty one."""
    _refuse_name(name, member)
    if name.startswith("/"):
        raise ArchiveError("its member %s has an absolute path" % ascii(member))
    if ".." in name.split("/"):
        raise ArchiveError("its member %s has '..' in its path" % ascii(member))
    return "" if posixpath.normpath(name) == "." else posixpath.normpath(name)


def _single_top(names: list[str]) -> str:
    """The one directory that holds everything, with a slash, or nothing."""
    tops = {name.split("/", 1)[0] for name in names}
    if len(tops) == 1 and all("/" in name or name in tops for name in names) and len(names) > 1:
        return tops.pop() + "/"
    return ""


def plan(headers: t.Iterable[tarfile.TarInfo]) -> list[ArchiveMember]:
    """Pure: the members in their order; ArchiveError where one could not be written without leaving the directory."""
    named = [(_normal(info.name, info.name), info) for info in headers]
    top = _single_top([name for name, _info in named if name])
    members: list[ArchiveMember] = []
    kinds: dict[str, str] = {}
    for name, info in named:
        path, kind = name[len(top) :], _kind(info)
        if not path:
            if kind != DIRECTORY:
                raise ArchiveError("its member %s is a %s and not a directory" % (ascii(info.name), kind))
            continue
        _place(kinds, path, kind, info.name)
        target = info.linkname if kind == LINK else ""
        if kind == HARD_LINK:
            target = _hard_target(kinds, top, info, path)
        members.append(ArchiveMember(path, kind, target, info))
    _check_links(members)
    return members


def _place(kinds: dict[str, str], path: str, kind: str, name: str) -> None:
    """Notes a member, where it lies in directories and is the same kind as an earlier one of its name."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        parent = "/".join(parts[:depth])
        found = kinds.setdefault(parent, DIRECTORY)
        if found != DIRECTORY:
            raise ArchiveError("its member %s lies behind %s, which is a %s" % (ascii(name), ascii(parent), found))
    if kinds.setdefault(path, kind) != kind:
        raise ArchiveError("its member %s is there twice, as a %s and as a %s" % (ascii(name), kinds[path], kind))


def _hard_target(kinds: t.Mapping[str, str], top: str, info: tarfile.TarInfo, own: str) -> str:
    target = _normal(info.linkname, info.name)
    path = target[len(top) :] if target.startswith(top) else ""
    if kinds.get(path) not in (FILE, HARD_LINK) or path == own:
        raise ArchiveError(
            "its member %s is a hard link to %s, which is no file before it" % (ascii(info.name), ascii(info.linkname))
        )
    return path


def _check_links(members: t.Iterable[ArchiveMember]) -> None:
    links: dict[str, ArchiveMember] = {}
    for member in members:
        if member.kind == LINK and links.setdefault(member.path, member).target != member.target:
            raise ArchiveError("its member %s is there twice, as links to two places" % ascii(member.info.name))
    for member in links.values():
        _refuse_name(member.target, member.info.name)
        if _destination(member.path, links) is None:
            raise ArchiveError(
                "its member %s is a symbolic link to %s, which leaves the archive or leads nowhere"
                % (ascii(member.info.name), ascii(member.target))
            )


def _destination(path: str, links: t.Mapping[str, ArchiveMember]) -> str | None:
    """Where a path ends when all links are followed, one name after another; nothing where that leaves the archive."""
    rest, done, followed = path.split("/"), [], 0
    while rest:
        part = rest.pop(0)
        if part in ("", "."):
            continue
        if part == "..":
            if not done:
                return None
            done.pop()
            continue
        done.append(part)
        link = links.get("/".join(done))
        if link is None:
            continue
        followed += 1
        if followed > MAX_LINKS or link.target.startswith("/") or not link.target:
            return None
        done.pop()
        rest = link.target.split("/") + rest
    return "/".join(done)


def names(path: str) -> list[str]:
    """The paths in an archive, without its single top directory; refuses what ``unpack`` refuses."""
    with _open(path) as archive:
        return [member.path for member in plan(_headers(archive))]


def unpack(path: str, home: str, check: t.Callable[[list[str]], None]) -> None:
    """Unpacks so that ``home`` exists only when all of it is there; everything belongs to who unpacks.

    ``check`` gets the paths before anything is written, and raises where they are not the wanted ones.
    """
    with _open(path) as archive:
        members = plan(_headers(archive))
        check([member.path for member in members])
        parent = os.path.dirname(home)
        os.makedirs(parent, mode=0o755, exist_ok=True)
        needed, free = (
            sum(member.info.size for member in members if member.kind == FILE),
            shutil.disk_usage(parent).free,
        )
        if needed > free:
            raise OSError(errno.ENOSPC, "it needs %d MiB and %s has %d" % (needed >> 20, parent, free >> 20))
        partial = tempfile.mkdtemp(prefix=".unpack-", dir=parent)
        try:
            for member in members:
                _write(archive, member, partial)
            _open_directories(partial)
            os.rename(partial, home)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


def _open_directories(root: str) -> None:
    """Services that do not run as root read the tree, whatever the umask is."""
    for directory, _names, _files in os.walk(root):
        os.chmod(directory, 0o755)


def _write(archive: tarfile.TarFile, member: ArchiveMember, directory: str) -> None:
    """Writes one member of a plan; nothing that is there is written through."""
    _second_opinion(member, directory)
    path = os.path.join(directory, member.path)
    os.makedirs(path if member.kind == DIRECTORY else os.path.dirname(path), mode=0o755, exist_ok=True)
    if member.kind == DIRECTORY:
        return
    if os.path.lexists(path):
        os.unlink(path)
    if member.kind == LINK:
        os.symlink(member.target, path)
    elif member.kind == HARD_LINK:
        os.link(os.path.join(directory, member.target), path, follow_symlinks=False)
    else:
        _write_file(archive, member.info, path)


def _second_opinion(member: ArchiveMember, directory: str) -> None:
    """The standard library's own filter, where this Python has it."""
    judge = getattr(tarfile, "data_filter", None)
    if judge is None:
        return
    info = tarfile.TarInfo(member.path)
    info.type, info.linkname, info.mode = member.info.type, member.target, member.info.mode
    try:
        judge(info, directory)
    except tarfile.TarError as error:
        why = "its member %s does not belong into a program archive (%s)" % (ascii(member.path), error)
        raise ArchiveError(why) from error


def _write_file(archive: tarfile.TarFile, info: tarfile.TarInfo, path: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file, t.cast("t.IO[bytes]", archive.extractfile(info)) as source:
        shutil.copyfileobj(source, file)
        file.flush()
        # Readable by all, writable by its owner alone, and never with the rights of another user.
        os.fchmod(handle, (info.mode | 0o444) & 0o755)
        # One in the future would make the program look newer than what runs of it.
        written = min(max(0, info.mtime), time.time())  # In this order a time that is no number is 0.
        os.utime(handle, (written, written))
