"""Addresses of agents that are known by name. A name that cannot be resolved keeps its last address."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

_FRESH_SECONDS = 60.0


class Addresses:
    def __init__(self) -> None:
        self._known: dict[str, tuple[float, str | None]] = {}

    def of(self, names: Sequence[str]) -> dict[str, str]:
        now = time.monotonic()
        stale = [name for name in names if name not in self._known or self._known[name][0] < now - _FRESH_SECONDS]
        if stale:
            with ThreadPoolExecutor(16) as pool:
                for name, address in zip(stale, pool.map(_resolve, stale)):
                    last = self._known.get(name, (0.0, None))[1]
                    self._known[name] = (now, address or last)
        self._known = {name: self._known[name] for name in names}
        return {name.lower(): address for name, (_since, address) in self._known.items() if address}


def _resolve(name: str) -> str | None:
    try:
        found = socket.getaddrinfo(name, None, socket.AF_INET, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return str(sorted(entry[4][0] for entry in found)[0])
