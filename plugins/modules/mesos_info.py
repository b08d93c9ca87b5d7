#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesos_info
short_description: Gather information about a Mesos cluster
version_added: 0.6.0
description:
  - Gathers agents, frameworks, tasks, roles, quota, maintenance, flags, version and metrics from the leading Mesos
    master. It changes nothing.
  - Only what O(gather) names is requested. Each call of the operator API (C(GET_AGENTS) and so on) is sent once.
  - What does not exist is an empty list, not an error.
  - The answers of the master become flat records, so that O(query) stays short. Times are UTC in ISO 8601.
  - Written against recorded answers of Mesos 1.11.0.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.mesos
  - quorum.mesos.attributes
  - quorum.mesos.attributes.actiongroup_mesos
attributes:
  check_mode:
    support: full
    details: Nothing is ever changed.
  diff_mode:
    support: none
    details: Nothing is ever changed.
  idempotent:
    support: full
options:
  gather:
    description:
      - What to gather. Each is returned under its own name.
      - V(tasks) needs C(GET_FRAMEWORKS) and C(GET_AGENTS) too, for the names of frameworks and hosts.
      - V(flags), V(version) and V(metrics) are those of the leading master.
      - V(metrics) are computed when they are requested. One that takes longer than 5 seconds has no value.
    type: list
    elements: str
    choices: [agents, flags, frameworks, leader, maintenance, metrics, quota, roles, tasks, version]
    required: true
  completed:
    description:
      - Include tasks and frameworks that have ended, as far as the master still knows them (its flags
        C(max_completed_frameworks) and C(max_completed_tasks_per_framework)).
    type: bool
    default: false
  query:
    description:
      - An expression in JMESPath over a mapping with a member for each of O(gather). What it finds is returned as
        RV(selected), and nothing else of what was gathered.
      - It is checked before the master is asked.
      - Needs the Python library jmespath on the host that executes the module.
    type: str
seealso:
  - module: quorum.mesos.mesos_agent
  - module: quorum.mesos.marathon_info
"""

EXAMPLES = r"""
- name: List the tasks of all frameworks, as mesos ps does
  quorum.mesos.mesos_info:
    url: http://master1.example.com:5050
    gather: [tasks]
    query: >-
      tasks[].{id: id, state: state, framework: framework, host: hostname, cpus: resources.cpus, mem: resources.mem}
  register: ps
  delegate_to: localhost

- name: Gather agents and frameworks through any master that answers
  quorum.mesos.mesos_info:
    url:
      - http://master1.example.com:5050
      - http://master2.example.com:5050
    gather: [agents, frameworks, leader]
  delegate_to: localhost

- name: List the hosts that get no new tasks
  quorum.mesos.mesos_info:
    url: http://master1.example.com:5050
    gather: [agents]
    query: "agents[?state!='active'].hostname"
  register: away
  delegate_to: localhost

- name: Check that the registry is recovered
  quorum.mesos.mesos_info:
    url: http://master1.example.com:5050
    gather: [metrics]
    query: metrics."registrar/log/recovered"
  register: recovered
  failed_when: recovered.selected != 1
  delegate_to: localhost

- name: Show why the last tasks failed
  quorum.mesos.mesos_info:
    url: http://master1.example.com:5050
    gather: [tasks]
    completed: true
    query: "tasks[?state=='TASK_FAILED'].{id: id, host: hostname, why: message}"
  delegate_to: localhost
"""

RETURN = r"""
agents:
  description:
    - The registered agents, by host name.
    - C(state) is V(active), V(disconnected), V(deactivated), V(draining) or V(drained); V(recovered) is an agent that
      a new leader knows and that has not come back to it yet.
    - C(resources) is the total and C(used) what is allocated, in CPUs and MB.
  returned: when O(gather) includes V(agents) and O(query) is not given
  type: list
  elements: dict
  sample:
    - id: 3b696887-b69e-43df-a3ce-1b650aeaac27-S1
      hostname: slave1.example.com
      address: 192.168.20.51:5051
      state: active
      version: 1.11.0
      attributes: {rack: r1}
      resources: {cpus: 4.0, mem: 7168.0, disk: 40960.0, gpus: 0.0}
      used: {cpus: 0.5, mem: 64.0, disk: 0.0, gpus: 0.0}
      registered: "2020-11-24T15:38:37Z"
      reregistered: null
frameworks:
  description:
    - The frameworks. C(state) is V(active), V(inactive), V(disconnected), V(recovered), which is one that only agents
      know after a change of the leader, or V(completed).
    - A password in C(webui_url) is masked.
  returned: when O(gather) includes V(frameworks) and O(query) is not given
  type: list
  elements: dict
  sample:
    - id: 3b696887-b69e-43df-a3ce-1b650aeaac27-0000
      name: marathon
      state: active
      user: root
      roles: ["*"]
      principal: marathon
      hostname: master1.example.com
      webui_url: http://master1.example.com:8080
      failover_timeout: 604800.0
      used: {cpus: 0.5, mem: 64.0, disk: 0.0, gpus: 0.0}
      registered: "2020-11-24T15:38:37Z"
      reregistered: null
      unregistered: null
tasks:
  description:
    - The tasks, also those on agents that the master does not reach. C(hostname) is empty where the agent is not
      registered any more.
    - C(message) is that of the last status. C(healthy) is null for a task without a health check.
  returned: when O(gather) includes V(tasks) and O(query) is not given
  type: list
  elements: dict
  sample:
    - id: shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1
      name: web.shop
      state: TASK_RUNNING
      framework: marathon
      framework_id: 3b696887-b69e-43df-a3ce-1b650aeaac27-0000
      hostname: slave1.example.com
      agent_id: 3b696887-b69e-43df-a3ce-1b650aeaac27-S1
      role: "*"
      resources: {cpus: 0.5, mem: 64.0, disk: 0.0, gpus: 0.0}
      image: nginx:1.25
      healthy: true
      message: ""
      running_since: "2020-11-24T15:40:02Z"
roles:
  description: The roles that have frameworks, quota or a weight. C(frameworks) are IDs.
  returned: when O(gather) includes V(roles) and O(query) is not given
  type: list
  elements: dict
  sample:
    - name: prod
      weight: 1.0
      frameworks: [3b696887-b69e-43df-a3ce-1b650aeaac27-0000]
      used: {cpus: 1.0, mem: 128.0, disk: 0.0, gpus: 0.0}
quota:
  description: The roles with quota.
  returned: when O(gather) includes V(quota) and O(query) is not given
  type: list
  elements: dict
  sample:
    - role: prod
      guarantees: {cpus: 1.0, mem: 128.0}
      limits: {cpus: 3.0, mem: 512.0}
maintenance:
  description:
    - The maintenance schedule (C(windows)) and the machines that are C(draining) or C(down). C(duration) is in seconds,
      and null in a window without an end.
  returned: when O(gather) includes V(maintenance) and O(query) is not given
  type: dict
  sample:
    windows:
      - machines:
          - hostname: slave1.example.com
            ip: 192.168.20.51
        start: "2020-11-24T22:00:00Z"
        duration: 3600.0
    draining: []
    down: []
flags:
  description: The flags of the leading master. A password in a URL is masked.
  returned: when O(gather) includes V(flags) and O(query) is not given
  type: dict
  sample: {quorum: "2", zk: "zk://***@192.168.20.41:2181/mesos"}
leader:
  description: The leading master.
  returned: when O(gather) includes V(leader) and O(query) is not given
  type: dict
  sample:
    id: 3b696887-b69e-43df-a3ce-1b650aeaac27
    hostname: master1.example.com
    address: 192.168.20.41:5050
    version: 1.11.0
    elected: "2020-11-24T15:38:37Z"
    started: "2020-11-24T15:38:37Z"
version:
  description: The version of the leading master, as Mesos returns it.
  returned: when O(gather) includes V(version) and O(query) is not given
  type: dict
  sample:
    version: 1.11.0
    build_date: "2020-11-24 15:38:37"
    git_sha: 04bc7ee1984d86fbb0bd782ccc69ce44c13ae4b9
metrics:
  description: The metrics of the leading master by their names.
  returned: when O(gather) includes V(metrics) and O(query) is not given
  type: dict
  sample: {master/elected: 1.0, master/tasks_running: 12.0, registrar/log/recovered: 1.0}
selected:
  description: What O(query) finds, of any type; null where it finds nothing.
  returned: when O(query) is given
  type: raw
  sample: [slave2.example.com]
"""

from ansible_collections.quorum.mesos.plugins.module_utils import _query as query
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import connection_spec, open_api
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import MesosError
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.info.gather import KINDS, gather
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.module import MesosModule


def main() -> None:
    module = MesosModule(
        argument_spec=dict(
            connection_spec(),
            gather={"type": "list", "elements": "str", "choices": list(KINDS), "required": True},
            completed={"type": "bool", "default": False},
            query={"type": "str"},
        ),
        supports_check_mode=True,
    )
    if not module.params["gather"]:
        module.fail_json(msg=f"gather is an empty list: name what to gather, of {', '.join(KINDS)}")
    expression = query.option(module)
    try:
        found = gather(open_api(module), module.params["gather"], module.params["completed"])
        result = found if expression is None else {"selected": expression.search(found)}
    except MesosError as error:
        module.fail_json(msg=str(error), **error.facts)
    except query.BadQuery as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()
