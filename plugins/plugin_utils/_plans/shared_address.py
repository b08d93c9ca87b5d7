# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the address that load balancers share, who has it first, and what is against it."""

from __future__ import annotations

import ipaddress
import re
import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

_INTERFACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,14}\Z")
# VRRP sends no more of it, and keepalived would cut the rest off.
_PASSWORD = re.compile(r"[A-Za-z0-9_.@%+=,-]{1,8}\Z")
# What an answer of HAProxy adds to the priority of its host. Where none answers, the first host keeps the address:
# clients may be served there all the same, for example while the port that is asked changes.
_ANSWERS = 100
# 255 is for who owns the address as its only one.
_FIRST_PRIORITY = 254 - _ANSWERS
_UNIT = "/etc/systemd/system/keepalived.service"
# The unit alone may be of somebody who has edited the one of the package.
_SETTINGS = "/etc/haproxy/keepalived.conf"
_SAME = ("haproxy_address", "haproxy_address_router_id")


def address_of(value: t.Any) -> str:
    """Without the length of its network; empty where there is none."""
    return str(value or "").partition("/")[0]


def plan(values: Values) -> dict[str, t.Any]:
    """The problems, the warnings, and what keepalived is told; nothing where no address is shared."""
    if not values["haproxy_address"]:
        return {"problems": _alone(values), "warnings": [], "settings": None}
    members = list(values["groups"].get(values["haproxy_group"]) or [])
    host = values["inventory_hostname"]
    addresses = {str(one["host"]): str(one["address"]) for one in values["__common_neighbours"]}
    own = addresses.get(host, "")
    problems = [
        *_address(values),
        *_places(values, members, addresses),
        *_numbers(values),
        *_same(values, members),
        *_stranger(values),
        *_newcomer(values, members),
    ]
    interface = values["haproxy_address_interface"] or _interface_with(values, own)
    if not problems:
        problems = [*_interface(values, own), *_taken(values, members)]
    warnings = []
    if len(members) < 2:
        warnings.append(
            "%s: it is the only load balancer, so that nobody takes %s (haproxy_address) over from it; put another "
            "host into the group %s." % (host, address_of(values["haproxy_address"]), values["haproxy_group"])
        )
    place = members.index(host) if host in members else 0
    return {
        "problems": problems,
        "warnings": warnings,
        "settings": {
            "address": str(values["haproxy_address"]),
            "interface": str(interface or ""),
            "own": own,
            "peers": [addresses.get(member, "") for member in members if member != host],
            "state": "BACKUP" if place else "MASTER",
            "priority": max(1, _FIRST_PRIORITY - place),
            "answers": _ANSWERS,
            "router_id": values["haproxy_address_router_id"],
        },
    }


def _is_address(text: str) -> bool:
    try:
        one = ipaddress.IPv4Address(text)
    except ValueError:
        return False
    return not (one.is_loopback or one.is_unspecified or one.is_multicast)


def _address(values: Values) -> list[str]:
    text = str(values["haproxy_address"])
    address, slash, length = text.partition("/")
    if _is_address(address) and slash and length.isdigit() and length.isascii() and 1 <= int(length) <= 32:
        return []
    return [
        "haproxy_address is %s; write an IPv4 address with the length of its network, like 192.0.2.100/24."
        % ascii(text)
    ]


def _places(values: Values, members: list[str], addresses: t.Mapping[str, str]) -> list[str]:
    shared = address_of(values["haproxy_address"])
    found = [
        "%s (haproxy_address) is the address of %s; choose one that no host has as its own." % (shared, host)
        for host, address in addresses.items()
        if address == shared
    ]
    return found + [
        "the address of %s for the other hosts is %s, and load balancers that share an address need an IPv4 address "
        "each; set its quorum_address." % (member, ascii(addresses.get(member, "")))
        for member in members
        if not _is_address(addresses.get(member, ""))
    ]


def _numbers(values: Values) -> list[str]:
    number = str(values["haproxy_address_router_id"])
    found = []
    if not (number.isdigit() and number.isascii() and 1 <= int(number) <= 255):
        found.append("haproxy_address_router_id is %s; write a number from 1 to 255." % ascii(number))
    if values["haproxy_address_password"] and not _PASSWORD.match(str(values["haproxy_address_password"])):
        # Not with what was given.
        found.append("haproxy_address_password must be 1 to 8 letters, digits and _.@%+=,- alone, as VRRP has them.")
    name = str(values["haproxy_address_interface"] or "")
    if name and not _INTERFACE.match(name):
        found.append("haproxy_address_interface is %s, which is no name of an interface." % ascii(name))
    return found


def _same(values: Values, members: list[str]) -> list[str]:
    """Those who share an address must agree on it; an option that is no variable of the host is not seen."""
    found = []
    for member in members:
        its = values["hostvars"][member]
        found += [
            "%s is %s here and %s on %s; give all hosts of the group %s the same."
            % (option, values[option], its[option] or "not set", member, values["haproxy_group"])
            for option in _SAME
            if option in its and str(its[option]) != str(values[option])
        ]
    return found


def _alone(values: Values) -> list[str]:
    """One without the address would be left alone by those that share it."""
    members = values["groups"].get(values["haproxy_group"]) or []
    return [
        "haproxy_address is not set here, and it is %s on %s; give all hosts of the group %s the same."
        % (values["hostvars"][member]["haproxy_address"], member, values["haproxy_group"])
        for member in members
        if values["hostvars"][member].get("haproxy_address")
    ][:1]


def _stranger(values: Values) -> list[str]:
    """A keepalived that runs without the role's unit and settings has those of somebody else."""
    host = values["__common_host"]
    its = all(host["files"].get(path) is not None for path in (_UNIT, _SETTINGS))
    if its or not (host.get("units") or {}).get("keepalived"):
        return []
    return [
        "a keepalived runs there that the role has not set up, and its addresses would be given up; take another host, "
        "stop it where nobody needs it (systemctl disable --now keepalived), or leave haproxy_address out."
    ]


def _newcomer(values: Values, members: list[str]) -> list[str]:
    """The others advertise to those alone that they were told of; one that they do not know takes the address too."""
    others = [one for one in members if one not in values["ansible_play_hosts"]]
    if not others or values["__common_host"]["files"].get(_UNIT) is not None:
        return []
    return [
        "it is new among those that share %s (haproxy_address), and %s must be told of it, else both have the address; "
        "run without --limit, or take a host that is lost out of the group %s."
        % (address_of(values["haproxy_address"]), ", ".join(others), values["haproxy_group"])
    ]


def _interfaces(host: t.Mapping[str, t.Any]) -> dict[str, list[str]]:
    return (host.get("shared") or {}).get("interfaces") or {}


def _interface_with(values: Values, address: str) -> str | None:
    known = _interfaces(values["__common_host"])
    return next((name for name, its in known.items() if address in map(address_of, its)), None)


def _interface(values: Values, own: str) -> list[str]:
    known = _interfaces(values["__common_host"])
    name = str(values["haproxy_address_interface"] or "")
    # One that was not looked at is not judged.
    if not values["__common_host"].get("shared"):
        return []
    if name and name not in known:
        return [
            "haproxy_address_interface is %s, which it has not, or not with an IPv4 address; it has %s."
            % (name, ", ".join(sorted(known)) or "none")
        ]
    if not name and not _interface_with(values, own):
        return [
            "none of its interfaces has its own address %s; set haproxy_address_interface to the one that shall have "
            "%s (haproxy_address)." % (own, address_of(values["haproxy_address"]))
        ]
    return []


def _taken(values: Values, members: list[str]) -> list[str]:
    """Somebody else answers for the address. With a part of the load balancers alone it may be one of the others."""
    seen = values["__common_seen"]
    if not set(members) <= set(values["ansible_play_hosts"]):
        return []
    shared = address_of(values["haproxy_address"])
    for member in members:
        if any(shared in map(address_of, its) for its in _interfaces(seen.get(member) or {}).values()):
            return []
    who = (values["__common_host"].get("shared") or {}).get("answered")
    if not who:
        return []
    return [
        "%s (haproxy_address) is in use: the hardware address %s answers for it, and none of the load balancers has "
        "it. Choose another address, or take it away there." % (shared, who)
    ]
