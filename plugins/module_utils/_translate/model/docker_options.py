# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The values of docker run options, as both targets read them."""

from __future__ import annotations

import ipaddress
import shlex
from typing import Optional

_LONG = {"v": "volume", "u": "user", "w": "workdir", "h": "hostname", "l": "label", "t": "tty"}


def long_key(key: str) -> str:
    return _LONG.get(key, key)


def flag(value: str) -> Optional[bool]:
    return {"true": True, "1": True, "": True, "false": False, "0": False}.get(value.strip().lower())


def host(value: str) -> Optional[tuple[str, str]]:
    """The name and the address of name:address."""
    name, separator, address = value.partition(":")
    try:
        ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return None
    return (name, address.strip("[]")) if name and separator else None


def words(value: str) -> Optional[list[str]]:
    try:
        return shlex.split(value) or None
    except ValueError:
        return None
