"""Requests at a fixed rate, each with an id of its own: which had no good answer, and which were served twice."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterable

_PATIENCE = 20.0


class PacedStream:
    """``threads`` clients together put ``rate`` requests a second, each by a connection of its own."""

    def __init__(self, address: str, port: int, host: str = "", rate: float = 100, threads: int = 10) -> None:
        self.sent: list[str] = []
        self.lost: list[tuple[float, float, str]] = []
        self.seconds = 0.0
        self._address, self._port = address, port
        self._headers = {"Host": host} if host else {}
        self._every = threads / rate
        self._run_id = uuid.uuid4().hex[:8]
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number * self._every / threads,), daemon=True)
            for number in range(threads)
        ]

    def __enter__(self) -> PacedStream:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(_PATIENCE + 5)
        self.seconds = time.monotonic() - self._began

    @property
    def rate(self) -> float:
        return len(self.sent) / self.seconds

    @property
    def outage(self) -> float:
        """Seconds from the first request that was lost to the end of the last one."""
        return max(end for _begin, end, _why in self.lost) - min(begin for begin, _end, _why in self.lost)

    def doubled(self, lines: Iterable[str]) -> list[str]:
        """The ids that more than one line of the servers' logs has."""
        sent = set(self.sent)
        served: Counter[str] = Counter()
        for line in lines:
            found = line.partition("?id=")[2].split(" ")[0]
            if found in sent:
                served[found] += 1
        assert served, "no log of a server has any request"
        return [one for one, count in served.items() if count > 1]

    def _run(self, offset: float) -> None:
        due = time.monotonic() + offset
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            one = f"{self._run_id}-{next(self._numbers)}"
            begin = time.monotonic()
            why = self._ask(f"/?id={one}")
            with self._lock:
                self.sent.append(one)
                if why:
                    self.lost.append((begin, time.monotonic(), f"{one}: {why}"))
            # What could not be put in time is put at once, so that the rate stays.
            due = max(due + self._every, time.monotonic() - 1)

    def _ask(self, path: str) -> str:
        connection = http.client.HTTPConnection(self._address, self._port, timeout=_PATIENCE)
        try:
            connection.request("GET", path, headers=self._headers)
            answer = connection.getresponse()
            answer.read()
            return "" if answer.status == http.client.OK else f"HTTP {answer.status}"
        except (OSError, http.client.HTTPException) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()
