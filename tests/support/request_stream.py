"""A steady stream of requests, each with an id of its own, and which of them were lost."""

from __future__ import annotations

import http.client
import itertools
import threading
import time


class RequestStream:
    """A new connection for each request: an answer that is not 200 with the id in it is a lost request."""

    def __init__(self, port: int, host: str = "", threads: int = 3, pause: float = 0.01) -> None:
        self.sent = 0
        self.lost: list[str] = []
        self.answered_by: dict[str, int] = {}
        self._port = port
        self._headers = {"Host": host} if host else {}
        self._pause = pause
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(threads)]

    def __enter__(self) -> RequestStream:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def wait_for(self, count: int, seconds: float = 60) -> None:
        """Until so many more requests were sent."""
        wanted, deadline = self.sent + count, time.monotonic() + seconds
        while self.sent < wanted:
            assert time.monotonic() < deadline, f"{self.sent} requests, {wanted} wanted; lost: {self.lost[:5]}"
            time.sleep(0.02)

    def _run(self) -> None:
        while not self._stop.is_set():
            number = next(self._ids)
            said = self._ask(f"/{number}")
            with self._lock:
                self.sent += 1
                if not said.endswith(f" /{number}"):
                    self.lost.append(f"{number}: {said}")
                else:
                    name = said.split()[0]
                    self.answered_by[name] = self.answered_by.get(name, 0) + 1
            time.sleep(self._pause)

    def _ask(self, path: str) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=15)
        try:
            connection.request("GET", path, headers=self._headers)
            answer = connection.getresponse()
            body = answer.read().decode("utf-8", "replace")
            return body if answer.status == 200 else f"status {answer.status}"
        except (OSError, http.client.HTTPException) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()
