#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesos_quota
short_description: Manage the quota of a role of Mesos
version_added: 0.6.0
description:
  - Declares what a role is guaranteed and what it may use at most. The definition is authoritative, so an amount that
    is not declared is removed from the quota. Quotas of other roles are not touched.
  - Mesos refuses guarantees of all roles that are more than the agents have, and a limit below what the role uses
    already, unless O(force) is set. The module finds the first beforehand, in check mode too. The second only the
    master knows, as well as which nested roles (C(prod/web)) it takes; then its refusal is the message of the module.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.mesos
  - quorum.mesos.attributes
  - quorum.mesos.attributes.actiongroup_mesos
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  role:
    description: Name of the role. V(*) has no quota.
    type: str
    required: true
  state:
    description:
      - V(present) means that the role has this quota.
      - V(absent) means that it has none. It may use everything then, and is guaranteed nothing.
    type: str
    choices: [present, absent]
    default: present
  guarantees:
    description:
      - What is kept for the role, by the name of the resource. C(cpus) and C(gpus) are numbers of them, C(mem) and
        C(disk) are in MiB. Custom scalar resources may be named too, C(ports) may not. Mesos keeps three decimals.
    type: dict
    default: {}
  limits:
    description:
      - What the role may use at most, in the same units. V(0) means none of it. A resource that is not named has no
        limit.
    type: dict
    default: {}
  force:
    description:
      - Set the quota even if the role uses more already or the agents do not have what is guaranteed. Running tasks are
        left alone.
    type: bool
    default: false
seealso:
  - module: quorum.mesos.mesos_weight
  - module: quorum.mesos.mesos_info
"""

EXAMPLES = r"""
- name: Guarantee 8 cores to production, and let it use 32 at most
  quorum.mesos.mesos_quota:
    url: http://master1.example.com:5050
    role: prod
    guarantees:
      cpus: 8
      mem: 16384
    limits:
      cpus: 32
      mem: 65536
    # The guarantees are for agents that are still to come.
    force: true
  delegate_to: localhost

- name: Keep batch jobs off the GPUs
  quorum.mesos.mesos_quota:
    url: http://master1.example.com:5050
    role: batch
    limits:
      gpus: 0
  delegate_to: localhost

- name: Remove a quota
  quorum.mesos.mesos_quota:
    url: http://master1.example.com:5050
    role: batch
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
quota:
  description: The quota of the role afterwards.
  returned: success, and failure because of a concurrent change
  type: dict
  sample:
    guarantees:
      cpus: 8.0
      mem: 16384.0
    limits:
      cpus: 32.0
      mem: 65536.0
"""

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import connection_spec, open_api
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import MesosError
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.module import MesosModule
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.shares import quota


def argument_spec() -> dict:
    return dict(
        connection_spec(),
        role={"type": "str", "required": True},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        guarantees={"type": "dict", "default": {}},
        limits={"type": "dict", "default": {}},
        force={"type": "bool", "default": False},
    )


def main() -> None:
    module = MesosModule(argument_spec=argument_spec(), supports_check_mode=True)
    params = module.params
    try:
        role, wanted = quota.declared(params["role"], params["state"], params["guarantees"], params["limits"])
        desired = quota.DesiredQuota(role, wanted, params["force"])
        result = quota.keep(open_api(module), desired, module.check_mode)
    except MesosError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
