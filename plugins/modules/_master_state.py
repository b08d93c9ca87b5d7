#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _master_state
short_description: "[INTERNAL] Find out what a Mesos master on a host is now"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Gathers whether a master runs, with which quorum, whether the host has a replica of the registry, and which masters
    outside the group stand for election, so that the role can refuse a step that would lose the registry.
  - Reads only.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  unit:
    description:
      - The systemd unit of the master.
    type: str
    required: true
  environment_file:
    description:
      - The file with its settings.
    type: path
    required: true
  work_dir:
    description:
      - The directory with the replica of the registry.
    type: path
    required: true
  address:
    description:
      - The address of the master where its settings name none.
    type: str
    required: true
  url_username:
    description:
      - The user to ask it with, where its present credentials know this user.
    type: str
  members:
    description:
      - V(host:port) of all masters that there should be.
      - Where the running master sees more, it is asked again for O(patience) seconds.
    type: list
    elements: str
    required: true
  names:
    description:
      - Further names and addresses with which these masters may stand for election.
    type: list
    elements: str
    default: []
  zk:
    description:
      - The C(zk://) URL of the election. The one in O(environment_file) is read as well.
    type: str
    required: true
  patience:
    description:
      - Seconds in which ZooKeeper forgets a master that has stopped.
    type: float
    default: 15
  elsewhere:
    description:
      - V(host:port) of the masters that are not looked at.
    type: list
    elements: str
    default: []
  unwanted:
    description:
      - Files that should not be there any more.
    type: list
    elements: path
    default: []
extends_documentation_fragment:
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
- name: Gather the state of the master
  quorum.mesos._master_state:
    unit: mesos-master
    environment_file: /etc/mesos/mesos-master.env
    work_dir: /var/lib/mesos/master
    address: 192.168.20.41
    members: ["192.168.20.41:5050", "192.168.20.42:5050", "192.168.20.43:5050"]
    zk: zk://192.168.20.41:2181/mesos
"""

RETURN = r"""
running:
  description: Whether the unit is active.
  returned: always
  type: bool
  sample: true
configured:
  description: Whether there is an environment file.
  returned: always
  type: bool
  sample: true
registry:
  description: Whether the host has a replica of the registry.
  returned: always
  type: bool
  sample: true
registry_path:
  description: Where it is.
  returned: always
  type: str
  sample: /var/lib/mesos/replicated_log
quorum:
  description: The quorum of the running master, or the one in its file.
  returned: always
  type: int
  sample: 2
ensemble_size:
  description: How many replicas the running master sees.
  returned: always
  type: int
  sample: 3
tls:
  description: Whether it is set up to speak TLS.
  returned: always
  type: bool
  sample: false
downgrade:
  description: Whether it takes plain connections beside TLS.
  returned: always
  type: bool
  sample: false
alive_elsewhere:
  description: Those of O(elsewhere) that take connections. Asked only where the host has no master yet.
  returned: always
  type: list
  elements: str
  sample: ["192.0.2.12:5050"]
strangers:
  description:
    - Masters that stand for election and are neither on this host nor among O(members).
    - Null where ZooKeeper cannot be asked, or the host has no kazoo.
  returned: always
  type: list
  elements: str
  sample: ["192.0.2.14:5050"]
leftovers:
  description: Those of O(unwanted) that are there.
  returned: always
  type: list
  elements: str
  sample: [/etc/mesos-master/quorum]
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._health.gate import wait_until_healthy
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master import state
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper.probe import split_address


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "unit": {"type": "str", "required": True},
            "environment_file": {"type": "path", "required": True},
            "work_dir": {"type": "path", "required": True},
            "address": {"type": "str", "required": True},
            "url_username": {"type": "str"},
            "members": {"type": "list", "elements": "str", "required": True},
            "names": {"type": "list", "elements": "str", "default": []},
            "zk": {"type": "str", "required": True, "no_log": True},
            "patience": {"type": "float", "default": 15},
            "elsewhere": {"type": "list", "elements": "str", "default": []},
            "unwanted": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    params = module.params

    variables = state.environment(params["environment_file"])
    _code, output, _error = module.run_command(["systemctl", "is-active", params["unit"]])
    # A master that waits for its next start is no new one.
    running = output.strip() in ("active", "activating", "reloading")
    registry = state.has_registry(params["work_dir"])
    answer = {}
    if running:
        access = state.own_access(variables, params["url_username"])

        def see_no_more_than_members() -> list[str]:
            answer.update(state.ask(variables, params["address"], access))
            return ["too many"] if (answer.get("ensemble_size") or 0) > len(params["members"]) else []

        wait_until_healthy(see_no_more_than_members, params["patience"])
    known = [*params["names"], *(split_address(place)[0] for place in params["members"])]
    urls = [params["zk"], *([variables["MESOS_ZK"]] if "MESOS_ZK" in variables else [])]
    strangers: list[str] | None = None

    def see_only_living_strangers() -> list[str]:
        """A master that has just stopped stands until ZooKeeper ends its session."""
        nonlocal strangers
        strangers = state.strangers(urls, known)
        return [place for place in strangers or [] if not state.listens(place)]

    wait_until_healthy(see_only_living_strangers, params["patience"])
    quorum = variables.get("MESOS_QUORUM", "")
    module.exit_json(
        changed=False,
        running=running,
        configured=bool(variables),
        registry=registry,
        registry_path=os.path.join(params["work_dir"], "replicated_log"),
        quorum=answer.get("quorum") or (int(quorum) if quorum.isdigit() else None),
        ensemble_size=answer.get("ensemble_size"),
        tls=state.switched_on(variables, "LIBPROCESS_SSL_ENABLED"),
        downgrade=state.switched_on(variables, "LIBPROCESS_SSL_SUPPORT_DOWNGRADE"),
        strangers=strangers,
        leftovers=[path for path in params["unwanted"] if os.path.lexists(path)],
        alive_elsewhere=[] if running or registry else [place for place in params["elsewhere"] if state.listens(place)],
    )


if __name__ == "__main__":
    main()
