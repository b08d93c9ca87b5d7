#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _swarm_networks
short_description: "[INTERNAL] Ensure that overlay networks are there"
version_added: 0.9.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Runs on a manager. A network cannot be changed, so one that is different is refused. None is removed.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  networks:
    description:
      - The networks, as the role's option has them.
    type: list
    elements: dict
    required: true
extends_documentation_fragment:
  - quorum.mesos.docker_engine
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Ensure that the network of the shop is there
  quorum.mesos._swarm_networks:
    networks:
      - name: shop
        subnet: 10.20.0.0/24
"""

RETURN = r"""
made:
  description: The networks that were made, or would be.
  returned: success
  type: list
  elements: str
  sample: [shop]
"""

import json

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import (
    Engine,
    EngineRefusal,
    EngineSilence,
    socket_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import networks


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "networks": {"type": "list", "elements": "dict", "required": True},
            **socket_spec(),
        },
        supports_check_mode=True,
    )
    wanted = module.params["networks"]
    engine = Engine(module.params["socket"])
    try:
        found = {one["Name"]: one for one in engine.get("/networks")}
    except (EngineRefusal, EngineSilence) as error:
        # In check mode the play that would have installed Docker has not.
        if not module.check_mode:
            module.fail_json(msg="The networks cannot be read: %s." % str(error).rstrip("."))
        found = {}
    wrong = [
        "%s: %s" % (one["name"], "; ".join(networks.differences(one, found[one["name"]])))
        for one in wanted
        if one["name"] in found and networks.differences(one, found[one["name"]])
    ]
    if wrong:
        module.fail_json(
            msg="docker_swarm_networks has what the swarm has otherwise, and a network cannot be changed: %s. Write it "
            "as it is, choose another name, or remove its services and then the network (`docker network rm`)."
            % ". ".join(wrong)
        )
    bodies = {one["name"]: networks.body(one) for one in wanted if one["name"] not in found}
    try:
        for body in bodies.values():
            if not module.check_mode:
                engine.post("/networks/create", body)
    except (EngineRefusal, EngineSilence) as error:
        module.fail_json(msg="The network %s cannot be made: %s." % (body["Name"], str(error).rstrip(".")))
    module.exit_json(
        changed=bool(bodies),
        made=list(bodies),
        diff={
            "before": "",
            "after": json.dumps(list(bodies.values()), indent=2, sort_keys=True) + "\n" if bodies else "",
            "after_header": "overlay networks",
        },
    )


if __name__ == "__main__":
    main()
