# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit for the whole of a request: with one of silence alone, a server that sends byte by byte has no end."""

from __future__ import annotations

import threading
from typing import Any, Callable, TypeVar

T = TypeVar("T")


class TimeUp(Exception):
    """It took too long, and goes on without effect."""


def within(seconds: float, action: Callable[[], T]) -> T:
    """What action returns or raises in that time."""
    outcome: dict[str, Any] = {}

    def run() -> None:
        try:
            outcome["value"] = action()
        except BaseException as error:
            outcome["error"] = error

    # A daemon does not keep the process from ending.
    thread = threading.Thread(target=run, name="request", daemon=True)
    thread.start()
    thread.join(max(seconds, 0.0))
    if thread.is_alive():
        raise TimeUp
    if "error" in outcome:
        raise outcome["error"]
    return outcome["value"]
