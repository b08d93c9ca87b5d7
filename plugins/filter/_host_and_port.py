# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _host_and_port
short_description: "[INTERNAL] Write where a member of a group listens"
version_added: 0.1.0
description:
  - An IPv6 address gets its brackets.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: port
options:
  _input:
    description: A member as P(quorum.mesos._cluster_members#filter) returns it.
    type: dict
    required: true
  port:
    description: The variable of the member with the port.
    type: str
    required: true
"""

EXAMPLES = r"""
# zk1.example.org:2181
server: "{{ {'address': 'zk1.example.org', 'port': 2181} | quorum.mesos._host_and_port('port') }}"
"""

RETURN = r"""
_value:
  description: The address and the port.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import cluster


def host_and_port(member: t.Mapping[str, t.Any], port: str) -> str:
    return cluster.host_and_port(member["address"], member[port])


class FilterModule:
    """host_and_port"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_host_and_port": host_and_port}
