# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ZooKeeper's four-letter words over TCP."""

from __future__ import annotations

import socket

MAX_ANSWER = 1 << 20


def ask(host: str, port: int, word: str, timeout: float) -> str:
    """The answer to one four-letter word; raises OSError when the server cannot be reached."""
    with socket.create_connection((host, port), timeout=timeout) as connection:
        connection.sendall(word.encode("ascii"))
        chunks: list[bytes] = []
        size = 0
        while size < MAX_ANSWER:
            chunk = connection.recv(65536)
            if not chunk:
                break
            chunks.append(chunk)
            size += len(chunk)
    return b"".join(chunks).decode("utf-8", "replace")
