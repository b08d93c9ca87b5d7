# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the ports of the services of a host, from its variables, as the roles have them in C(__common_ports)."""

from __future__ import annotations

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean

Variables = t.Mapping[str, t.Any]
# The variable with the name of the group, its default, and the ports of who is in it with their defaults.
_SERVICES: tuple[tuple[str, str, dict[str, int]], ...] = (
    (
        "zookeeper_group",
        "zookeeper",
        {
            "zookeeper_client_port": 2181,
            "zookeeper_peer_port": 2888,
            "zookeeper_election_port": 3888,
            "zookeeper_secure_client_port": 0,
        },
    ),
    ("mesos_master_group", "mesos_masters", {"mesos_master_port": 5050}),
    ("mesos_slave_group", "mesos_slaves", {"mesos_slave_port": 5051}),
    ("marathon_group", "marathon", {}),
    ("mesos_dns_group", "dns", {"mesos_dns_port": 53, "mesos_dns_status_port": 9093}),
)
_BALANCER = {
    "haproxy_http_port": 80,
    "haproxy_https_port": 443,
    "haproxy_app_id_port": 9091,
    "haproxy_stats_port": 9090,
    "haproxy_status_port": 9092,
}


def of_balancer(its: Variables) -> frozenset[int]:
    """Of a host with a load balancer, which is in no other group where it is not of the inventory."""
    found = [_port(its, name, default) for name, default in _BALANCER.items()]
    groups = its.get("group_names") or ()
    for group, usual, ports in _SERVICES:
        if (its.get(group) or usual) in groups:
            found += [_port(its, name, default) for name, default in ports.items()]
            found += _MORE[usual](its) if usual in _MORE else []
    return frozenset(port for port in found if port)


def _port(its: Variables, name: str, default: int) -> int:
    """0 where it is none; the role says what is wrong with it."""
    value = str(its.get(name, default))
    return int(value) if value.isdigit() else 0


def _of_zookeeper(its: Variables) -> list[int]:
    has = boolean(its.get("zookeeper_admin_server") or False, strict=False)
    return [_port(its, "zookeeper_admin_server_port", 8081)] if has else []


def _of_marathon(its: Variables) -> list[int]:
    found = [_port(its.get("marathon_environment") or {}, "LIBPROCESS_PORT", 0)]
    if not boolean(its.get("marathon_disable_http") or False, strict=False):
        found.append(_port(its, "marathon_http_port", 8080))
    if its.get("marathon_tls_certificate") or its.get("marathon_keystore"):
        found.append(_port(its, "marathon_https_port", 8443))
    return found


_MORE: dict[str, t.Callable[[Variables], list[int]]] = {"zookeeper": _of_zookeeper, "marathon": _of_marathon}
