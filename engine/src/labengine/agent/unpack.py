"""Unpacks tar archives of strangers into a sandbox and nowhere else.

The filters of the standard library are missing from Python 3.11.2, that of Debian 12. A sandbox may hold links already,
of an archive before; so each member is judged by what is there when it is written.
"""

from __future__ import annotations

import copy
import os
import tarfile
from pathlib import Path
from typing import Any

# What is written was judged here.
TRUSTED: dict[str, Any] = {"filter": "fully_trusted"} if hasattr(tarfile, "fully_trusted_filter") else {}


class HostileArchive(tarfile.TarError):
    """A member would be written, or would lead, outside the sandbox; the text names it."""


def unpack(archive: Path, sandbox: Path) -> None:
    with tarfile.open(archive) as content:
        for member in content:
            _write(content, member, sandbox)


def _write(content: tarfile.TarFile, member: tarfile.TarInfo, sandbox: Path) -> None:
    _refuse(member, sandbox)
    path = sandbox / member.name
    if os.path.lexists(path) and not (member.isdir() and path.is_dir() and not path.is_symlink()):
        if path.is_dir() and not path.is_symlink():
            raise HostileArchive(f"its member {member.name!r} is there already, as a directory")
        # Never written through.
        path.unlink()
    own = copy.copy(member)
    own.uid, own.gid, own.uname, own.gname = os.getuid(), os.getgid(), "", ""
    # Whoever unpacks must be able to write into its directories, and nothing runs with the rights of another user.
    own.mode = (member.mode & 0o755) | (0o700 if member.isdir() else 0o600)
    content.extract(own, sandbox, **TRUSTED)


def _refuse(member: tarfile.TarInfo, sandbox: Path) -> None:
    name = member.name
    if not (member.isreg() or member.isdir() or member.issym() or member.islnk()):
        raise HostileArchive(f"its member {name!r} is a device or a pipe")
    if name.startswith("/") or ".." in name.split("/"):
        raise HostileArchive(f"its member {name!r} has a path that leads out of the sandbox")
    if not _inside((sandbox / name).parent, sandbox):
        raise HostileArchive(f"its member {name!r} lies behind a link that leads out of the sandbox")
    if member.issym() and (
        member.linkname.startswith("/") or not _inside((sandbox / name).parent / member.linkname, sandbox)
    ):
        raise HostileArchive(f"its member {name!r} is a link to {member.linkname!r}, out of the sandbox")
    if member.islnk() and (
        member.linkname.startswith("/")
        or ".." in member.linkname.split("/")
        or not _inside(sandbox / member.linkname, sandbox)
    ):
        raise HostileArchive(f"its member {name!r} is a link to {member.linkname!r}, out of the sandbox")


def _inside(path: Path, sandbox: Path) -> bool:
    """Whether a path ends in the sandbox when the links that are there are followed."""
    home = os.path.realpath(sandbox)
    return os.path.commonpath([os.path.realpath(path), home]) == home
