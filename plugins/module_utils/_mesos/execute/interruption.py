# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who ends a run early: a signal, or nobody is there any more who waits for the answer of the module."""

from __future__ import annotations

import select
import signal
from types import FrameType, TracebackType
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_STDOUT = 1


class Interrupted(Exception):
    """The text says by what."""


class Interruption:
    """In its context signals are kept for check(), so that what was started can be ended first."""

    def __init__(self, answer: int = _STDOUT) -> None:
        """answer is the file on which the module's answer is written."""
        self._number = 0
        self._before: dict[int, Any] = {}
        self._reader = select.poll()
        self._reader.register(answer, 0)

    def __enter__(self) -> Interruption:
        self._before = {number: signal.signal(number, self._keep) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _keep(self, number: int, _frame: FrameType | None) -> None:
        self._number = number

    def check(self) -> None:
        """Raises Interrupted. A run of Ansible that was killed does not signal its modules, but closes their pipe."""
        if self._number:
            raise Interrupted(f"interrupted by {signal.Signals(self._number).name}")
        if any(happened & (select.POLLERR | select.POLLHUP) for _file, happened in self._reader.poll(0)):
            raise Interrupted("interrupted: the run of Ansible that started it is gone")
