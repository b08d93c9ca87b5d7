# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ZooKeeper lets a client do that shows no password, asked without kazoo, which a host may lack."""

from __future__ import annotations

import contextlib
import socket
import struct
import typing as t

READ, WRITE = 1, 2 | 4 | 8  # to read; to set, to create and to delete
GET_ACL, CLOSE_SESSION = 6, -11
MAX_ANSWER = 1 << 20


def rights(host: str, port: int, timeout: float, path: str = "/") -> list[str]:
    """``read`` and ``write``, as far as anyone may do them at a znode; raises OSError where nothing answers."""
    with socket.create_connection((host, port), timeout=timeout) as connection:
        connection.sendall(_framed(struct.pack(">iqiqi16sb", 0, 0, int(timeout * 1000), 0, 16, b"", 0)))
        if not _message(connection):
            return []
        name = path.encode()
        connection.sendall(_framed(struct.pack(">iii", 1, GET_ACL, len(name)) + name))
        answer = _message(connection)
        # A session that is not closed is one more for the servers until its time is over.
        with contextlib.suppress(OSError):
            connection.sendall(_framed(struct.pack(">ii", 2, CLOSE_SESSION)))
            _message(connection)
        return granted(answer)


def granted(answer: bytes) -> list[str]:
    """Pure: from the answer to getACL; a server that wants a user first gives an error or hangs up."""
    if len(answer) < 20 or struct.unpack_from(">i", answer, 12)[0]:
        return []
    allowed, offset = 0, 20
    for _entry in range(max(0, struct.unpack_from(">i", answer, 16)[0])):
        permissions, offset = struct.unpack_from(">i", answer, offset)[0], offset + 4
        scheme, offset = _text(answer, offset)
        identity, offset = _text(answer, offset)
        if (scheme, identity) == ("world", "anyone"):
            allowed |= permissions
    return [word for word, bits in (("read", READ), ("write", WRITE)) if allowed & bits]


def _text(answer: bytes, offset: int) -> tuple[str, int]:
    (length,) = struct.unpack_from(">i", answer, offset)
    end = offset + 4 + max(0, length)
    return answer[offset + 4 : end].decode("utf-8", "replace"), end


def _framed(message: bytes) -> bytes:
    return struct.pack(">i", len(message)) + message


def _message(connection: socket.socket) -> bytes:
    """The next message; empty where the server has hung up."""
    head = _exactly(connection, 4)
    if len(head) < 4:
        return b""
    (length,) = struct.unpack(">i", head)
    return _exactly(connection, length) if 0 < length <= MAX_ANSWER else b""


def _exactly(connection: socket.socket, length: int) -> bytes:
    chunks: t.List[bytes] = []
    left = length
    while left:
        try:
            chunk = connection.recv(left)
        except ConnectionResetError:
            return b""
        if not chunk:
            return b""
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)
