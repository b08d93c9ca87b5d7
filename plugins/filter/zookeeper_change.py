# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: zookeeper_change
short_description: Find why servers must not become the ensemble that the inventory describes
version_added: 0.1.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Compares what P(quorum.mesos.zookeeper_state#module) found on the hosts of the play with what they are to become.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: hostvars, own, servers, lines, quorum_tls, dynamic, group
options:
  _input:
    description: The hosts of this run.
    type: list
    elements: str
    required: true
  hostvars:
    description: The variables of all hosts.
    type: dict
    required: true
  own:
    description: The host that is judged.
    type: str
    required: true
  servers:
    description: All servers of the group, each with its C(host) and C(id).
    type: list
    elements: dict
    required: true
  lines:
    description: The C(server.N=) lines of all servers.
    type: list
    elements: str
    required: true
  quorum_tls:
    description: The stage of TLS among the servers that they are to have.
    type: str
    required: true
  dynamic:
    description: Whether the ensemble is to keep its members itself.
    type: bool
    required: true
  group:
    description: The group's name.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: >-
  {{ ansible_play_hosts
     | quorum.mesos.zookeeper_change(hostvars, 'zk1', servers, lines, 'required', false, 'zookeeper') }}
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import re
import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import change, members

RESULT = "__zookeeper_state"
ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z|\[?[0-9A-Fa-f:.]+(%[A-Za-z0-9_.-]+)?\]?\Z")


def zookeeper_change(
    hosts: t.Iterable[str],
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    own: str,
    servers: t.Sequence[t.Mapping[str, t.Any]],
    lines: t.Iterable[str],
    quorum_tls: str,
    dynamic: bool,
    group: str,
) -> list[str]:
    found = {name: hostvars[name].get(RESULT) for name in hosts}
    states = {name: state for name, state in found.items() if state and "server" in state}
    strange = [
        "%s: the address of %s is %s; set zookeeper_address and zookeeper_client_address to host names or IP addresses."
        % (own, server["host"], ascii(str(server[name])))
        for server in servers
        for name in ("address", "zookeeper_client_address")
        if not ADDRESS.match(str(server[name] or "localhost"))
    ]
    if strange:
        return strange
    numbers = {int(server["id"]): str(server["host"]) for server in servers}
    desired = change.DesiredEnsemble(numbers, members.parse("\n".join(lines)), quorum_tls, dynamic, group)
    return ["%s: %s." % (own, problem) for problem in change.problems(own, states, desired)]


class FilterModule:
    """zookeeper_change"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"zookeeper_change": zookeeper_change}
