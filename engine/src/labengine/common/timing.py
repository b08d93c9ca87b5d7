"""How long something takes, measured, under the names that libprocess' timers have in ``/metrics/snapshot``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

CAPACITY = 1000
PERCENTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99, "p999": 0.999, "p9999": 0.9999}


class Timing:
    """Milliseconds; statistics are of the last ``window`` seconds, and there are none without it."""

    def __init__(self, name: str, window: float = 0.0) -> None:
        self._name = name
        self._window = window
        self._last: float | None = None
        self._history: deque[tuple[float, float]] = deque(maxlen=CAPACITY)

    @contextmanager
    def measure(self) -> Iterator[None]:
        """What raises is not counted."""
        began = time.monotonic()
        yield
        self.record(time.monotonic() - began)

    def record(self, seconds: float) -> None:
        self._last = seconds * 1000.0
        if self._window:
            self._history.append((time.monotonic(), self._last))

    def snapshot(self) -> dict[str, float]:
        """Nothing before the first measurement, statistics from the second on."""
        if self._last is None:
            return {}
        result = {self._name: self._last}
        oldest = time.monotonic() - self._window
        values = sorted(value for when, value in self._history if when >= oldest)
        if len(values) > 1:
            result |= {
                f"{self._name}/count": float(len(values)),
                f"{self._name}/min": values[0],
                f"{self._name}/max": values[-1],
                **{f"{self._name}/{key}": _percentile(values, share) for key, share in PERCENTILES.items()},
            }
        return result


def _percentile(values: list[float], share: float) -> float:
    """Between two of the sorted values, as near to each as ``share`` says."""
    position = share * (len(values) - 1)
    index = min(int(position), len(values) - 2)
    return values[index] + (position - index) * (values[index + 1] - values[index])
