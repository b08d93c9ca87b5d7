# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A last line when the person at the terminal stops a run: whose worker Ansible ends at once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import typing as t

_STDERR = 2


@contextlib.contextmanager
def calls(action: t.Callable[[], None]) -> t.Iterator[None]:
    """Calls action at a Ctrl-C, before what Ansible does about it. A shell has what runs behind it ignore that."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(number: int, frame: t.Any) -> None:
        signal.signal(signal.SIGINT, before)
        action()
        if callable(before):
            before(number, frame)
        else:
            os.kill(os.getpid(), number)

    signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def say(line: str) -> None:
    """Not by Ansible's display: the process that shows its lines takes no more of them by then.

    A worker of ansible-core 2.19 has no terminal, but its parent has.
    """
    try:
        descriptor = os.open(f"/proc/{os.getppid()}/fd/{_STDERR}", os.O_WRONLY | os.O_APPEND | os.O_NOCTTY)
    except OSError:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"{line}\n")
        return
    with os.fdopen(descriptor, "wb", buffering=0) as terminal, contextlib.suppress(OSError):
        terminal.write(f"{line}\n".encode())
