# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits, within bounds, until nothing is wrong any more."""

from __future__ import annotations

import time
import typing as t


def wait_until_healthy(
    look: t.Callable[[], list[str]],
    timeout: float,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
    hopeless: t.Callable[[], bool] = lambda: False,
) -> tuple[list[str], float]:
    """Calls ``look`` until it finds no problem, the time is over or to wait on is hopeless.

    Returns the last problems and the seconds taken.
    """
    start = clock()
    pause = 0.25
    while True:
        found = look()
        elapsed = clock() - start
        if not found or elapsed >= timeout or hopeless():
            return found, elapsed
        sleep(min(pause, timeout - elapsed))
        pause = min(pause * 1.5, 2.0)
