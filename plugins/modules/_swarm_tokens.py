#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _swarm_tokens
short_description: "[INTERNAL] Gather what a host needs to join a swarm"
version_added: 0.9.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Runs on a manager. The tokens are secrets, so the task must have C(no_log).
author:
  - quorum.mesos contributors (@quorum-mesos)
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
- name: Gather what a worker needs to join
  quorum.mesos._swarm_tokens:
  no_log: true
  register: tokens
"""

RETURN = r"""
tokens:
  description: The join tokens by role.
  returned: always
  type: dict
  sample: {"manager": "SWMTKN-1-...", "worker": "SWMTKN-1-..."}
managers:
  description: Addresses of the managers that answer.
  returned: always
  type: list
  elements: str
  sample: ["192.0.2.11:2377"]
"""

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
        argument_spec=socket_spec(), supports_check_mode=True
    )
    engine = Engine(module.params["socket"])
    try:
        tokens = engine.get("/swarm")["JoinTokens"]
        managers = [node["ManagerStatus"]["Addr"] for node in engine.get("/nodes") if nodes.is_reachable(node)]
    except (EngineRefusal, EngineSilence) as error:
        module.fail_json(msg="The host gives no join tokens: %s." % str(error).rstrip("."))
    module.exit_json(
        changed=False, tokens={"manager": tokens["Manager"], "worker": tokens["Worker"]}, managers=sorted(managers)
    )


if __name__ == "__main__":
    main()
