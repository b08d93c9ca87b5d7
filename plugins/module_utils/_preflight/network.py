# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses and ports of the cluster, as a hosts file and a firewall want them."""

from __future__ import annotations

import ipaddress
import json
import re
import typing as t

# What an agent offers of whom nothing else is said.
TASK_PORTS = ["31000-32000"]
PORTS = re.compile(r"(?:^|;)\s*ports\s*(?:\([^)]*\))?\s*:\s*\[([^\]]*)\]")


def task_ports(resources: str | None) -> list[str]:
    """The port ranges in the text of an agent's resources, C(first-last) each."""
    text = resources or ""
    if text.lstrip().startswith("["):
        found = [
            "%s-%s" % (part["begin"], part["end"])
            for item in json.loads(text)
            if item.get("name") == "ports"
            for part in item.get("ranges", {}).get("range", [])
        ]
    else:
        found = [part.strip() for match in PORTS.findall(text) for part in match.split(",") if part.strip()]
    return found or list(TASK_PORTS)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None


def of_version(addresses: t.Iterable[str], version: int) -> list[str]:
    """Those that are addresses or networks of this version of IP, each once, in order, none inside another."""
    networks = [network for network in map(_network, addresses) if network is not None and network.version == version]
    whole = ipaddress.collapse_addresses(networks)  # type: ignore[type-var]
    return [str(one.network_address) if one.prefixlen == one.max_prefixlen else str(one) for one in whole]


def no_address(addresses: t.Iterable[str]) -> list[str]:
    """Those that are no IP address or network."""
    return [address for address in addresses if _network(address) is None]
