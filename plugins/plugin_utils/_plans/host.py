# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: why no role can work on a host, and why the cluster's names and ports cannot be written there."""

from __future__ import annotations

import json
import math
import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import foreign, hosts, network, ports
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values
from ansible_collections.quorum.mesos.plugins.plugin_utils.role_options import all_options

# Whatever a service needs itself.
_NEEDS = {"directories": {"settings and units": "/etc", "programs": "/opt"}}
_OPTION = re.compile("(mesos|zookeeper|marathon|docker|haproxy|quorum)_")
_NAME = re.compile(r"[A-Za-z0-9._:-]+\Z")
_HOSTS_FILE = ("", "present", "absent")
# These close what they are not told of, and to start one could lock the operator out.
_FOREIGN_FIREWALLS = ("firewalld", "ufw")
_FIREWALLS = ("", "nftables", *_FOREIGN_FIREWALLS, "absent")
# Variables of a host, which no argument spec of a role has: how each is read, and what to write.
_MIB, _SWITCH = (common.whole_number, "a whole number (MiB)"), (boolean, "true or false")
_VARIABLES: dict[str, tuple[t.Callable[[t.Any], t.Any], str]] = {
    "quorum_minimum_memory": _MIB,
    "quorum_minimum_disk": _MIB,
    "quorum_clock_skew": (common.seconds, "a number (seconds)"),
    "quorum_start_stopped": _SWITCH,
    "quorum_drain_surge": _SWITCH,
    "quorum_lock_break": _SWITCH,
    "quorum_uninstall": _SWITCH,
}


def problems(values: Values) -> list[str]:
    """Of the system, the host, the inventory and the network."""
    host, seen = values["inventory_hostname"], values["__common_host"]
    return [
        *("%s: %s" % (host, problem) for problem in _system(values)),
        *variable_problems(values),
        *hosts.memory_problems(
            seen["memory"], common.read_or(common.whole_number, values["__common_minimum_memory"], 0), host
        ),
        *_clocks(values, host),
        *_addresses(values, host),
        *foreign.problems(
            {name for name in values if _OPTION.match(name)},
            all_options() | set(values["__common_variables_of_playbooks"]),
            host,
        ),
        *ports.problems(values["__common_ports"], values["__common_offered_ports"], host),
        *hosts.problems(seen, _NEEDS, 0, host),
        *network_problems(values),
    ]


def variables_plan(values: Values) -> dict[str, t.Any]:
    """The problems of the variables alone, for what is run without the checks of a role."""
    return {"problems": variable_problems(values)}


def variable_problems(values: Values) -> list[str]:
    """Numbers and switches that cannot be read as such."""
    found = []
    for name, (read, form) in _VARIABLES.items():
        try:
            if name in values:
                read(values[name])
        except (TypeError, ValueError):
            found.append("%s: %s is '%s'; write %s." % (values["inventory_hostname"], name, values[name], form))
    return found


def network_plan(values: Values) -> dict[str, t.Any]:
    """The problems of the network alone."""
    return {"problems": network_problems(values)}


def network_problems(values: Values) -> list[str]:
    """Of the hosts file and the firewall, where one of them is asked for."""
    host = values["inventory_hostname"]
    hosts_file, firewall = values["__common_hosts_file"], values["__common_firewall"]
    found, bad_ports = [*_choices(hosts_file, firewall)], []
    if not all(one in ("", "absent") for one in (hosts_file, firewall)):
        found += [*_names(values), *_words(values), *_sources(values), *_foreign_firewall(values, firewall)]
        bad_ports = common.unit_problems({"ports": values["__common_port_options"]}, "quorum", host)
    return [*("%s: %s" % (host, problem) for problem in found), *bad_ports]


def _system(values: Values) -> t.Iterator[str]:
    facts = values["ansible_facts"]
    if facts["service_mgr"] != "systemd":
        yield "its init is %s and must be systemd; use a host that was booted with systemd." % facts["service_mgr"]
    if values["__common_system_version"] not in values["__common_systems"].get(values["__common_system"], []):
        yield (
            "it runs %s %s, which the roles do not know; use Debian 12 or 13, Ubuntu 22.04 or 24.04, or RHEL 7, 8 or 9 "
            "or what is built from it." % (facts["distribution"], facts["distribution_version"])
        )


def _clocks(values: Values, host: str) -> list[str]:
    clocks = {name: one["clock"] for name, one in values["__common_seen"].items() if one and "clock" in one}
    skew = common.read_or(common.seconds, values["__common_clock_skew"], math.inf)
    return hosts.clock_problems(clocks, skew, host)


def _addresses(values: Values, host: str) -> list[str]:
    # Looked through by one host, because it costs a look at every other.
    if host != values["ansible_play_hosts"][0]:
        return []
    members = values["__common_all_members"]
    return hosts.address_problems(((member["host"], member["address"]) for member in members), host)


def _choices(hosts_file: str, firewall: str) -> t.Iterator[str]:
    if hosts_file not in _HOSTS_FILE:
        yield "quorum_hosts_file is '%s'; write present, absent or nothing." % hosts_file
    if firewall not in _FIREWALLS:
        yield "quorum_firewall is '%s'; write nftables, firewalld, ufw, absent or nothing." % firewall


def _names(values: Values) -> t.Iterator[str]:
    for address in network.no_address(values["__common_places"]):
        yield (
            "the address '%s' of a host is a name, of which neither a hosts file nor a firewall can make use; give the "
            "host its IP address with quorum_address." % address
        )
    for address in network.no_address(values["__common_other_places"]):
        yield (
            "quorum_other_addresses of a host has '%s', which is no IP address; write it like 192.168.20.41." % address
        )


def _words(values: Values) -> t.Iterator[str]:
    # A hosts file has no way to write these otherwise; the names of other hosts were not checked.
    for neighbour in values["__common_neighbours"]:
        if not _NAME.match(str(neighbour["host"])):
            yield (
                "the name %s of a host is none that a hosts file keeps; rename the host."
                % json.dumps(str(neighbour["host"]))
            )


def _sources(values: Values) -> t.Iterator[str]:
    for source in network.no_address(values["__common_sources"]):
        yield "quorum_firewall_sources has '%s', which is no network; write it like 10.0.0.0/8." % source


def _foreign_firewall(values: Values, firewall: str) -> t.Iterator[str]:
    if firewall not in _FOREIGN_FIREWALLS:
        return
    # The masters call a scheduler back.
    if values["__common_groups"][3] in values["group_names"] and not values["__common_scheduler_port"]:
        yield (
            "behind %s the masters reach Marathon only on a port that is known beforehand; set LIBPROCESS_PORT in "
            "marathon_environment to a free port." % firewall
        )
    if not (values["__common_host"].get("units") or {}).get(firewall):
        yield "quorum_firewall is %s, which does not run there; start it, or choose nftables." % firewall
