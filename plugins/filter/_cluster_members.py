# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _cluster_members
short_description: "[INTERNAL] List the members of a group with what the others need of them"
version_added: 0.1.0
description:
  - The address of a member is its own option, else the address that Ansible uses for it, else its name.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: hostvars, address, defaults, number
options:
  _input:
    description: The hosts of a group.
    type: list
    elements: str
    required: true
  hostvars:
    description: The variables of all hosts.
    type: dict
    required: true
  address:
    description: The option with the address of a member.
    type: str
    required: true
  defaults:
    description: Further variables of a member and their defaults.
    type: dict
    default: {}
  number:
    description: The option with the number of a member.
    type: str
    default: null
"""

EXAMPLES = r"""
servers: "{{ groups['zookeeper'] | quorum.mesos._cluster_members(hostvars, 'zookeeper_address') }}"
"""

RETURN = r"""
_value:
  description: The members, each with C(host), C(id), C(address) and the variables asked for.
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import cluster


def cluster_members(
    names: t.Iterable[str],
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    address: str,
    defaults: t.Mapping[str, t.Any] | None = None,
    number: str | None = None,
) -> list[dict[str, t.Any]]:
    return cluster.members(names, hostvars, address, defaults or {}, number)


class FilterModule:
    """cluster_members"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_cluster_members": cluster_members}
