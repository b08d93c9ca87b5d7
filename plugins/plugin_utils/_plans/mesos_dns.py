# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the role mesos_dns decides."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import install
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common, discovery, real_dns
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host as host_plan
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

# As the program reads it.
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*\Z")
_LONGEST_DOMAIN = 200
_LEAST_SECRET = 16
_LONGEST_TTL = 86400
_SOURCES = ("netinfo", "host")
_LISTS = (
    "mesos_dns_addresses",
    "mesos_dns_recursion_networks",
    "mesos_dns_forwarders",
    "mesos_dns_master_urls",
    "mesos_dns_marathon_urls",
    "mesos_dns_ip_sources",
    "mesos_dns_container_options",
)


def main(values: Values) -> dict[str, t.Any]:
    """The problems."""
    host = values["inventory_hostname"]
    no_lists = discovery.list_problems(values, _LISTS)
    if no_lists:
        return {"problems": ["%s: %s" % (host, problem) for problem in no_lists]}
    bind = values["mesos_dns_install_method"] == "package"
    said = [
        *common.group_problems(values, "mesos_dns_group"),
        *install.list_problems("mesos_dns_packages", values["mesos_dns_packages"]),
        *(_of_bind(values) if bind else real_dns.problems(values)),
        *_domain(values),
        *discovery.port_problems(values["__mesos_dns_needs"]["ports"]),
        *_addresses(values),
        *_recursion(values),
        *_sources(values),
        *discovery.round_problems(values, "mesos_dns"),
    ]
    return {
        "problems": [
            *host_plan.problems(values),
            *common.host_problems(values, discovery.needs_that_are_numbers(values["__mesos_dns_needs"])),
            *("%s: %s" % (host, problem) for problem in said),
        ],
        # Not before what it is made of is right.
        "config": None if bind or said else real_dns.config(values, values["__mesos_dns_real_authorities"]),
        "warnings": [] if bind or said else real_dns.warnings(values),
    }


def _of_bind(values: Values) -> list[str]:
    return [*_system(values), *_stranger(values), *_key(values["mesos_dns_key"]), *real_dns.not_for_bind(values)]


def _system(values: Values) -> list[str]:
    found = []
    if boolean(values["__common_old_redhat"], strict=False):
        found.append(
            "its Python is too old for the program that keeps the names, which needs 3.9; use a host with RHEL 9, "
            "Debian or Ubuntu."
        )
    port = values["mesos_dns_port"]
    if boolean(values["__common_selinux"], strict=False) and discovery.is_port(port) and int(port) != 53:
        found.append("mesos_dns_port is %s, and SELinux lets BIND answer at 53 alone; use that." % port)
    return found


def _stranger(values: Values) -> list[str]:
    """A BIND that runs without the role's unit has settings of somebody else."""
    host = values["__common_host"]
    known = host["files"].get(values["__mesos_dns_server_unit"]) is not None
    if known or not any("named.service" in entry["units"] for entry in host["ports"]):
        return []
    return [
        "a BIND runs there that the role has not set up, and its zones would be served no more; take another host, or "
        "stop it (systemctl disable --now named) where nobody needs it."
    ]


def _domain(values: Values) -> list[str]:
    domain = str(values["mesos_dns_domain"])
    found = []
    if not _DOMAIN.match(domain) or len(domain) > _LONGEST_DOMAIN:
        found.append(
            "mesos_dns_domain is %s; write a domain in lower case, without a dot at its end and with at most %d "
            "characters." % (ascii(domain), _LONGEST_DOMAIN)
        )
    return found + [
        "%s is %s; write seconds from 0 to %d." % (name, ascii(values[name]), _LONGEST_TTL)
        for name in ("mesos_dns_ttl", "mesos_dns_negative_ttl")
        if not (str(values[name]).isdigit() and str(values[name]).isascii() and int(values[name]) <= _LONGEST_TTL)
    ]


def _address(text: t.Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(str(text))
    except ValueError:
        return None


def _is_network(text: t.Any) -> bool:
    try:
        ipaddress.ip_network(str(text))
    except ValueError:
        return False
    _address, slash, bits = str(text).partition("/")
    # BIND takes neither the name of an interface nor a mask.
    return "%" not in str(text) and (not slash or bits.isdigit())


def _is_one_address(text: t.Any) -> bool:
    address = _address(text)
    return address is not None and not address.is_unspecified and "%" not in str(text)


def _addresses(values: Values) -> list[str]:
    given = values["mesos_dns_addresses"]
    if not given:
        return ["its address for the other hosts is a name; set mesos_dns_addresses to those where BIND shall answer."]
    return [
        "mesos_dns_addresses has %s; write each IP address of the host where BIND shall answer." % ascii(str(address))
        for address in given
        if not _is_one_address(address)
    ]


def _recursion(values: Values) -> list[str]:
    networks, forwarders = values["mesos_dns_recursion_networks"], values["mesos_dns_forwarders"]
    found = [
        "mesos_dns_recursion_networks has %s, which is no network; write it like 10.0.0.0/8." % ascii(str(network))
        for network in networks
        if not _is_network(network)
    ]
    found += [
        "mesos_dns_forwarders has %s, which is no IP address; write it like 10.0.0.2." % ascii(str(address))
        for address in forwarders
        if not _is_one_address(address)
    ]
    own = {"127.0.0.1", *map(str, values["mesos_dns_addresses"])}
    found += [
        "mesos_dns_forwarders has %s, which is this server itself; name another one." % address
        for address in forwarders
        if str(address) in own
    ]
    if forwarders and not networks:
        found.append(
            "mesos_dns_forwarders are asked for nobody; set mesos_dns_recursion_networks to those who may ask them."
        )
    return found


def _key(secret: t.Any) -> list[str]:
    if not secret:
        return []
    try:
        size = len(base64.b64decode(str(secret).encode(), validate=True))
    except (binascii.Error, ValueError):
        size = 0
    # Not with what was given.
    return [] if size >= _LEAST_SECRET else ["mesos_dns_key must be %d bytes or more in base64." % _LEAST_SECRET]


def _sources(values: Values) -> list[str]:
    master, marathon = "mesos_dns_master_credentials", "mesos_dns_marathon_credentials"
    found = [
        *discovery.url_problems(
            "mesos_dns_master_urls", values["mesos_dns_master_urls"], "master", "mesos_masters", 5050
        ),
        *discovery.credential_problems(master, values[master], ("principal", "secret")),
        *discovery.url_problems(
            "mesos_dns_marathon_urls", values["mesos_dns_marathon_urls"], "Marathon", "marathon", 8080
        ),
        *discovery.credential_problems(marathon, values[marathon], ("username", "password")),
    ]
    given = list(values["mesos_dns_ip_sources"])
    if not given or set(given) - set(_SOURCES):
        found.append("mesos_dns_ip_sources is %s; write a list of netinfo and host." % ascii(given))
    return found
