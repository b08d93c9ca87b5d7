"""Reads Marathon's event stream in a thread of its own."""

from __future__ import annotations

import json
import threading

import requests


class Listener:
    """``raw`` is what arrived so far; ``ended`` says that no more will."""

    def __init__(self, url: str, query: str = "") -> None:
        self.raw = b""
        self.ended = False
        self._response = requests.get(f"{url}/v2/events{query}", headers={"Accept": "text/event-stream"}, stream=True,
                                      timeout=30)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for chunk in self._response.iter_content(None):
                self.raw += chunk
        except requests.RequestException:
            pass
        self.ended = True

    def types(self) -> list[str]:
        return [frame.split(b"\r\n")[0].removeprefix(b"event: ").decode()
                for frame in self._frames() if frame.startswith(b"event: ")]

    def data(self, kind: str) -> list[dict]:
        first = f"event: {kind}\r".encode()
        return [json.loads(frame.split(b"\r\n")[1].removeprefix(b"data: "))
                for frame in self._frames() if frame.startswith(first)]

    def _frames(self) -> list[bytes]:
        # The last one may not be whole yet.
        return [frame.lstrip(b"\r\n") for frame in self.raw.split(b"\r\n\r\n")[:-1]]
