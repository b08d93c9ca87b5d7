#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesos_weight
short_description: Manage the weight of a role of Mesos
version_added: 0.6.0
description:
  - Declares which share of the resources a role is offered, relative to other roles. A role with weight 2 is offered
    twice as much as one with weight 1.
  - Mesos cannot forget a weight. Set it to V(1), the weight of a role that has none, to undo a change.
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
    description: Name of the role.
    type: str
    required: true
  weight:
    description: The weight, a number above 0.
    type: float
    required: true
seealso:
  - module: quorum.mesos.mesos_quota
  - module: quorum.mesos.mesos_info
"""

EXAMPLES = r"""
- name: Offer twice as much to production
  quorum.mesos.mesos_weight:
    url: http://master1.example.com:5050
    role: prod
    weight: 2
  delegate_to: localhost

- name: Offer it as much as to every other role again
  quorum.mesos.mesos_weight:
    url: http://master1.example.com:5050
    role: prod
    weight: 1
  delegate_to: localhost
"""

RETURN = r"""
weight:
  description: The weight of the role afterwards.
  returned: success, and failure because of a concurrent change
  type: float
  sample: 2.0
"""

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import connection_spec, open_api
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import MesosError
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.module import MesosModule
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.shares import weight


def argument_spec() -> dict:
    return dict(
        connection_spec(),
        role={"type": "str", "required": True},
        weight={"type": "float", "required": True},
    )


def main() -> None:
    module = MesosModule(argument_spec=argument_spec(), supports_check_mode=True)
    try:
        role, wanted = weight.declared(module.params["role"], module.params["weight"])
        result = weight.keep(open_api(module), role, wanted, module.check_mode)
    except MesosError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
