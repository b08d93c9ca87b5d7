"""The lines of an answer that does not end, as they come, in a memory that is bounded."""

from __future__ import annotations

import http.client
import zlib
from collections.abc import Iterator

import requests

from .. import fetch
from .answer import MarathonError

_AT_ONCE = 1 << 14
# An event of an app has its whole definition in one line, and only how the line begins matters.
_KEPT = 256


def of(response: requests.Response) -> Iterator[str]:
    """How each line begins. A line that is not complete yet is not waited for in a buffer that must become full."""
    unpack = _Unpack() if response.headers.get("Content-Encoding") == "gzip" else bytes
    source: http.client.HTTPResponse = response.raw._original_response
    line = b""
    try:
        while True:
            part = source.read1(_AT_ONCE)
            if not part:
                break
            *ended, rest = unpack(part).replace(b"\r", b"\n").split(b"\n")
            for end in ended:
                yield (line + end[:_KEPT])[:_KEPT].decode("utf-8", "replace")
                line = b""
            line = (line + rest[:_KEPT])[:_KEPT]
    except (http.client.HTTPException, OSError, ValueError, AttributeError, zlib.error) as error:
        raise MarathonError(f"the event stream broke off: {fetch.reason(error)}") from error
    raise MarathonError("the event stream ended")


class _Unpack:
    """gzip as it comes, in one piece or in several."""

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._stream = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def __call__(self, part: bytes) -> bytes:
        found = b""
        while part:
            found += self._stream.decompress(part)
            part = self._stream.unused_data
            if self._stream.eof:
                self._begin()
        return found
