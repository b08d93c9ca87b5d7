"""How much more is logged, and until when."""

from __future__ import annotations

import time


class Verbosity:
    def __init__(self) -> None:
        self._level = 0
        self._until = 0.0

    @property
    def level(self) -> int:
        return self._level if time.monotonic() < self._until else 0

    def set(self, level: int, seconds: float) -> None:
        self._level, self._until = level, time.monotonic() + seconds
