#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _leave_swarm
short_description: "[INTERNAL] Gather the nodes of a swarm and where the tasks of a service answer"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
  - Runs on a manager and changes nothing.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.docker_engine
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  service:
    description:
      - Name of the service.
    type: str
    default: ""
  gone:
    description:
      - IDs of removed services whose tasks must have ended.
    type: list
    elements: str
    default: []
  timeout:
    description:
      - Maximum time to wait until they have ended, in seconds.
    type: float
    default: 120
"""

EXAMPLES = r"""
- name: Gather where the shop answers on the swarm
  quorum.mesos._leave_swarm:
    service: shop_web
"""

RETURN = r"""
addresses:
  description: Addresses of the nodes that may run a task.
  returned: success
  type: list
  elements: str
  sample: [192.0.2.11, 192.0.2.12]
places:
  description:
    - Addresses of its servers, of those where its tasks run, and how many answer at a time.
    - Empty where there is no service.
  returned: success
  type: dict
  sample: {"addresses": [192.0.2.11, 192.0.2.12], "running": [192.0.2.11], "answering": 1}
service:
  description: The service; empty where there is none.
  returned: success
  type: dict
  sample: {"id": "7q92v0nr1hcgts2amcjyqg3pq", "owner": "/shop/web", "running": [192.0.2.11], "ingress": false}
"""

import time
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import (
    Engine,
    EngineRefusal,
    EngineSilence,
    name,
    socket_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._leave import swarm


def look(engine: Engine, service_name: str) -> tuple[list[str], dict[str, t.Any]]:
    nodes = engine.get("/nodes") or []
    service = engine.found("/services/" + name(service_name)) if service_name else None
    # The Engine takes the beginning of an ID for one, too.
    if not service or service["Spec"]["Name"] != service_name:
        return swarm.taking(nodes), {}
    return swarm.taking(nodes), {
        "id": service["ID"],
        "owner": swarm.owner(service),
        "ingress": swarm.is_ingress(service["Spec"]),
        "running": swarm.running(service["ID"], engine.get("/tasks") or [], nodes),
    }


def wait_until_gone(engine: Engine, services: t.Collection[str], timeout: float) -> int:
    """How many tasks are left in the end."""
    deadline = time.monotonic() + timeout
    while True:
        left = [task for task in engine.get("/tasks") or [] if task.get("ServiceID") in services]
        if not left or time.monotonic() > deadline:
            return len(left)
        time.sleep(1)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "service": {"type": "str", "default": ""},
            "gone": {"type": "list", "elements": "str", "default": []},
            "timeout": {"type": "float", "default": 120},
            **socket_spec(),
        },
        supports_check_mode=True,
    )
    engine = Engine(module.params["socket"])
    try:
        if module.params["gone"] and not module.check_mode:
            left = wait_until_gone(engine, module.params["gone"], module.params["timeout"])
            if left:
                module.fail_json(
                    msg="%d tasks of the removed service did not end within %g seconds; see `docker ps` on the nodes."
                    % (left, module.params["timeout"])
                )
        addresses, service = look(engine, module.params["service"])
    except EngineRefusal as error:
        hint = "; the host must be a manager (group swarm_managers)" if error.is_no_manager else ""
        module.fail_json(msg="Docker refuses: %s%s." % (str(error).rstrip("."), hint))
    except EngineSilence as error:
        module.fail_json(msg="%s." % str(error).rstrip("."))
    places = swarm.places(addresses, service) if service else {}
    module.exit_json(changed=False, addresses=addresses, service=service, places=places)


if __name__ == "__main__":
    main()
