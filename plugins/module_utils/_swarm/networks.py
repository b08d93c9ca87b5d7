# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: overlay networks as they are declared and as the swarm has them."""

from __future__ import annotations

import ipaddress
import typing as t

Network = t.Mapping[str, t.Any]


def body(wanted: Network) -> dict[str, t.Any]:
    """What is sent to make one."""
    made: dict[str, t.Any] = {
        "Name": wanted["name"],
        "Driver": "overlay",
        "Attachable": bool(wanted.get("attachable", True)),
        "Internal": bool(wanted.get("internal", False)),
        "CheckDuplicate": True,
        "Labels": dict(wanted.get("labels") or {}),
        "Options": {"encrypted": ""} if wanted.get("encrypted") else {},
    }
    if wanted.get("subnet"):
        pool = {"Subnet": wanted["subnet"]}
        if wanted.get("gateway"):
            pool["Gateway"] = wanted["gateway"]
        made["IPAM"] = {"Driver": "default", "Config": [pool]}
    return made


def differences(wanted: Network, found: Network) -> list[str]:
    """A network cannot be changed; what is different is named."""
    is_encrypted = "encrypted" in (found.get("Options") or {})
    said = []
    if (found.get("Driver"), found.get("Scope")) != ("overlay", "swarm"):
        return ["it is a network of the driver %s and no overlay" % found.get("Driver")]
    for name, has in (
        ("attachable", bool(found.get("Attachable"))),
        ("internal", bool(found.get("Internal"))),
        ("encrypted", is_encrypted),
    ):
        want = bool(wanted.get(name, name == "attachable"))
        if want != has:
            said.append("%s is %s and not %s" % (name, str(has).lower(), str(want).lower()))
    pools = (found.get("IPAM") or {}).get("Config") or [{}]
    for name, key in (("subnet", "Subnet"), ("gateway", "Gateway")):
        if wanted.get(name) and wanted[name] != pools[0].get(key):
            said.append("%s is %s and not %s" % (name, pools[0].get(key), wanted[name]))
    labels = {key: str(value) for key, value in (wanted.get("labels") or {}).items()}
    if labels != (found.get("Labels") or {}) and labels:
        said.append("labels are %s and not %s" % (found.get("Labels") or {}, labels))
    return said


def problems(wanted: t.Sequence[Network]) -> list[str]:
    """Of the declaration itself."""
    found = []
    names = [str(one["name"]) for one in wanted]
    for name in sorted({name for name in names if names.count(name) > 1}):
        found.append("has the name %s twice; give each network a name of its own" % name)
    for one in wanted:
        subnet, gateway = one.get("subnet"), one.get("gateway")
        if one["name"] in ("ingress", "host", "bridge", "none", "docker_gwbridge"):
            found.append("has the name %s, which is Docker's own; choose another" % one["name"])
        if subnet and not _network(subnet):
            text = "has the subnet %s of %s, which is no network; write it like 10.20.0.0/24"
            found.append(text % (subnet, one["name"]))
        elif gateway and not (subnet and _inside(gateway, subnet)):
            found.append("has the gateway %s of %s, which is not in its subnet" % (gateway, one["name"]))
    return found


def _network(text: t.Any) -> t.Optional[t.Union[ipaddress.IPv4Network, ipaddress.IPv6Network]]:
    try:
        return ipaddress.ip_network(str(text)) if "/" in str(text) else None
    except ValueError:
        return None


def _inside(address: t.Any, subnet: t.Any) -> bool:
    try:
        return ipaddress.ip_address(str(address)) in ipaddress.ip_network(str(subnet))
    except ValueError:
        return False
