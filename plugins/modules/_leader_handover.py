#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _leader_handover
short_description: "[INTERNAL] Let the leading Mesos master hand over"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Removes the leader's znode of the election, upon which the leader exits, another master leads within a second, and
    systemd starts the old one again with its present settings.
  - A leader that is merely restarted leaves the cluster without one until its ZooKeeper session is over.
  - Where that is not possible nothing happens but a warning, so that the caller can restart the master.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  zk:
    description:
      - The ZooKeeper URL of the masters, as V(zk://user:password@host:2181,host:2181/mesos).
    type: str
    required: true
  names:
    description:
      - The names and addresses by which this host's master is known.
    type: list
    elements: str
    required: true
  port:
    description:
      - Its port.
    type: int
    required: true
  unit:
    description:
      - Its systemd unit.
    type: str
    required: true
  timeout:
    description:
      - Seconds to wait until systemd has started the master again.
    type: float
    default: 30
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: none
  diff_mode:
    support: none
  idempotent:
    support: none
    details: A leader that leads again by the time of the second run hands over again.
requirements:
  - kazoo (Python library, on the host that executes the module)
"""

EXAMPLES = r"""
- name: Let the leader hand over
  quorum.mesos._leader_handover:
    zk: zk://192.168.20.41:2181/mesos
    names: [192.168.20.41]
    port: 5050
    unit: mesos-master
"""

RETURN = r"""
handed_over:
  description: Whether the leader has handed over and was started again.
  returned: success
  type: bool
  sample: false
reason:
  description: Why it has not.
  returned: success
  type: str
  sample: the host has no Python library kazoo
"""

import time
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master import election
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper.client import (
    KAZOO_IMPORT_ERROR,
    ZooKeeperError,
    connect,
)

ANSWER_SECONDS = 10.0


def _give_up(place: election.Place, params: dict[str, t.Any]) -> str | None:
    try:
        with connect(place.hosts, place.user, place.password, ANSWER_SECONDS) as store:
            return election.give_up(store, place.path, params["names"], params["port"])
    except ZooKeeperError as error:
        return str(error)


def _process(module: AnsibleModule) -> str:
    command = ["systemctl", "show", "--property=MainPID", "--value", module.params["unit"]]
    return module.run_command(command)[1].strip()


def _is_started_again(module: AnsibleModule, before: str) -> bool:
    deadline = time.monotonic() + module.params["timeout"]
    while time.monotonic() < deadline:
        if _process(module) not in ("", "0", before):
            return True
        time.sleep(0.2)
    return False


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "zk": {"type": "str", "required": True, "no_log": True},
            "names": {"type": "list", "elements": "str", "required": True},
            "port": {"type": "int", "required": True},
            "unit": {"type": "str", "required": True},
            "timeout": {"type": "float", "default": 30},
        },
    )
    place = election.parse(module.params["zk"])
    if KAZOO_IMPORT_ERROR:
        reason: str | None = "the host has no Python library kazoo"
    elif place is None:
        reason = "zk is no zk:// URL"
    else:
        # The unit may be new too.
        module.run_command(["systemctl", "daemon-reload"], check_rc=True)
        before = _process(module)
        reason = _give_up(place, module.params)
        if reason is None and not _is_started_again(module, before):
            reason = "systemd has not started it again after %.0f s" % module.params["timeout"]
    if reason:
        module.warn("The leading master cannot hand over, it is restarted: %s." % reason)
    module.exit_json(changed=reason is None, handed_over=reason is None, reason=reason)


if __name__ == "__main__":
    main()
