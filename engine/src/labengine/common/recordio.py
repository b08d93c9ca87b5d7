"""RecordIO framing of Mesos streams: ``<length>\\n<json>``, repeated."""

from __future__ import annotations

import json
from typing import Any

MAX_RECORD = 64 * 1024 * 1024


class RecordError(ValueError):
    """The stream is not RecordIO; the connection must be dropped."""


def encode(obj: Any) -> bytes:
    """One JSON-serialisable object as one record."""
    body = json.dumps(obj, separators=(",", ":")).encode()
    return b"%d\n%s" % (len(body), body)


class Decoder:
    """Incremental decoder: ``feed(chunk)`` returns the objects completed by that chunk."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, chunk: bytes) -> list[Any]:
        self._buffer += chunk
        records: list[Any] = []
        while True:
            head, newline, _rest = self._buffer[:21].partition(b"\n")
            if not newline:
                if len(head) > 20:
                    raise RecordError(f"no record length in {bytes(head)!r}")
                return records
            if not head.isdigit() or int(head) > MAX_RECORD:
                raise RecordError(f"bad record length {bytes(head)!r}")
            start = len(head) + 1
            end = start + int(head)
            if len(self._buffer) < end:
                return records
            try:
                records.append(json.loads(bytes(self._buffer[start:end])))
            except ValueError as error:
                raise RecordError(f"a record is not JSON: {error}") from error
            del self._buffer[:end]
