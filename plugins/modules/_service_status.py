#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _service_status
short_description: "[INTERNAL] Tell how a service of the cluster is, and what it lets anyone do"
version_added: 0.4.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Asks a service on the host for what an operator wants to see, and once more without a password, to learn what anyone
    may do who reaches its port.
  - Reads only. A service that does not answer is a result and no failure.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  service:
    description:
      - What it is.
    type: str
    choices: [zookeeper, master, agent, marathon, haproxy, dns, docker]
    required: true
  address:
    description:
      - Its URL, V(host:port) of ZooKeeper or of a DNS server, or the path of Docker's socket.
    type: str
    required: true
  members:
    description:
      - V(host:port) of all voters of a ZooKeeper ensemble. The trees of znodes of these and of O(address) are compared.
    type: list
    elements: str
    default: []
  agent:
    description:
      - URL of what feeds HAProxy from Marathon, or of what keeps names in DNS. It tells what it serves and what not.
    type: str
  dns_name:
    description:
      - The domain of a DNS server.
    type: str
  shared_address:
    description:
      - The IPv4 address that HAProxy's host shares with others. Whether it has it now is told.
    type: str
extends_documentation_fragment:
  - quorum.mesos.attributes
  - quorum.mesos._service_access
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
- name: Look at the master
  quorum.mesos._service_status:
    service: master
    address: http://master1.example.org:5050
  register: master
"""

RETURN = r"""
answers:
  description: Whether the service answers.
  returned: success
  type: bool
  sample: true
why:
  description: Why it does not.
  returned: success
  type: str
  sample: ""
facts:
  description:
    - What it says of itself. C(open) has what anyone may do who reaches its port.
    - C(problems) is about a whole ZooKeeper ensemble, and what stands there was seen more than once.
  returned: success
  type: dict
  sample: {"version": "1.11.0", "leads": true, "quorum": "2", "open": ["read"]}
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._health import access
from ansible_collections.quorum.mesos.plugins.module_utils._health.status import LOOKS, status_of


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "service": {"type": "str", "choices": list(LOOKS), "required": True},
            "address": {"type": "str", "required": True},
            "members": {"type": "list", "elements": "str", "default": []},
            "agent": {"type": "str"},
            "dns_name": {"type": "str"},
            "shared_address": {"type": "str"},
            **access.spec(),
        },
        supports_check_mode=True,
    )
    module.exit_json(changed=False, **status_of(access.unfolded(module.params)))


if __name__ == "__main__":
    main()
