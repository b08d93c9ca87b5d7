# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rhythm of a wait: often at first, then less so, and once more when the time is up."""

from __future__ import annotations

from typing import Callable, Iterator

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 3.0
_GROWTH = 1.4


def polls(timeout: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> Iterator[float]:
    """The time at each look; it ends when timeout seconds are over."""
    end = clock() + timeout
    pause = _FIRST_PAUSE
    while True:
        yield clock()
        left = end - clock()
        if left <= 0:
            return
        sleep(min(pause, left))
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)
