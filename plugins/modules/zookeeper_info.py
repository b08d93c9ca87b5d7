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
problems:
  description: Why the ensemble is not healthy.
  returned: always
  type: list
  elements: str
leader:
  description: The leader's address, or a standalone server's.
  returned: always
  type: str
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils.zookeeper.ensemble import problems
from ansible_collections.quorum.mesos.plugins.module_utils.zookeeper.probe import look, split_address


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "servers": {"type": "list", "elements": "str", "required": True},
            "timeout": {"type": "float", "default": 3},
        },
        supports_check_mode=True,
    )
    for address in module.params["servers"]:
        try:
            split_address(address)
        except ValueError:
            module.fail_json(msg="servers: '%s' is not host:port; write it like zk1.example.org:2181." % address)
    servers = [look(address, module.params["timeout"]) for address in module.params["servers"]]
    leaders = [server["address"] for server in servers if server["mode"] in ("leader", "standalone")]
    found = problems(servers)
    module.exit_json(
        changed=False,
        servers=servers,
        healthy=not found,
        problems=found,
        leader=leaders[0] if len(leaders) == 1 else None,
    )


if __name__ == "__main__":
    main()
