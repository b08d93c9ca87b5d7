"""Addresses of agents that are known by name. A name that cannot be resolved keeps its last address."""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Sequence

_FRESH_SECONDS = 60.0
# For all names that are new, together; a slow server of DNS must not keep a round from what is known.
_WAIT_SECONDS = 5.0
_THREADS = 16


class Addresses:
    """What is known is used at once and refreshed beside the round, by threads that do not keep the program alive."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, str | None]] = {}
        self._asked: set[str] = set()
        self._changed = threading.Condition()
        self._queue: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._threads = 0

    def of(self, names: Sequence[str]) -> dict[str, str]:
        with self._changed:
            self._ask(names)
            self._changed.wait_for(lambda: all(name in self._known for name in names), _WAIT_SECONDS)
            # It is waited for once: its address is taken when it comes.
            self._known = {name: self._known.get(name, (time.monotonic(), None)) for name in names}
            return {name.lower(): address for name, (_since, address) in self._known.items() if address}

    def _ask(self, names: Sequence[str]) -> None:
        old = time.monotonic() - _FRESH_SECONDS
        for name in names:
            if name not in self._asked and (name not in self._known or self._known[name][0] < old):
                self._asked.add(name)
                self._queue.put(name)
                if self._threads < min(_THREADS, len(self._asked)):
                    self._threads += 1
                    threading.Thread(target=self._work, name="addresses", daemon=True).start()

    def _work(self) -> None:
        while True:
            name = self._queue.get()
            address = _resolve(name)
            with self._changed:
                last = self._known.get(name, (0.0, None))[1]
                self._known[name] = (time.monotonic(), address or last)
                self._asked.discard(name)
                self._changed.notify_all()


def _resolve(name: str) -> str | None:
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except (OSError, ValueError):
        return None
    return str(sorted(entry[4][0] for entry in found)[0])
