#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesos_agent
short_description: Drain, deactivate or reactivate an agent of Mesos
version_added: 0.2.0
description:
  - Takes the tasks off an agent before work on its host, takes the agent back afterwards, or gives it up for good.
  - Draining ends every task of the agent; schedulers like Marathon start them anew on other agents.
  - An agent stays drained over restarts of itself and of masters, until it is made active again.
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
    description:
      - Id of the agent. The agent must fit all of O(id), O(hostname) and O(address) that are given.
    type: str
  hostname:
    description:
      - Name of the agent's host, as Mesos shows it.
    type: str
    aliases: [name]
  address:
    description:
      - IP address of the agent, or V(address:port) where several agents share one.
    type: str
  state:
    description:
      - V(active) means that the agent is connected to the masters and gets new tasks.
      - V(drained) means that it runs no task and gets none.
      - V(deactivated) means that it gets no new task and keeps those that it has. A drained agent is deactivated too.
      - V(gone) means that it never comes back. The masters end an agent that tries to, as long as it keeps its
        work directory, and tell schedulers that its tasks are lost for good. An agent that the masters have lost
        already is not known to them by its name, and the module leaves it at that.
    type: str
    choices: [active, drained, deactivated, gone]
    required: true
  max_grace_period:
    description:
      - Seconds that a task gets at the most to end when its agent is drained, whatever the task itself asks for.
    type: int
  force:
    description:
      - Drain even where the other agents have not room (C(cpus), C(mem), C(disk), C(gpus)) for all its tasks.
      - Give up an agent even where tasks run on it.
    type: bool
    default: false
  wait:
    description:
      - Wait until the agent is in the state. While it drains, the call to drain is repeated, without which Mesos may
        never say that an agent is drained.
      - When time is up the module fails and says which tasks still run. The agent then keeps draining.
    type: bool
    default: true
  wait_timeout:
    description: Maximum time to wait, in seconds.
    type: int
    default: 300
seealso:
  - module: quorum.mesos.marathon_info
  - name: Rolling changes
    link: https://quorum.example.org/mesos/site/docs/rolling.html
    description: How the playbooks drain agents and restart services one host at a time.
"""

EXAMPLES = r"""
- name: Take the tasks off a host
  quorum.mesos.mesos_agent:
    url: http://master1.example.com:5050
    hostname: slave1.example.com
    state: drained
    max_grace_period: 60
  delegate_to: localhost

- name: Give it tasks again, through any master that answers
  quorum.mesos.mesos_agent:
    url:
      - https://master1.example.com:5050
      - https://master2.example.com:5050
    url_username: operator
    url_password: "{{ mesos_operator_secret }}"
    ca_path: /etc/ssl/mesos-ca.pem
    address: 192.168.20.51
    state: active
  delegate_to: localhost

- name: Give up a host that burnt down
  quorum.mesos.mesos_agent:
    url: http://master1.example.com:5050
    hostname: slave3.example.com
    state: gone
    force: true
  delegate_to: localhost

---
# A play for all agents. It ends at the first one that cannot be drained.
- name: Maintain the hosts of the agents, one after another
  hosts: mesos_slaves
  serial: 1
  gather_facts: false
  tasks:
    - name: Take the tasks off this host
      quorum.mesos.mesos_agent:
        url: http://master1.example.com:5050
        hostname: "{{ inventory_hostname }}"
        state: drained
        wait_timeout: 900
      delegate_to: localhost

    - name: Do the work
      ansible.builtin.include_tasks: maintenance.yml

    - name: Give it tasks again
      quorum.mesos.mesos_agent:
        url: http://master1.example.com:5050
        hostname: "{{ inventory_hostname }}"
        state: active
      delegate_to: localhost
"""

RETURN = r"""
agent:
  description: The agent; none where one that should be gone is not known.
  returned: success
  type: dict
  sample:
    id: 3b696887-b69e-43df-a3ce-1b650aeaac27-S1
    hostname: slave1.example.com
    address: 192.168.20.51:5051
    state: drained
not_found:
  description: Whether the module failed because the masters know no such agent.
  returned: failure because of that
  type: bool
  sample: true
tasks:
  description: The tasks that are in the way.
  returned: failure because of tasks
  type: list
  elements: dict
  sample:
    - id: shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1
      framework: marathon
      state: TASK_RUNNING
"""

import time

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent_state import AgentState, DesiredState
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agents import Name
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import connection_spec, open_api
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import MesosError
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.module import MesosModule


def main() -> None:
    module = MesosModule(
        argument_spec=dict(
            connection_spec(),
            id={"type": "str"},
            hostname={"type": "str", "aliases": ["name"]},
            address={"type": "str"},
            state={"type": "str", "choices": ["active", "drained", "deactivated", "gone"], "required": True},
            max_grace_period={"type": "int"},
            force={"type": "bool", "default": False},
            wait={"type": "bool", "default": True},
            wait_timeout={"type": "int", "default": 300},
        ),
        required_one_of=[("id", "hostname", "address")],
        supports_check_mode=True,
    )
    params = module.params
    desired = DesiredState(
        Name(params["id"], params["hostname"], params["address"]),
        params["state"],
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
        max_grace_period=params["max_grace_period"],
        force=params["force"],
    )
    try:
        result = AgentState(open_api(module), desired, time.monotonic, time.sleep).run(module.check_mode)
    except MesosError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
