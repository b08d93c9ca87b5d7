# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ports of one host that two services would listen on, or that its agent gives to tasks."""

from __future__ import annotations

import typing as t

EVERYWHERE = ("", "0.0.0.0", "::", "[::]", "None")


class HostPort(t.NamedTuple):
    """The option with the port, and the address to listen on."""

    option: str
    number: int
    address: str


def read(ports: t.Iterable[t.Mapping[str, t.Any]]) -> list[HostPort]:
    """From dictionaries with C(option), C(port) and maybe C(address).

    What is no number is told elsewhere, and 0 is any free one.
    """
    return [
        HostPort(entry["option"], int(entry["port"]), str(entry.get("address") or ""))
        for entry in ports
        if str(entry["port"]).isdigit() and int(entry["port"]) > 0
    ]


def _meet(one: HostPort, other: HostPort) -> bool:
    return one.number == other.number and (
        one.address == other.address or one.address in EVERYWHERE or other.address in EVERYWHERE
    )


def problems(given: t.Iterable[t.Mapping[str, t.Any]], offered: t.Iterable[str], host: str) -> list[str]:
    """One sentence for every two services with one port, and for every port of a service that tasks may get.

    C(offered) are ranges like C(31000-32000).
    """
    ports = read(given)
    found = [
        "%s: %s and %s are both %d on this host; give one of them another port."
        % (host, one.option, other.option, one.number)
        for place, one in enumerate(ports)
        for other in ports[place + 1 :]
        if _meet(one, other)
    ]
    for text in offered:
        first, _dash, last = text.partition("-")
        if not first.isdigit() or not (last or first).isdigit():
            continue
        found += [
            "%s: the agent offers port %d to tasks (%s of the ports in mesos_slave_resources), and it is %s of this "
            "host; leave it out of the resources, or choose another port." % (host, port.number, text, port.option)
            for port in ports
            if int(first) <= port.number <= int(last or first)
        ]
    return found
