"""The servers of one service, of which one answers for all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from . import fetch
from .fetch import ReadError
from .settings_file import Credentials

T = TypeVar("T")


class Hosts:
    """What answered last is asked first."""

    def __init__(
        self,
        urls: Sequence[str],
        credentials: Credentials | None,
        ca_file: str | None,
        stop: threading.Event | None = None,
    ) -> None:
        self.urls = [url.rstrip("/") for url in urls]
        self.current = 0
        self._session = fetch.Session(credentials, ca_file, stop)

    def rotate(self) -> None:
        self.current = (self.current + 1) % len(self.urls)

    def _first(self, read: Callable[[str], T], failed: type[ReadError]) -> T:
        """From the first host that answers as it must; else ``failed``, with what each of them did."""
        failures = []
        for _attempt in self.urls:
            url = self.urls[self.current]
            try:
                return read(url)
            except ReadError as error:
                failures.append(f"{url}: {error}")
                self.rotate()
        raise failed("; ".join(failures))
