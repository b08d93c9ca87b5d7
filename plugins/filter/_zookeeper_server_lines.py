# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _zookeeper_server_lines
short_description: "[INTERNAL] Write the servers of an ensemble as zoo.cfg has them"
version_added: 0.1.0
description:
  - Each server gets a line C(server.N=host:peer port:election port[:observer];[client address:]client port).
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: Members as P(quorum.mesos._cluster_members#filter) returns them, with the ports and the role of each.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
lines: "{{ __zookeeper_servers | quorum.mesos._zookeeper_server_lines }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper.members import EnsembleMember, bracketed


def zookeeper_server_lines(servers: t.Iterable[t.Mapping[str, t.Any]]) -> list[str]:
    return [
        EnsembleMember(
            int(server["id"]),
            bracketed(server["address"]),
            int(server["zookeeper_peer_port"]),
            int(server["zookeeper_election_port"]),
            boolean(server["zookeeper_observer"]),
            bracketed(server["zookeeper_client_address"] or "0.0.0.0"),
            int(server["zookeeper_client_port"]),
        ).line()
        for server in servers
    ]


class FilterModule:
    """zookeeper_server_lines"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_zookeeper_server_lines": zookeeper_server_lines}
