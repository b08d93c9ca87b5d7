"""``/files``: what is in the sandboxes, and nothing else of the host."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from pathlib import Path
from typing import Any

MAX_READ_BYTES = 1024 * 1024


class NotThere(Exception):
    """No such file in a sandbox."""


def locate(path: str, sandboxes: Path) -> Path:
    """``path`` as ``/state`` gives it; links must not lead out of the sandboxes."""
    wanted = Path(os.path.realpath(path))
    root = Path(os.path.realpath(sandboxes))
    if not os.path.isabs(path) or root not in wanted.parents or not wanted.exists():
        raise NotThere(path)
    return wanted


def browse(directory: Path, shown_as: str) -> list[dict[str, Any]]:
    if not directory.is_dir():
        raise NotThere(shown_as)
    entries = []
    for entry in sorted(directory.iterdir()):
        info = entry.lstat()
        entries.append(
            {
                "path": f"{shown_as.rstrip('/')}/{entry.name}",
                "mode": stat.filemode(info.st_mode),
                "nlink": info.st_nlink,
                "size": info.st_size,
                "mtime": float(int(info.st_mtime)),
                "uid": _name(pwd.getpwuid, info.st_uid),
                "gid": _name(grp.getgrgid, info.st_gid),
            }
        )
    return entries


def _name(lookup: Any, number: int) -> str:
    try:
        return lookup(number)[0]
    except KeyError:
        return str(number)


def read(path: Path, offset: int, length: int | None) -> dict[str, Any]:
    """``offset`` -1 asks for the size, as the web interface of Mesos does."""
    if not path.is_file():
        raise NotThere(str(path))
    size = path.stat().st_size
    if offset == -1:
        return {"data": "", "offset": size}
    with open(path, "rb") as stream:
        stream.seek(offset)
        wanted = MAX_READ_BYTES if length is None or length < 0 else min(length, MAX_READ_BYTES)
        return {"data": stream.read(wanted).decode(errors="replace"), "offset": offset}
