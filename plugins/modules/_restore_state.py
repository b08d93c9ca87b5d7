#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _restore_state
short_description: "[INTERNAL] Gather what a host has before a backup is restored"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - Which units there are, whether ZooKeeper has data, and which backup was restored to it. Reads only.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  units:
    description:
      - The systemd units to look for.
    type: list
    elements: str
    required: true
  zookeeper:
    description:
      - The directories of a ZooKeeper server's data.
    type: list
    elements: path
    default: []
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details: Reads only, so it does the same in check mode.
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Gather what the host has
  quorum.mesos._restore_state:
    units: [zookeeper, mesos-master]
    zookeeper: [/var/lib/zookeeper]
"""

RETURN = r"""
units:
  description: Those that are installed.
  returned: success
  type: list
  elements: str
  sample: [zookeeper]
data:
  description: Whether ZooKeeper has written transactions there.
  returned: success
  type: bool
  sample: true
restored:
  description: The name of the backup that was restored; empty where none was.
  returned: success
  type: str
  sample: ""
begun:
  description: The name of the backup of a restore that has not ended.
  returned: success
  type: str
  sample: ""
"""

import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import state


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "units": {"type": "list", "elements": "str", "required": True},
            "zookeeper": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    places = module.params["zookeeper"]

    def told(*names: str) -> str:
        return (state.read(os.path.join(places[0], *names)) or "").strip() if places else ""

    module.exit_json(
        changed=False,
        units=[name for name in module.params["units"] if os.path.exists("/etc/systemd/system/%s.service" % name)],
        data=state.has_data(places),
        # It goes with the data that it is about.
        restored=told("version-2", "quorum-restored"),
        begun=told("quorum-restore"),
    )


if __name__ == "__main__":
    main()
