"""Many small JSON messages to one peer, over connections that are kept.

What is sent for every task costs little here: a general client takes several times as long for each as the master does.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import h11

from labengine.common.tls import Tls

READ_BYTES = 65536


class PostError(Exception):
    """No answer; whether the message arrived is not known."""


class Poster:
    """``timeout`` is for a message with its answer."""

    def __init__(self, tls: Tls, *, auth: tuple[str, str] | None = None, timeout: float) -> None:
        self._tls = tls
        self._timeout = timeout
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if auth:
            self._headers["Authorization"] = "Basic " + base64.b64encode(":".join(auth).encode()).decode()
        self._idle: dict[str, list[_Connection]] = {}

    async def post(self, url: str, message: Any, headers: Mapping[str, str] | None = None) -> tuple[int, str]:
        """Status and text of the answer."""
        target = urlsplit(url)
        body = json.dumps(message, separators=(",", ":")).encode()
        try:
            async with asyncio.timeout(self._timeout):
                connection = self._take(target.netloc) or await self._connect(target)
                try:
                    answer = await connection.exchange(
                        target.path, {"Host": target.netloc, **self._headers, **(headers or {})}, body
                    )
                except BaseException:
                    connection.close()
                    raise
        except TimeoutError:
            raise PostError(f"no answer within {self._timeout:g} seconds") from None
        except (OSError, h11.ProtocolError) as error:
            raise PostError(str(error) or type(error).__name__) from error
        if connection.reusable:
            self._idle.setdefault(target.netloc, []).append(connection)
        else:
            connection.close()
        return answer

    def _take(self, authority: str) -> _Connection | None:
        idle = self._idle.get(authority, [])
        while idle:
            connection = idle.pop()
            if connection.reusable:
                return connection
            connection.close()
        return None

    async def _connect(self, target: SplitResult) -> _Connection:
        return _Connection(*await self._tls.connection(target.scheme, str(target.hostname), target.port or 80))

    def close(self) -> None:
        for connections in self._idle.values():
            for connection in connections:
                connection.close()
        self._idle.clear()


class _Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)

    @property
    def reusable(self) -> bool:
        """False as soon as the peer has closed it."""
        return self._http.our_state is h11.IDLE and not self._reader.at_eof() and not self._writer.is_closing()

    async def exchange(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str]:
        request = h11.Request(
            method="POST", target=path, headers=[*headers.items(), ("Content-Length", str(len(body)))]
        )
        parts = [self._http.send(one) for one in (request, h11.Data(data=body), h11.EndOfMessage())]
        self._writer.write(b"".join(part for part in parts if part))
        await self._writer.drain()
        status, text = 0, bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                data = await self._reader.read(READ_BYTES)
                if not data and not status:
                    raise ConnectionResetError("the connection was closed before an answer came")
                self._http.receive_data(data)
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                text += event.data
            elif isinstance(event, h11.EndOfMessage):
                break
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        return status, text.decode(errors="replace")

    def close(self) -> None:
        self._writer.close()
