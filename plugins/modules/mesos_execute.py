#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesos_execute
short_description: Run one command or container on a Mesos cluster
version_added: 0.7.0
description:
  - Runs a command or an image once, as a framework of its own through the scheduler API of the leading master
    (C(/api/v1/scheduler)). It waits for the end and returns the state, the agent, the exit status and what was printed.
  - The framework registers with a fail-over timeout of 0. Mesos removes it, and kills its task, as soon as its
    connection ends, however that happens. So nothing is left behind by a run that was killed.
  - SIGINT, SIGTERM, SIGHUP, O(wait_timeout) and the end of the Ansible worker that waits for it kill the task first.
  - When another master becomes the leader during the run, the framework registers there and the task goes on.
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
    details:
      - Nothing runs. RV(task) is what would run, RV(agents_now) and RV(agents_later) are the hosts that could run it.
      - It fails where the run would fail at once, because no agent could run it.
  diff_mode:
    support: none
    details: A command has no state before and after.
  idempotent:
    support: none
    details: Every run runs the command again and reports a change.
options:
  cmd:
    description:
      - Command line for C(/bin/sh -c) on the agent, or in the container of O(image).
      - Without it, O(image) runs its own command. One of both is required.
    type: str
  image:
    description:
      - Image of the container, for example V(busybox:1.36). Without it, the command runs on the host of the agent.
      - A container of the Docker containerizer has the network of the host.
    type: str
  containerizer:
    description:
      - Which containerizer of the agents runs O(image). They must have it in their flag C(containerizers), and for
        V(mesos) also C(docker) in C(image_providers).
    type: str
    choices: [docker, mesos]
    default: docker
  name:
    description: Name of the framework and of the task, as masters show it.
    type: str
    default: mesos_execute
  cpus:
    description: CPUs for the task.
    type: float
    default: 0.1
  mem:
    description: Memory for the task, in MB.
    type: float
    default: 32
  disk:
    description: Disk for the task, in MB.
    type: float
    default: 0
  role:
    description:
      - Role of the framework. It gets unreserved resources and those that are reserved for this role.
    type: str
    default: "*"
  user:
    description:
      - User on the agent that runs the command.
    type: str
    default: root
  attributes:
    description:
      - Attributes that the agent must have, all of them, with these values.
    type: dict
    default: {}
  id:
    description:
      - ID of the agent that runs it. The agent must fit all of O(id), O(hostname) and O(address) that are given.
      - Without them any agent may run it.
    type: str
  hostname:
    description: Name of the host of the agent, as Mesos shows it.
    type: str
  address:
    description: IP address of the agent, as for O(quorum.mesos.mesos_agent#module:address).
    type: str
  env:
    description: Environment variables of the command.
    type: dict
    default: {}
  secret_env:
    description:
      - Names of variables in O(env) whose values are secret. They are masked in logs and in all that is returned,
        RV(stdout) and RV(stderr) included. A value of fewer than 4 characters is masked in O(env) only.
      - Variables whose name says so, for example C(DB_PASSWORD), are masked without being named.
      - The masters and the agent see them, and so does whoever may read the state of the agent.
    type: list
    elements: str
    default: []
  wait_timeout:
    description:
      - Maximum time to wait for an offer and for the end of the command, in seconds. Then the task is killed, and the
        module fails.
    type: int
    default: 300
notes:
  - The principal of the framework is O(url_username), or the C(uid) in O(url_service_account), if set. The masters need
    it in C(credentials) where C(authenticate_http_frameworks) is on, and their ACLs must let it register with O(role)
    and run tasks as O(user).
  - RV(stdout) and RV(stderr) are read from the sandbox through the HTTP API of the agent (C(/state), C(/files/read)),
    with the login of the masters if one is set. Where they cannot be read, a warning says why. The executor of
    Mesos may write lines of its own into both files.
seealso:
  - module: quorum.mesos.mesos_info
  - module: quorum.mesos.marathon_app
"""

EXAMPLES = r"""
- name: Run a command on any agent
  quorum.mesos.mesos_execute:
    url: http://master1.example.com:5050
    cmd: uptime
  register: run
  delegate_to: localhost

- name: Show what it printed, and where
  ansible.builtin.debug:
    msg: "{{ run.agent.hostname }}: {{ run.stdout }}"

- name: Run on an agent of a rack, with a secret
  quorum.mesos.mesos_execute:
    url: http://master1.example.com:5050
    cmd: test -n "$DB_PASSWORD" && echo "connected to $DB_HOST"
    cpus: 0.2
    mem: 64
    attributes:
      rack: r1
    env:
      DB_HOST: db.example.com
      DB_PASSWORD: "{{ vault_db_password | default('not a real one') }}"
    secret_env: [DB_PASSWORD]
    wait_timeout: 60
  delegate_to: localhost

- name: Run an image with Docker
  quorum.mesos.mesos_execute:
    url: http://master1.example.com:5050
    image: busybox:1.36
    cmd: cat /etc/os-release; exit 0
    mem: 64
  delegate_to: localhost
"""

RETURN = r"""
state:
  description: Last state of the task; null if none was launched.
  returned: when something ran
  type: str
  sample: TASK_FINISHED
rc:
  description: Exit status of the command; null if it did not exit by itself.
  returned: when something ran
  type: int
  sample: 0
stdout:
  description: Last 64 KB of the file C(stdout) of the sandbox.
  returned: when something ran, except after an interruption
  type: str
  sample: " 15:38:37 up 12 days,  3:04,  0 users,  load average: 0.08, 0.03, 0.01"
stderr:
  description: Last 64 KB of the file C(stderr) of the sandbox.
  returned: when something ran, except after an interruption
  type: str
  sample: ""
agent:
  description: The agent that ran it; null if none did.
  returned: when something ran
  type: dict
  sample:
    id: 3b696887-b69e-43df-a3ce-1b650aeaac27-S1
    hostname: slave1.example.com
message:
  description: What Mesos says about the end.
  returned: when something ran
  type: str
  sample: Command exited with status 0
reason:
  description: Reason of a failure, as Mesos names it; null without one.
  returned: when something ran
  type: str
  sample: REASON_COMMAND_EXECUTOR_FAILED
framework_id:
  description: ID of the framework, which is completed when the module ends.
  returned: when something ran
  type: str
  sample: 3b696887-b69e-43df-a3ce-1b650aeaac27-0003
task_id:
  description: ID of the task.
  returned: when something ran
  type: str
  sample: mesos-execute-7f3ad02b-5d0c-4f5b-9a5c-0d4d2c9b1a11
task:
  description: The task that would run, as the message C(TaskInfo) of Mesos, on no agent yet.
  returned: in check mode
  type: dict
  sample:
    name: mesos_execute
    command:
      shell: true
      value: uptime
agents_now:
  description: Hosts that have room for it now.
  returned: in check mode
  type: list
  elements: str
  sample: [slave1.example.com]
agents_later:
  description: Hosts that could run it when something else there has ended.
  returned: in check mode
  type: list
  elements: str
  sample: []
"""

import time

from ansible_collections.quorum.mesos.plugins.module_utils._marathon import secrets
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.module import MarathonModule
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.secret_options import secret_names
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agents import Name
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import connection_spec, open_transport
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import MesosError
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.command import Command
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.placement import Placement
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.problems import problems
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.runner import CommandRunner
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.operator_api import OperatorApi

_NEEDS = ("cpus", "mem", "disk")
_NAMES = ("id", "hostname", "address")


def argument_spec():
    return dict(
        connection_spec(),
        cmd={"type": "str"},
        image={"type": "str"},
        containerizer={"type": "str", "choices": ["docker", "mesos"], "default": "docker"},
        name={"type": "str", "default": "mesos_execute"},
        cpus={"type": "float", "default": 0.1},
        mem={"type": "float", "default": 32},
        disk={"type": "float", "default": 0},
        role={"type": "str", "default": "*"},
        user={"type": "str", "default": "root"},
        attributes={"type": "dict", "default": {}},
        id={"type": "str"},
        hostname={"type": "str"},
        address={"type": "str"},
        env={"type": "dict", "default": {}},
        secret_env={"type": "list", "elements": "str", "default": [], "no_log": False},
        wait_timeout={"type": "int", "default": 300},
    )


def place_of(params):
    named = {name: params[name] for name in _NAMES if params[name]}
    needs = {name: params[name] for name in _NEEDS if params[name]}
    return Placement(needs, params["role"], Name(**named) if named else None, params["attributes"])


def command_of(params):
    return Command(**{name: params[name] for name in ("name", "cmd", "image", "containerizer", "env", "user", "role")})


def execute(module, params):
    transport = open_transport(module)
    api = OperatorApi(params["url"], transport, time.sleep)
    runner = CommandRunner(api, transport, transport.principal, module.warn)
    place = place_of(params)
    found = runner.survey(place)
    if module.check_mode:
        task = command_of(secrets.mask(params, secret_names(params))).task("", "", [])
        shown = {name: part for name, part in task.items() if name not in ("task_id", "agent_id", "resources")}
        return {"task": shown, "agents_now": found.now, "agents_later": found.later}, None
    return runner.run(command_of(params), place, found, params["wait_timeout"])


def main():
    module = MarathonModule(argument_spec=argument_spec(), supports_check_mode=True)
    params = module.given
    # The command may print a secret that nobody has named.
    module.no_log_values.update(secrets.values_to_hide({"env": params["env"]}, secret_names(params), likely=True))
    wrong = problems(params)
    if wrong:
        module.fail_json(msg="; ".join(wrong))
    try:
        result, failure = execute(module, params)
    except MesosError as error:
        module.fail_json(msg=str(error), **error.facts)
    if failure:
        module.fail_json(msg=failure, changed=True, **result)
    module.exit_json(changed=True, **result)


if __name__ == "__main__":
    main()
