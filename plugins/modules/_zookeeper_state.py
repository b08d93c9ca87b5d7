#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _zookeeper_state
short_description: "[INTERNAL] Gather the state of a ZooKeeper server on a host"
version_added: 0.3.1
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Gathers with which members a server was configured, whether it has data, and what it and servers elsewhere say of
    themselves, so that the role can refuse a step that would lose data.
  - Reads only. Passwords in the configuration are not returned.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  address:
    description:
      - V(host:port) of the server for its clients.
    type: str
    required: true
  lines:
    description:
      - The C(server.N=) lines of all servers that there should be.
    type: list
    elements: str
    required: true
  elsewhere:
    description:
      - V(host:port) of the servers that the play does not look at.
    type: list
    elements: str
    default: []
  directories:
    description:
      - The directory of its data, and the one of its transaction logs where that is another.
    type: list
    elements: path
    required: true
  config:
    description:
      - Its C(zoo.cfg).
    type: path
    default: /etc/zookeeper/conf/zoo.cfg
  own_copy:
    description:
      - The copy of C(zoo.cfg) in which a server that keeps its members itself names the file that has them.
    type: path
    required: true
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
- name: Gather the state of the server
  quorum.mesos._zookeeper_state:
    address: 192.168.20.41:2181
    lines: ["server.1=192.168.20.41:2888:3888;2181"]
    directories: [/var/lib/zookeeper]
    own_copy: /var/lib/zookeeper/members/zoo.cfg
"""

RETURN = r"""
written:
  description: Whether there is a C(zoo.cfg).
  returned: always
  type: bool
  sample: true
lines:
  description: The members that it has; none where the server is alone.
  returned: always
  type: list
  elements: str
  sample: ["server.1=192.168.20.41:2888:3888;2181"]
dynamic:
  description: Whether the server keeps its members itself.
  returned: always
  type: bool
  sample: false
tls:
  description: The stage of TLS among the servers.
  returned: always
  type: str
  sample: disabled
data:
  description: Whether transactions were written here.
  returned: always
  type: bool
  sample: true
directories:
  description: Where they are.
  returned: always
  type: list
  elements: str
  sample: [/var/lib/zookeeper]
epoch:
  description: The epoch of the last leader that the server has followed.
  returned: always
  type: int
  sample: 3
server:
  description: What the server says of itself, as in RV(quorum.mesos.zookeeper_info#module:servers).
  returned: always
  type: dict
  sample: {"address": "192.168.20.41:2181", "mode": "leader", "zxid": "0x300000004"}
elsewhere:
  description: What those in O(elsewhere) say.
  returned: always
  type: list
  elements: dict
  sample: []
leaving:
  description: What members say that are not in O(lines).
  returned: always
  type: list
  elements: dict
  sample: []
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import state


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "address": {"type": "str", "required": True},
            "lines": {"type": "list", "elements": "str", "required": True},
            "elsewhere": {"type": "list", "elements": "str", "default": []},
            "directories": {"type": "list", "elements": "path", "required": True},
            "config": {"type": "path", "default": "/etc/zookeeper/conf/zoo.cfg"},
            "own_copy": {"type": "path", "required": True},
        },
        supports_check_mode=True,
    )
    params = module.params
    found = state.configuration(params["config"], params["own_copy"])
    leaving = state.gone(found["lines"], params["lines"])
    own, *others = state.ask([params["address"], *params["elsewhere"], *leaving])
    module.exit_json(
        changed=False,
        **found,
        data=state.has_data(params["directories"]),
        directories=params["directories"],
        epoch=state.epoch(params["directories"][0]),
        server=own,
        elsewhere=others[: len(params["elsewhere"])],
        leaving=others[len(params["elsewhere"]) :],
    )


if __name__ == "__main__":
    main()
