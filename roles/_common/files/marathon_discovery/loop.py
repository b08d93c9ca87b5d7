"""Rounds: at each hint, and at intervals without one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable

from .marathon.events import backoff


class Wakes:
    """What ends the loop (``stop``), hastens the next round (``hint``), and does so after a failure too (``asked``).

    Events of Marathon are only hints: a burst of them must not shorten the wait after a failure.
    """

    def __init__(self) -> None:
        self.stop, self.hint, self.asked = threading.Event(), threading.Event(), threading.Event()

    def ask(self, *_signal: object) -> None:
        """Somebody has changed a file that a round reads."""
        self.asked.set()
        self.hint.set()

    def end(self, *_signal: object) -> None:
        self.stop.set()
        self.ask()


def until_signal() -> Wakes:
    wakes = Wakes()
    signal.signal(signal.SIGTERM, wakes.end)
    signal.signal(signal.SIGINT, wakes.end)
    signal.signal(signal.SIGHUP, wakes.ask)
    return wakes


def repeat(once: Callable[[], float], interval: float, debounce: float, wakes: Wakes) -> None:
    """``once`` does a round, and answers 0, or where it failed with the most seconds until it is tried again."""
    stop, hint = wakes.stop, wakes.hint
    failures = 0
    while not stop.is_set():
        hint.clear()
        wakes.asked.clear()
        longest = once()
        failures = failures + 1 if longest else 0
        if longest:
            wakes.asked.wait(backoff(failures, longest))
        elif hint.wait(interval):
            # A burst of events is one read.
            stop.wait(debounce)
