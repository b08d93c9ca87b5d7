#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: mesos_maintenance
short_description: Manage the maintenance schedule of Mesos
version_added: 0.6.0
description:
  - Declares when machines are away for maintenance, takes them out of the schedule, and takes them down and up.
  - Mesos tells frameworks of a window in its offers; a framework decides what it does. Marathon starts nothing on a
    machine whose window has begun (unless its flag C(maintenance_mode) is off), and leaves running tasks alone. To take
    the tasks off an agent, use M(quorum.mesos.mesos_agent).
  - Mesos keeps one schedule, and a write replaces all of it. The module reads it, changes the named machines and writes
    the rest as it was. Mesos has no conditional write, so a change that another client makes between this read and this
    write, which follow each other at once, is lost without a trace. A change that undoes this one is detected, and the
    module fails.
  - Mesos never removes a window by itself, not even when its time is over.
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
  machines:
    description:
      - The machines. To Mesos a machine is the pair of host name and IP address with which its agent registers, and a
        window for half of a pair has no effect.
      - So where only one of both is given, the other one is taken from the schedule, else from the registered agents.
    type: list
    elements: dict
    required: true
    suboptions:
      hostname:
        description: Host name as Mesos shows it. Its case does not matter.
        type: str
      ip:
        description: IPv4 address from which the agent registers. Mesos takes no IPv6 address here.
        type: str
  state:
    description:
      - V(present) means that each machine is in a window, with these times if they are given. A machine is in one
        window at most.
      - V(absent) means that none of them is in the schedule. A machine that is down is refused, as Mesos does.
      - V(down) means that the master has ended the agents of the machines and lets none in again. It needs a
        window, whose times do not matter for it. Tasks that still run are reported to their frameworks as gone.
      - V(up) means that the machines are not down. Coming up takes a machine out of the schedule. A machine that is in
        the schedule and was not taken down is refused; use V(absent) for it. The agent's service, which has ended, is
        not started by this.
    type: str
    choices: [present, absent, down, up]
    default: present
  start:
    description:
      - When the maintenance begins, in ISO 8601 with a time zone, for example V(2030-01-31T22:00:00Z). Whole seconds.
      - If not set, a machine keeps the start of the window that it has, and a new window starts now.
      - Only used with O(state=present).
    type: str
  duration:
    description:
      - How long it takes, in seconds.
      - If not set, a machine keeps the duration of the window that it has, and a new window has no known end.
      - Only used with O(state=present).
    type: int
  force:
    description:
      - With O(state=present), take a machine out of a window that it shares with machines which are not named here.
        Without it, that is refused.
      - With O(state=down), take machines down although tasks run on them. Without it, that is refused.
    type: bool
    default: false
seealso:
  - module: quorum.mesos.mesos_agent
  - module: quorum.mesos.mesos_info
"""

EXAMPLES = r"""
- name: Declare that two hosts are away for two hours
  quorum.mesos.mesos_maintenance:
    url: http://master1.example.com:5050
    machines:
      - hostname: slave1.example.com
      - hostname: slave2.example.com
    start: "2030-01-31T22:00:00Z"
    duration: 7200
  delegate_to: localhost

- name: Take the tasks off the first one
  quorum.mesos.mesos_agent:
    url: http://master1.example.com:5050
    hostname: slave1.example.com
    state: drained
  delegate_to: localhost

- name: Take it down, so that its agent ends and is not let in again
  quorum.mesos.mesos_maintenance:
    url: http://master1.example.com:5050
    machines:
      - hostname: slave1.example.com
    state: down
  delegate_to: localhost

- name: Let it in again, which also ends its window
  quorum.mesos.mesos_maintenance:
    url: http://master1.example.com:5050
    machines:
      - hostname: slave1.example.com
    state: up
  delegate_to: localhost

- name: Remove the window of the other one
  quorum.mesos.mesos_maintenance:
    url: http://master1.example.com:5050
    machines:
      - hostname: slave2.example.com
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
machines:
  description: The named machines. One that neither the schedule nor an agent knows is left out.
  returned: success
  type: list
  elements: dict
  sample:
    - hostname: slave1.example.com
      ip: 192.168.20.51
      mode: draining
  contains:
    mode:
      description: V(up), V(draining) (it is in the schedule) or V(down).
      returned: always
      type: str
schedule:
  description: The whole schedule afterwards.
  returned: success, and failure because of a concurrent change
  type: dict
  sample:
    windows:
      - machines:
          - hostname: slave1.example.com
            ip: 192.168.20.51
        start: "2030-01-31T22:00:00Z"
        duration: 7200
    down: []
  contains:
    windows:
      description: All windows.
      returned: always
      type: list
      elements: dict
      contains:
        machines:
          description: The machines of the window.
          returned: always
          type: list
          elements: dict
        start:
          description: When it begins, in UTC.
          returned: always
          type: str
        duration:
          description: How long it takes, in seconds; none if the end is not known.
          returned: always
          type: int
    down:
      description: The machines that are down.
      returned: always
      type: list
      elements: dict
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

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.argument_spec import connection_spec, open_api
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import InvalidOption, MesosError
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance import machines, times
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance.run import DesiredMachines, MaintenanceRun
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance.schedule import DesiredWindow
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.module import MesosModule


def argument_spec() -> dict:
    return dict(
        connection_spec(),
        machines={
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {"hostname": {"type": "str"}, "ip": {"type": "str"}},
        },
        state={"type": "str", "choices": ["present", "absent", "down", "up"], "default": "present"},
        start={"type": "str"},
        duration={"type": "int"},
        force={"type": "bool", "default": False},
    )


def desired_state(params: dict) -> DesiredMachines:
    if params["state"] != "present":
        given = [name for name in ("start", "duration") if params[name] is not None]
        if given:
            unused = " and ".join(given)
            raise InvalidOption("state is %s, which has no times: leave out %s" % (params["state"], unused))
    wanted = DesiredWindow(
        int(time.time()) * times.SECOND,
        None if params["start"] is None else times.start(params["start"]),
        times.duration(params["duration"]),
        params["force"],
    )
    return DesiredMachines(machines.declared(params["machines"]), params["state"], wanted)


def main() -> None:
    module = MesosModule(argument_spec=argument_spec(), supports_check_mode=True)
    try:
        desired = desired_state(module.params)
        result = MaintenanceRun(open_api(module), desired, module.warn).run(module.check_mode)
    except MesosError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
