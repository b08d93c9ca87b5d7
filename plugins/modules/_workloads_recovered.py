#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _workloads_recovered
short_description: "[INTERNAL] Wait until apps have as many ready instances as before work on a host"
version_added: 0.9.0
description:
  - A helper of the playbook C(maintain), which may change without notice between releases.
  - Counts the ready instances of every app and pod of Marathon, or waits until none has fewer than were counted.
  - Reads only.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  before:
    description:
      - The ready instances by the IDs of apps and pods, as this module has returned them. Without it they are counted.
      - What was removed or scaled down since is not waited for.
    type: dict
  wait_timeout:
    description: Maximum time to wait, in seconds.
    type: int
    default: 600
extends_documentation_fragment:
  - quorum.mesos._marathon_client
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads only. In check mode it does not wait.
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Count what is ready
  quorum.mesos._workloads_recovered:
    url: http://marathon.example.com:8080
  register: before

- name: Wait until it is so again
  quorum.mesos._workloads_recovered:
    url: http://marathon.example.com:8080
    before: "{{ before.ready }}"
"""

RETURN = r"""
ready:
  description: The ready instances by the IDs of apps and pods.
  returned: success, without O(before)
  type: dict
  sample: {"/shop/web": 2}
apps:
  description: What has not recovered.
  returned: failure because of that
  type: list
  elements: str
  sample: [/shop/web]
"""

import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._health.recovery import Recovery
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.host_client import (
    host_client,
    host_client_spec,
)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            **host_client_spec(),
            "before": {"type": "dict"},
            "wait_timeout": {"type": "int", "default": 600},
        },
        supports_check_mode=True,
    )
    before = module.params["before"]
    try:
        recovery = Recovery(host_client(module), time.monotonic, time.sleep)
        if before is None:
            module.exit_json(changed=False, ready=recovery.before())
        if not module.check_mode:
            recovery.wait({name: int(count) for name, count in before.items()}, module.params["wait_timeout"])
    except MarathonError as error:
        module.fail_json(msg=str(error), **getattr(error, "facts", {}))
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
