"""Rounds: at each hint, and at intervals without one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from .marathon.events import backoff


def until_signal() -> tuple[threading.Event, threading.Event]:
    """What ends the loop, which a signal sets, and what wakes it up."""
    stop, hint = threading.Event(), threading.Event()

    def end(_signal: int, _frame: object) -> None:
        stop.set()
        hint.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    # Somebody has changed a file that a round reads.
    signal.signal(signal.SIGHUP, lambda _signal, _frame: hint.set())
    return stop, hint


def repeat(
    once: Callable[[], float], interval: float, debounce: float, hint: threading.Event, stop: threading.Event
) -> None:
    """``once`` does a round, and answers 0, or where it failed with the most seconds until it is tried again."""
    failures = 0
    while not stop.is_set():
        hint.clear()
        longest = once()
        failures = failures + 1 if longest else 0
        if longest:
            stop.wait(backoff(failures, longest))
        elif hint.wait(interval):
            # A burst of events is one read.
            stop.wait(debounce)
