# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repeats a write that got no answer, but only for what a read shows as not done."""

from __future__ import annotations

from typing import Callable, TypeVar

from ..errors import Conflict, Invalid, WriteUncertain, looking_after

TRIES = 3
PAUSE = 1.0

P = TypeVar("P")
R = TypeVar("R")


def written(send: Callable[[P], R], plan: P, left: Callable[[P], P | None], sleep: Callable[[float], None]) -> R | None:
    """What send answers to the plan. left reads what is left to do of it: None, and None is the answer, if all is done.

    Raises WriteUncertain where that cannot be known.
    """
    lost: list[WriteUncertain] = []
    while True:
        try:
            return send(plan)
        except WriteUncertain as error:
            lost.append(error)
            if len(lost) == TRIES:
                raise
            sleep(PAUSE)
            with looking_after(error):
                rest = left(plan)
            if rest is None:
                return None
            plan = rest
        except (Conflict, Invalid):
            if not lost:
                raise
            # The one before may have arrived after that read, and be what this one meets.
            with looking_after(lost[-1]):
                rest = left(plan)
            if rest is not None:
                raise
            return None
