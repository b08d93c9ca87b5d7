"""Looks for words that nobody else must see, where another user of the machine could see them while programs run."""

from __future__ import annotations

import contextlib
import os
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

# Names the programs to look at, in their environment.
MARK = "QUORUM_TEST_WATCHED"
_PAUSE = 0.02


class SecretWatch:
    """Looks at the command lines of all marked programs, and at every file below root that others may read."""

    def __init__(self, root: Path, mark: str, words: Sequence[str]) -> None:
        self._root = root
        self._mark = f"{MARK}={mark}".encode()
        self._words = [word.encode() for word in words]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.found: set[str] = set()
        self.commands: set[str] = set()
        self.files: set[str] = set()

    def __enter__(self) -> SecretWatch:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        over = False
        while not over:
            over = self._over.wait(_PAUSE)
            for process in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    self._look_at_process(process)
            for path in self._readable(self._root):
                with contextlib.suppress(OSError):
                    self._check(f"the file {path}", path.read_bytes())
                    self.files.add(str(path))

    def _look_at_process(self, process: Path) -> None:
        if self._mark not in (process / "environ").read_bytes().split(b"\0"):
            return
        command = (process / "cmdline").read_bytes()
        self.commands.add(command.decode(errors="replace"))
        self._check("a process list", command)

    def _check(self, place: str, data: bytes) -> None:
        self.found.update(f"{place} shows {word.decode()}" for word in self._words if word in data)

    def _readable(self, directory: Path) -> Iterator[Path]:
        """What others could read if they could enter the root."""
        entries: list[os.DirEntry[str]] = []
        with contextlib.suppress(OSError), os.scandir(directory) as found:
            entries = list(found)
        for entry in entries:
            with contextlib.suppress(OSError):
                mode = entry.stat(follow_symlinks=False).st_mode
                if stat.S_ISDIR(mode) and mode & stat.S_IXOTH:
                    yield from self._readable(Path(entry.path))
                elif stat.S_ISREG(mode) and mode & stat.S_IROTH:
                    yield Path(entry.path)
