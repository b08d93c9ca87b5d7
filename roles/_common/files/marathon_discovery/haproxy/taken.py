"""Listeners that this host cannot give, and why.

`haproxy -c` does not see that. A reload would fail, and HAProxy refuses connections for a moment while it tries.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from collections.abc import Collection, Iterable, Iterator, Mapping
from ipaddress import ip_address

from ..apps.conflicts import ANOTHER_PROGRAM, clash, place
from ..apps.model import THE_HOST, Listener
from .saved import Place

_TABLES = ("/proc/self/net/tcp", "/proc/self/net/tcp6")
_LISTEN = "0A"


def taken(listeners: Iterable[Listener], ours: Collection[Place]) -> Mapping[Place, str]:
    """By address and port: who has it. ``ours`` are the listeners of the running HAProxy, which is not in its way."""
    found = {}
    for one in listeners:
        in_use = any(one.port == port and clash(one.address, address) for address, port in ours)
        holder = _holder(one, in_use)
        if holder:
            found[one.address, one.port] = holder
    return found


def _holder(listener: Listener, ours: bool) -> str | None:
    family = socket.AF_INET6 if ":" in listener.address else socket.AF_INET
    address = "0.0.0.0" if listener.address == "*" else listener.address
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            # Connections of the past that linger on a port do not hold it.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, listener.port))
    except OSError as error:
        in_use = error.errno == errno.EADDRINUSE
        if error.errno == errno.EACCES:
            # The agent has no right to low ports, HAProxy has.
            in_use = any(listener.port == port and clash(listener.address, other) for other, port in _listening())
            if not in_use:
                return None
        if in_use:
            return None if ours else ANOTHER_PROGRAM
        return f"{THE_HOST} ({os.strerror(error.errno or 0)})"
    return None


def _listening() -> Iterator[Place]:
    for table in _TABLES:
        try:
            with open(table, encoding="utf-8") as file:
                lines = file.readlines()[1:]
        except OSError:
            # Without IPv6 there is no table of it.
            continue
        for line in lines:
            words = line.split()
            if words[3] == _LISTEN:
                address, _colon, port = words[1].partition(":")
                yield _address(address), int(port, 16)


def _address(digits: str) -> str:
    """The kernel prints words of 32 bits in the order of the machine."""
    words = [int(digits[start : start + 8], 16) for start in range(0, len(digits), 8)]
    return place(str(ip_address(struct.pack(f"={len(words)}I", *words))))
