#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesos_framework
short_description: Remove a framework that is gone from Mesos
version_added: 0.6.0
description:
  - Tears down a framework whose scheduler does not come back, so that its tasks end and what it holds is free again.
    Otherwise Mesos waits as long as the framework asked for (C(failover_timeout)), which is a week for Marathon.
  - A framework that was removed can never register with the same id again. A Marathon that was removed ends with exit
    code 110, "Framework has been removed", at every start, and needs a new C(zk) path.
  - So the module refuses a framework that is connected and one that has tasks, unless O(force_connected) and
    O(max_tasks) say that this is meant.
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
  id:
    description: Id of the framework. It must fit O(id) and O(name) where both are given.
    type: str
  name:
    description: Name of the framework. One that several frameworks have is refused.
    type: str
  state:
    description:
      - V(absent) means that the masters do not know the framework any more, or remember it as completed.
    type: str
    choices: [absent]
    required: true
  force_connected:
    description: Remove the framework even if its scheduler is connected.
    type: bool
    default: false
  max_tasks:
    description:
      - Number of tasks that the framework may have at most to be removed. They are killed. Tasks that wait to be
        started and those on agents that were lost count too.
    type: int
    default: 0
seealso:
  - module: quorum.mesos.mesos_info
  - module: quorum.mesos.marathon_info
"""

EXAMPLES = r"""
- name: Remove a framework whose scheduler is gone
  quorum.mesos.mesos_framework:
    url: http://master1.example.com:5050
    name: old-batch
    state: absent
  delegate_to: localhost

- name: Remove one of several with this name, with what it still runs
  quorum.mesos.mesos_framework:
    url: http://master1.example.com:5050
    id: 3b696887-b69e-43df-a3ce-1b650aeaac27-0003
    state: absent
    max_tasks: 20
  delegate_to: localhost
"""

RETURN = r"""
framework:
  description: The framework; none where the masters do not know it.
  returned: success, and failure because of tasks or a connection
  type: dict
  sample:
    id: 3b696887-b69e-43df-a3ce-1b650aeaac27-0003
    name: old-batch
    state: completed
  contains:
    state:
      description:
        - V(connected), V(disconnected), V(recovered) (only agents know it since a master restarted) or V(completed).
      returned: always
      type: str
tasks:
  description: The tasks that are in the way.
  returned: failure because of tasks
  type: list
  elements: dict
  sample:
    - id: nightly.1
      framework: old-batch
      state: TASK_RUNNING
"""

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import connection_spec, open_api
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import MesosError
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.framework import removal
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.module import MesosModule


def argument_spec() -> dict:
    return dict(
        connection_spec(),
        id={"type": "str"},
        name={"type": "str"},
        state={"type": "str", "choices": ["absent"], "required": True},
        force_connected={"type": "bool", "default": False},
        max_tasks={"type": "int", "default": 0},
    )


def main() -> None:
    module = MesosModule(argument_spec=argument_spec(), required_one_of=[("id", "name")], supports_check_mode=True)
    params = module.params
    try:
        desired = removal.declared(params["id"], params["name"], params["force_connected"], params["max_tasks"])
        result = removal.remove(open_api(module), desired, module.check_mode)
    except MesosError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
