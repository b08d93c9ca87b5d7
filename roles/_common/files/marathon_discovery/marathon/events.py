"""The event stream: a hint that something changed, never the change itself."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable

from ..fetch import ReadError
from .client import Marathon

log = logging.getLogger("marathon-events")
# Marathon elects a leader within seconds, and what moved meanwhile is not served before it is read.
LONGEST_SECONDS = 5.0


def backoff(failures: int, longest: float = LONGEST_SECONDS, chance: Callable[[], float] = random.random) -> float:
    """Seconds to wait after so many failures in a row, spread so that not all balancers come at once."""
    return min(longest, 2.0 ** min(failures, 10) / 2) * (0.5 + chance() / 2)


class Events:
    """A thread that holds the stream, and hints at every event and after every connect."""

    def __init__(self, marathon: Marathon, hint: threading.Event, stop: threading.Event) -> None:
        self.connected = False
        self.connects = 0
        self.received = 0
        self._marathon = marathon
        self._hint = hint
        self._stop = stop
        self._said = ""

    def start(self) -> None:
        threading.Thread(target=self.run, name="events", daemon=True).start()

    def run(self) -> None:
        failures = 0
        while not self._stop.is_set():
            try:
                with self._marathon.events() as lines:
                    self.connected = True
                    self.connects += 1
                    # Marathon sends no history: what happened before is known by a full read.
                    self._hint.set()
                    for line in lines:
                        if line.startswith("event:"):
                            failures = 0
                            self.received += 1
                            self._hint.set()
                        if self._stop.is_set():
                            return
            except ReadError:
                failures += 1
                self._marathon.rotate()
            except Exception as error:
                # An unforeseen fault must not end the thread: apps are read at intervals, and it tries again.
                failures += 1
                self._marathon.rotate()
                self._say(f"events of Marathon: unexpected: {type(error).__name__}: {error}")
            finally:
                self.connected = False
            self._stop.wait(backoff(failures))

    def _say(self, sentence: str) -> None:
        if sentence != self._said:
            log.error("%s", sentence.replace("\n", " "))
        self._said = sentence
