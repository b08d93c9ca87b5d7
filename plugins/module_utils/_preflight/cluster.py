# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the inventory says of a group's members."""

from __future__ import annotations

import typing as t


def address_of(variables: t.Mapping[str, t.Any], name: str, option: str) -> str:
    """Where the other hosts reach a member: its option, C(quorum_address), the address Ansible uses, its name."""
    return str(variables.get(option) or variables.get("quorum_address") or variables.get("ansible_host") or name)


def members(
    names: t.Iterable[str],
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    address: str,
    defaults: t.Mapping[str, t.Any],
    number: str | None = None,
) -> list[dict[str, t.Any]]:
    """The members in the inventory's order.

    Each has C(host), C(id) (the variable ``number`` of the member or its place in the group), C(address) and one entry
    for every name in ``defaults``: that variable of the member, or the default.
    """
    found = []
    for place, name in enumerate(names, start=1):
        variables = hostvars[name]
        own_number = variables.get(number) if number else None
        member = {
            "host": name,
            "id": place if own_number is None else int(own_number),
            "address": address_of(variables, name, address),
        }
        for key, default in defaults.items():
            value = variables.get(key)
            member[key] = default if value is None else value
        found.append(member)
    return found


def host_and_port(address: str, port: t.Any) -> str:
    """``host:port``, with brackets around an IPv6 address."""
    return ("[%s]:%s" if ":" in address else "%s:%s") % (address, port)
