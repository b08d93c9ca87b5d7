# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An IPv4 address that several hosts share: which addresses a host has, and who answers for one on its network."""

from __future__ import annotations

import ipaddress
import socket
import struct
import time
import typing as t

SECONDS = 1.0
_ARP = 0x0806
_BROADCAST = b"\xff" * 6
# Ethernet and IPv4, with the lengths of their addresses.
_KIND = b"\x00\x01\x08\x00\x06\x04"
_REQUEST, _REPLY = b"\x00\x01", b"\x00\x02"


def interfaces(shown: str) -> dict[str, list[str]]:
    """Pure: from `ip -o -4 addr show`, each interface with its addresses as V(10.0.0.1/24)."""
    found: dict[str, list[str]] = {}
    for line in shown.splitlines():
        words = line.split()
        if "inet" in words[:-1]:
            found.setdefault(words[1].partition("@")[0], []).append(words[words.index("inet") + 1])
    return found


def on_link(known: t.Mapping[str, t.Sequence[str]], address: str) -> str | None:
    """Pure: the interface in whose network an address is."""
    wanted = ipaddress.IPv4Address(address)
    for name, its in known.items():
        if name != "lo" and any(wanted in ipaddress.IPv4Interface(one).network for one in its):
            return name
    return None


def local(table: str) -> set[str]:
    """Pure: from /proc/net/fib_trie, the addresses that the host itself has now."""
    found, last = set(), ""
    for line in table.splitlines():
        words = line.split()
        if words[:1] == ["|--"]:
            last = words[1]
        elif words[:3] == ["/32", "host", "LOCAL"]:
            found.add(last)
    return found


def question(hardware: bytes, address: str) -> bytes:
    """Pure: an ARP probe, which names no sender and so changes nobody's table (RFC 5227)."""
    return b"".join([
        _BROADCAST, hardware, struct.pack("!H", _ARP), _KIND, _REQUEST,
        hardware, socket.inet_aton("0.0.0.0"), b"\x00" * 6, socket.inet_aton(address),
    ])  # fmt: skip


def answered(frame: bytes, address: str) -> str | None:
    """Pure: the hardware address of who says in an ARP frame that it has the address."""
    body = frame[14:42]
    if frame[12:14] != struct.pack("!H", _ARP) or len(body) < 28 or body[:6] != _KIND or body[6:8] != _REPLY:
        return None
    if body[14:18] != socket.inet_aton(address):
        return None
    return ":".join("%02x" % byte for byte in body[8:14])


def ask(interface: str, address: str, seconds: float = SECONDS) -> str | None:
    """The hardware address of who answers for an address on the interface's network; None where nobody does."""
    try:
        with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ARP)) as speaker:
            speaker.bind((interface, _ARP))
            hardware = speaker.getsockname()[4]
            deadline = time.monotonic() + seconds
            speaker.send(question(hardware, address))
            while (left := deadline - time.monotonic()) > 0:
                speaker.settimeout(left)
                who = answered(speaker.recv(1500), address)
                if who:
                    return who
    except OSError:
        # Who may not ask, or is asked too long, knows nothing.
        return None
    return None
