#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _agent_surge
short_description: "[INTERNAL] Start instances elsewhere of apps that serve from one agent alone"
version_added: 0.4.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - A drain ends all tasks of an agent, and Marathon starts others only afterwards. An app with all its instances on the
    agent is away meanwhile. So before the drain the app is scaled up. When the new instances serve elsewhere, as many
    of those on the agent are killed, and the count is as it was.
  - The agent must be deactivated before, or the new instances may start there too.
  - An app never gets more instances than a rolling upgrade of it may have (C(maximumOverCapacity),
    C(minimumHealthCapacity); C(TaskReplaceActor.scala)). One that may have none, that has a local persistent volume or
    a constraint that keeps it on one host is named in a warning and left alone.
  - The counts to return to are kept in O(record), so that a later run takes back what an interrupted one has scaled
    up. A count that someone else has set meanwhile is left alone.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos._marathon_client
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(moved) waits until no app serves from the agent alone.
      - V(settled) takes back what O(state=moved) has left scaled up, which are pods, and what an interrupted run has.
    type: str
    choices: [moved, settled]
    required: true
  agent:
    description: Id of the agent.
    type: str
    required: true
  hostname:
    description: Name of the agent's host, as Mesos shows it.
    type: str
    required: true
  record:
    description: The file with the counts that apps are to have again.
    type: path
    default: /etc/mesos/mesos-slave.surge
  wait_timeout:
    description: Maximum time to wait for the new instances, in seconds.
    type: int
    default: 300
"""

EXAMPLES = r"""
- name: Start instances elsewhere of apps that serve from one agent alone
  quorum.mesos._agent_surge:
    url: http://marathon.example.com:8080
    agent: 3b696887-b69e-43df-a3ce-1b650aeaac27-S1
    hostname: slave1.example.com
    state: moved
"""

RETURN = r"""
apps:
  description: The apps and pods that served from the agent alone.
  returned: success, with O(state=moved)
  type: list
  elements: dict
  sample:
    - id: /web
      kind: app
      instances: 2
      moves: true
      reason: ""
      ports: []
settled:
  description: The apps and pods whose count was taken back.
  returned: success, with O(state=settled)
  type: list
  elements: str
  sample: [/web]
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError, Unreachable
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.host_client import (
    host_client,
    host_client_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.surge.record import SurgeRecord
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.surge.run import DrainedAgent, Surge


def _named(app: dict[str, object]) -> str:
    return "%s (%d instance%s)" % (app["id"], app["instances"], "" if app["instances"] == 1 else "s")


def _warn(module: AnsibleModule, apps: list[dict[str, object]]) -> None:
    host = module.params["hostname"]
    for app in apps:
        if not app["moves"]:
            module.warn("%s is away while %s is drained: %s." % (_named(app), host, app["reason"]))
        elif app["ports"]:
            module.warn(
                "%s leaves %s, where it has the fixed port %s: who asks that address alone loses requests."
                % (_named(app), host, ", ".join(map(str, app["ports"])))
            )


def _moved(module: AnsibleModule, surge: Surge) -> None:
    apps = surge.move(module.check_mode)
    _warn(module, apps)
    moving = [app for app in apps if app["moves"]]
    lines = "".join("%s: an instance elsewhere first\n" % _named(app) for app in moving)
    module.exit_json(changed=bool(moving), apps=apps, diff={"prepared": lines} if lines else {})


def _settled(module: AnsibleModule, surge: Surge) -> None:
    settled = surge.settle(module.check_mode)
    lines = "".join("%s: back to the instances that it had\n" % name for name in settled)
    module.exit_json(changed=bool(settled), settled=settled, diff={"prepared": lines} if lines else {})


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **host_client_spec(),
            "state": {"type": "str", "choices": ["moved", "settled"], "required": True},
            "agent": {"type": "str", "required": True},
            "hostname": {"type": "str", "required": True},
            "record": {"type": "path", "default": "/etc/mesos/mesos-slave.surge"},
            "wait_timeout": {"type": "int", "default": 300},
        },
        supports_check_mode=True,
    )
    params = module.params
    try:
        surge = Surge(
            host_client(module),
            DrainedAgent(params["agent"], params["hostname"]),
            SurgeRecord(params["record"]),
            params["wait_timeout"],
            time.monotonic,
            time.sleep,
        )
        (_moved if params["state"] == "moved" else _settled)(module, surge)
    except Unreachable as error:
        module.fail_json(
            msg="%s; or set quorum_drain_surge: false, with which Marathon is not asked before a drain." % error,
            **error.facts,
        )
    except (MarathonError, OSError) as error:
        module.fail_json(msg=str(error), **getattr(error, "facts", {}))


if __name__ == "__main__":
    main()
