# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: machines as maintenance knows them, each the pair of its agent's host name and IP address."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any, Iterable

from ..errors import InvalidOption, NotFound


@dataclass(frozen=True)
class Machine:
    hostname: str = ""
    ip: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Mesos compares host names without their case."""
        return self.hostname.lower(), self.ip

    @property
    def is_whole(self) -> bool:
        return bool(self.hostname and self.ip)

    def fits(self, other: Machine) -> bool:
        """Whether the other one has every part that this one names."""
        return self.hostname.lower() in ("", other.hostname.lower()) and self.ip in ("", other.ip)

    def to_json(self) -> dict[str, str]:
        parts = {"hostname": self.hostname, "ip": self.ip}
        return {name: value for name, value in parts.items() if value}

    def __str__(self) -> str:
        return f"{self.hostname} ({self.ip})" if self.is_whole else self.hostname or self.ip


def machine(entry: dict[str, Any]) -> Machine:
    return Machine(str(entry.get("hostname") or ""), str(entry.get("ip") or ""))


def declared(entries: list[dict[str, Any]]) -> list[Machine]:
    """The option machines; refuses what no master takes."""
    if not entries:
        raise InvalidOption("machines is an empty list: name at least one machine by hostname, ip or both")
    found = []
    for number, entry in enumerate(entries, 1):
        one = Machine((entry.get("hostname") or "").strip(), (entry.get("ip") or "").strip())
        if one == Machine():
            raise InvalidOption(f"Entry {number} of machines is empty: give hostname, ip or both")
        if one.ip and not _is_ipv4(one.ip):
            raise InvalidOption(
                f"ip of entry {number} of machines is '{one.ip}': Mesos takes IPv4 addresses alone, like 192.168.20.51"
            )
        found.append(one)
    return found


def _is_ipv4(text: str) -> bool:
    try:
        ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return True


def of_agent(entry: dict[str, Any]) -> Machine:
    """From an agent of GET_AGENTS."""
    address = str(entry.get("pid") or "").rpartition("@")[2]
    return Machine(entry["agent_info"]["hostname"], address.rpartition(":")[0].strip("[]"))


def resolved(wanted: Machine, known: Iterable[Machine]) -> Machine | None:
    """The known machine that is meant; a whole name may be of one that no one knows, half a name means none then."""
    fitting = {one.key: one for one in known if wanted.fits(one)}
    if len(fitting) > 1:
        listed = ", ".join(sorted(map(str, fitting.values())))
        raise NotFound(f"{len(fitting)} machines are called {wanted} ({listed}): give hostname and ip of the one meant")
    return next(iter(fitting.values()), wanted if wanted.is_whole else None)


def distinct(machines: list[Machine]) -> list[Machine]:
    """Refuses a machine that is named twice, which no schedule may have."""
    seen: dict[tuple[str, str], Machine] = {}
    for one in machines:
        if one.key in seen:
            raise InvalidOption(f"machines names {one} twice: leave one of the entries out")
        seen[one.key] = one
    return machines


def listed(machines: Iterable[Machine]) -> str:
    """For a sentence."""
    return ", ".join(map(str, machines))
