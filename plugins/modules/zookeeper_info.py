#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: zookeeper_info
short_description: Report the servers of a ZooKeeper ensemble and whether they form a quorum
version_added: 0.1.0
description:
  - Asks every server for the four-letter word V(srvr) and reports its mode, version and counters.
  - A server that does not answer is part of the result, it does not fail the module.
  - Compares the transactions and the numbers of znodes of the servers. Where they differ it looks again, at most four
    times in two seconds, because clients may be writing; a difference is told that stays.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  servers:
    description:
      - The servers of the ensemble as V(host:port). Without a port, V(2181) is used.
    type: list
    elements: str
    required: true
  timeout:
    description:
      - Seconds to wait for each server's answer.
    type: float
    default: 3
  configuration:
    description:
      - Read the members from the ensemble itself too, through the first server that serves. Needs kazoo.
    type: bool
    default: false
  username:
    description:
      - User of the digest scheme, where the servers want one for O(configuration).
    type: str
  password:
    description:
      - The password of O(username).
    type: str
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads only, so it does the same in check mode.
  diff_mode:
    support: none
  idempotent:
    support: full
seealso:
  - module: quorum.mesos.mesos_agent
  - name: Rolling changes
    link: https://quorum.example.org/mesos/site/docs/rolling.html
    description: How the playbooks drain agents and restart services one host at a time.
"""

EXAMPLES = r"""
- name: Look at the ensemble
  quorum.mesos.zookeeper_info:
    servers:
      - zk1.example.org:2181
      - zk2.example.org:2181
      - zk3.example.org:2181
  register: ensemble

- name: Stop unless it is whole
  ansible.builtin.assert:
    that: ensemble.healthy
    fail_msg: "{{ ensemble.problems | join('; ') }}"
"""

RETURN = r"""
servers:
  description: One entry a server, in the order asked for.
  returned: always
  type: list
  elements: dict
  sample:
    - address: zk1.example.org:2181
      mode: leader
      version: 3.8.0
      zxid: "0x100000004"
      connections: 3
      node_count: 12
      error: null
healthy:
  description: Whether a majority serves, under exactly one leader.
  returned: always
  type: bool
  sample: true
problems:
  description: Why the ensemble is not healthy.
  returned: always
  type: list
  elements: str
  sample: []
leader:
  description: The leader's address, or a standalone server's.
  returned: always
  type: str
  sample: 192.0.2.11
members:
  description: The members as the ensemble has them; empty where no server serves.
  returned: with O(configuration)
  type: list
  elements: dict
  sample:
    - id: 1
      address: zk1.example.org
      peer_port: 2888
      election_port: 3888
      observer: false
      client_port: 2181
      line: server.1=zk1.example.org:2888:3888;2181
version:
  description: The version of the members' configuration, a hexadecimal number that grows with each change.
  returned: with O(configuration)
  type: str
  sample: "100000000"
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import client, members, trees
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper.probe import split_address


def configuration(params: dict[str, t.Any], serving: list[str]) -> dict[str, t.Any]:
    """What the ensemble says of its members."""
    if not serving:
        return {"members": [], "version": None}
    with client.connect(",".join(serving), params["username"], params["password"]) as session:
        text = session.get("/zookeeper/config").decode()
    found = members.parse(text)
    return {
        "members": [
            {
                "id": member.id,
                "address": member.host.strip("[]"),
                "peer_port": member.peer_port,
                "election_port": member.election_port,
                "observer": member.observer,
                "client_port": member.client_port,
                "line": member.line(),
            }
            for _number, member in sorted(found.items())
        ],
        "version": members.version(text),
    }


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "servers": {"type": "list", "elements": "str", "required": True},
            "timeout": {"type": "float", "default": 3},
            "configuration": {"type": "bool", "default": False},
            "username": {"type": "str"},
            "password": {"type": "str", "no_log": True},
        },
        supports_check_mode=True,
    )
    for address in module.params["servers"]:
        try:
            split_address(address)
        except ValueError:
            module.fail_json(msg="servers: '%s' is not host:port; write it like zk1.example.org:2181." % address)
    servers, found = trees.examine(module.params["servers"], module.params["timeout"])
    leaders = [server["address"] for server in servers if server["mode"] in ("leader", "standalone")]
    more: dict[str, t.Any] = {}
    if module.params["configuration"]:
        if client.KAZOO_IMPORT_ERROR:
            module.fail_json(msg=missing_required_lib("kazoo"), exception=client.KAZOO_IMPORT_ERROR)
        try:
            more = configuration(module.params, [server["address"] for server in servers if server["mode"]])
        except (client.ZooKeeperError, ValueError) as error:
            module.fail_json(msg="%s." % error)
    module.exit_json(
        changed=False,
        servers=servers,
        healthy=not found,
        problems=found,
        leader=leaders[0] if len(leaders) == 1 else None,
        **more,
    )


if __name__ == "__main__":
    main()
