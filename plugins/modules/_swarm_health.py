#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _swarm_health
short_description: "[INTERNAL] Wait until the nodes of a swarm are as they must be"
version_added: 0.9.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Runs on a manager. A manager must be reachable, a worker ready, and one manager must lead.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  nodes:
    description:
      - C(manager) or C(worker) by the ID of the node.
    type: dict
    required: true
  timeout:
    description:
      - Maximum time to wait, in seconds.
    type: float
    default: 120
extends_documentation_fragment:
  - quorum.mesos.docker_engine
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
- name: Wait until the node is a reachable manager
  quorum.mesos._swarm_health:
    nodes:
      5q4d1yyljpd0y4mzkvj9x3ab7: manager
"""

RETURN = r"""
others:
  description: Nodes of the swarm that O(nodes) does not name.
  returned: success
  type: list
  elements: str
  sample: [old-worker]
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import (
    Engine,
    EngineRefusal,
    EngineSilence,
    socket_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import nodes


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "nodes": {"type": "dict", "required": True},
            "timeout": {"type": "float", "default": 120},
            **socket_spec(),
        },
        supports_check_mode=True,
    )
    wanted, engine = module.params["nodes"], Engine(module.params["socket"])
    deadline = time.monotonic() + module.params["timeout"]
    while True:
        try:
            found = engine.get("/nodes")
            problems = nodes.health_problems(found, wanted)
        except (EngineRefusal, EngineSilence) as error:
            found, problems = [], [str(error)]
        if not problems:
            others = sorted(nodes.name(node) for node in found if node["ID"] not in wanted)
            module.exit_json(changed=False, others=others)
        if time.monotonic() > deadline:
            module.fail_json(
                msg="The swarm is not healthy within %g seconds: %s." % (module.params["timeout"], "; ".join(problems))
            )
        time.sleep(1)


if __name__ == "__main__":
    main()
