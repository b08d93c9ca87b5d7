# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The load balancers that an inventory has, or that somebody names, each with the settings of its host."""

from __future__ import annotations

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.plugin_utils.public_addresses import Balancer, settings_of

_NAMES = (
    "haproxy_group",
    "haproxy_http_port",
    "haproxy_https_port",
    "haproxy_app_id_port",
    "haproxy_stats_port",
    "haproxy_status_port",
    "haproxy_app_groups",
    "haproxy_strict",
    "haproxy_certificates",
    "haproxy_address",
)


def known(named: t.Sequence[str] | None, variables: t.Mapping[str, t.Any], templar: t.Any) -> list[Balancer]:
    """variables are those that a lookup is given, with their templates undone."""
    own = {name: templar.template(variables[name]) for name in _NAMES if name in variables}
    # It has something for every name, of a host or not.
    hosts = variables.get("hostvars") or {}
    its = {name: hosts[name] for name in named or () if name in hosts}
    if named:
        return [Balancer(name, settings_of(its.get(name, own))) for name in named]
    group = own.get("haproxy_group") or "load_balancers"
    members = (variables.get("groups") or {}).get(group) or []
    if not members:
        raise DefinitionError(
            f"no load balancer is known: the inventory has no host in the group {group}. Add one, or set balancers"
        )
    found = [Balancer(_address(host, hosts[host]), settings_of(hosts[host])) for host in members]
    # Those that share an address are one for their clients.
    return [one for place, one in enumerate(found) if one not in found[:place]]


def _address(host: str, its: t.Mapping[str, t.Any]) -> str:
    shared = str(its.get("haproxy_address") or "").partition("/")[0]
    return shared or its.get("quorum_address") or its.get("ansible_host") or host
