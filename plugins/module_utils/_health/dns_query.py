# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a DNS server answers a question, by UDP as its clients ask."""

from __future__ import annotations

import os
import socket
import struct
import typing as t

TRIES = 2
KINDS = {"A": 1, "SOA": 6}
RCODES = {1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
_INTERNET = 1
_HEADER = struct.Struct("!6H")


def message(number: int, name: str, kind: str) -> bytes:
    """A question in the form of RFC 1035, section 4.1."""
    labels = b"".join(bytes([len(label)]) + label for label in name.encode("ascii").split(b"."))
    return _HEADER.pack(number, 0, 1, 0, 0, 0) + labels + b"\0" + struct.pack("!2H", KINDS[kind], _INTERNET)


def verdict(answer: bytes, name: str, kind: str) -> str | None:
    """What is wrong with an answer."""
    _number, flags, _questions, count, _authorities, _more = _HEADER.unpack_from(answer)
    code = flags & 15
    if code:
        return "it answers %s for %s" % (RCODES.get(code, "the error %d" % code), name)
    return None if count else "it has no %s record for %s" % (kind, name)


def problem(server: str, name: str, kind: str, seconds: float) -> str | None:
    """What is wrong with C(server), an address of either family and a port, joined by a colon."""
    host, _colon, port = server.rpartition(":")
    why = "no answer"
    for _turn in range(TRIES):
        try:
            answer = _ask((host, int(port)), name, kind, seconds / TRIES)
        except OSError as error:
            why = error.strerror or "no answer"
            continue
        if answer:
            return verdict(answer, name, kind)
    return "%s does not answer (%s)" % (server, why)


def _ask(place: tuple[str, int], name: str, kind: str, seconds: float) -> t.Optional[bytes]:
    number = int.from_bytes(os.urandom(2), "big")
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(seconds)
        # From nobody else comes an answer then, and a port without a server says so.
        client.connect(place)
        client.send(message(number, name, kind))
        answer = client.recv(4096)
    whole = len(answer) >= _HEADER.size and answer[:2] == number.to_bytes(2, "big")
    return answer if whole else None
