"""What ``/files`` tells of files: what is in the sandboxes, and nothing else of the host."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# As in Mesos: who wants more asks again with the next offset.
MAX_READ_BYTES = 16 * os.sysconf("SC_PAGE_SIZE")
VIRTUAL = "/frameworks/"


class NotThere(Exception):
    """No such file in a sandbox."""


class Unreadable(Exception):
    """Refused with 400 and this text."""


@dataclass(frozen=True)
class Entry:
    path: str
    status: os.stat_result

    def to_json(self) -> dict[str, Any]:
        """As ``/files/browse`` shows it."""
        return {
            "path": self.path,
            "mode": stat.filemode(self.status.st_mode),
            "mtime": float(int(self.status.st_mtime)),
            "nlink": self.status.st_nlink,
            "size": self.status.st_size,
            "uid": _name(pwd.getpwuid, self.status.st_uid),
            "gid": _name(grp.getgrgid, self.status.st_gid),
        }


class SandboxFiles:
    """``work_dir`` and ``agent_id`` say where the sandboxes are."""

    def __init__(self, work_dir: Path, agent_id: str) -> None:
        self._root = Path(os.path.realpath(work_dir / "slaves"))
        self._own = self._root / agent_id

    def locate(self, path: str) -> Path:
        """``path`` as ``/state`` gives it, or ``/frameworks/…/executors/…/runs/latest``; links must not lead out."""
        actual = f"{self._own}{path}" if path.startswith(VIRTUAL) else path
        wanted = Path(os.path.realpath(actual))
        if not os.path.isabs(actual) or self._root not in wanted.parents or not wanted.exists():
            raise NotThere(path)
        return wanted

    def browse(self, path: str) -> list[Entry]:
        """Nothing of a file, as Mesos answers."""
        directory = self.locate(path)
        entries = []
        for one in sorted(directory.iterdir()) if directory.is_dir() else ():
            try:
                entries.append(Entry(f"{path.rstrip('/')}/{one.name}", one.stat()))
            except OSError:
                # A link to nowhere, or just removed.
                continue
        return entries

    def read(self, path: str, offset: int, length: int | None) -> tuple[int, bytes]:
        """The file's size, and the piece of it; no more than MAX_READ_BYTES at once."""
        file = self.locate(path)
        if file.is_dir():
            raise Unreadable("Cannot read a directory.\n")
        if not file.is_file():
            raise Unreadable(f"Cannot read '{path}': it is no regular file.\n")
        size = file.stat().st_size
        with open(file, "rb") as stream:
            stream.seek(offset)
            return size, stream.read(MAX_READ_BYTES if length is None else min(length, MAX_READ_BYTES))


def _name(lookup: Any, number: int) -> str:
    try:
        return lookup(number)[0]
    except KeyError:
        return str(number)
