"""What pymesos calls of http-parser's HttpParser: one answer of a server, as it arrives.

h11 is stricter than what it stands for: an answer that breaks HTTP/1.1's framing is an error, never repaired.
"""

from __future__ import annotations

import h11

_ERROR = 1


class HttpParser:
    def __init__(self) -> None:
        self._peer = h11.Connection(our_role=h11.CLIENT)
        # h11 follows a whole exchange. What was asked matters to it only where it was HEAD or CONNECT.
        self._peer.send(h11.Request(method="POST", target="/", headers=[("Host", "master"), ("Content-Length", "0")]))
        self._peer.send(h11.EndOfMessage())
        self._answer: h11.Response | None = None
        self._body = b""
        self._complete = False
        self._errno = 0

    def execute(self, data: bytes, length: int) -> int:
        """How much of ``data`` was taken: all, or nothing when it is not HTTP."""
        try:
            self._peer.receive_data(data[:length])
            while not self._complete:
                event = self._peer.next_event()
                if event is h11.NEED_DATA:
                    break
                if isinstance(event, h11.Response):
                    self._answer = event
                elif isinstance(event, h11.Data):
                    self._body += event.data
                elif isinstance(event, h11.EndOfMessage):
                    self._complete = True
        except h11.RemoteProtocolError:
            self._errno = _ERROR
            return 0
        return length

    def get_errno(self) -> int:
        return self._errno

    def is_headers_complete(self) -> bool:
        return self._answer is not None

    def get_status_code(self) -> int:
        return self._answer.status_code if self._answer else 0

    def get_headers(self) -> dict[str, str]:
        return {name.decode(): value.decode() for name, value in (self._answer.headers if self._answer else [])}

    def is_chunked(self) -> bool:
        return self.get_headers().get("transfer-encoding", "").lower() == "chunked"

    def is_partial_body(self) -> bool:
        return bool(self._body)

    def recv_body(self) -> bytes:
        body, self._body = self._body, b""
        return body

    def is_message_complete(self) -> bool:
        return self._complete
