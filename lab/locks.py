"""Who works on a lab: its name and its hosts are the machine's, whatever checkout they are made from."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.config import LabError


def path_of(name: str) -> Path:
    return Path(tempfile.gettempdir()) / f"quorum-lab-{name}.lock"


@contextmanager
def working_on(name: str) -> Iterator[None]:
    """Refuses a second run on the same lab while the first one works; the lock ends with its process."""
    with path_of(name).open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise LabError(
                f"The lab {name} is being worked on by process {lock.read().strip() or 'of another run'}; wait until "
                "that has ended, or give this lab another name and network with LAB_NAME= and LAB_NETWORK=."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield
