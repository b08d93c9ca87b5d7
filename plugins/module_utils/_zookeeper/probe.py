# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks every server of an ensemble how it is."""

from __future__ import annotations

import typing as t

from .ensemble import parse_srvr
from .four_letter import ask


def split_address(address: str, default_port: int = 2181) -> tuple[str, int]:
    """``host``, ``host:port`` or ``[ipv6]:port``."""
    if address.startswith("["):
        host, _bracket, rest = address[1:].partition("]")
        return host, int(rest[1:]) if rest.startswith(":") else default_port
    host, colon, port = address.rpartition(":")
    if not colon or ":" in host:
        return address, default_port
    return host, int(port)


def look(address: str, timeout: float) -> dict[str, t.Any]:
    """One server's state; never raises for a server that does not answer."""
    host, port = split_address(address)
    try:
        state = parse_srvr(ask(host, port, "srvr", timeout))
    except OSError as error:
        state = {"mode": None, "error": error.strerror or str(error)}
    return {"address": address, **state}
