#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _cluster_lock
short_description: "[INTERNAL] Take or release the lock of a cluster on one host"
version_added: 0.4.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Two runs that change one cluster at a time would undo each other's settings, and could restart two members of a
    quorum at once. So a run takes the lock on a majority of the cluster's first hosts, on each by this module.
  - The lock is a file below C(/run) that names the run, who started it and since when it is.
  - A lock that another run on the same controller has left, whose process is gone, is taken over.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  state:
    description:
      - V(held) takes the lock where nobody has it. That another run has it is no failure but said by RV(held).
      - V(released) gives it back where this run has it.
      - V(read) only tells who has it.
    type: str
    choices: [held, released, read]
    required: true
  owner:
    description:
      - Who runs it, filled in by the action plugin of the same name. C(run) names the run, C(who) is the user and the
        controller, C(process) its process there and C(machine) the boot of the controller.
    type: dict
    default: {}
  force:
    description:
      - Take the lock whoever has it.
    type: bool
    default: false
  replace:
    description:
      - The run whose lock may be taken. For the action plugin, which knows the runs of its controller.
    type: str
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details: Takes and releases nothing in check mode.
  diff_mode:
    support: none
  idempotent:
    support: full
notes:
  - The lock is no change of the host, so that C(changed) is never set.
"""

EXAMPLES = r"""
- name: Take the lock of the cluster
  quorum.mesos._cluster_lock:
    state: held
  delegate_to: master1
  register: lock
"""

RETURN = r"""
held:
  description: Whether this run has the lock now.
  returned: success
  type: bool
  sample: true
holder:
  description: Who has the lock, and for how long; empty where nobody has it.
  returned: with O(state=held) and O(state=read)
  type: str
  sample: alice@controller has it for 12 min (process 4711 there)
other:
  description: The owner that has it instead. For the action plugin, which takes it out.
  returned: with O(state=held) and O(state=read)
  type: dict
  sample: {}
took_from:
  description: Who had the lock that was taken over, or null.
  returned: with O(state=held)
  type: str
  sample: alice@controller has it for 12 min (process 4711 there)
"""

import time
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._host import cluster_lock


def said(holder: t.Mapping[str, t.Any], now: float) -> str:
    process = " (process %s there)" % holder["process"] if holder.get("process") else ""
    since = " for %s" % cluster_lock.age(now - holder["since"]) if holder.get("since") else ""
    return "%s has it%s%s" % (holder.get("who"), since, process)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["held", "released", "read"], "required": True},
            "owner": {"type": "dict", "default": {}},
            "force": {"type": "bool", "default": False},
            "replace": {"type": "str"},
        },
        supports_check_mode=True,
    )
    owner, now = module.params["owner"], time.time()
    if not owner.get("run"):
        module.fail_json(msg="owner has no run; the action plugin quorum.mesos._cluster_lock gives it.")
    if module.params["state"] == "read":
        found = cluster_lock.read()
        module.exit_json(changed=False, holder=said(found, now) if found else "", other=found or {})
    if module.check_mode:
        module.exit_json(changed=False, held=False, holder="", took_from=None, other={})
    before = cluster_lock.read()
    replace = before["run"] if before and module.params["force"] else module.params["replace"]
    try:
        if module.params["state"] == "released":
            cluster_lock.release(owner["run"])
            module.exit_json(changed=False, held=False)
        holder = cluster_lock.take(owner, now, replace)
    except cluster_lock.LockError as error:
        module.fail_json(msg="The host cannot keep the lock of the cluster: %s." % error)
    held = holder["run"] == owner["run"]
    taken = held and before is not None and before["run"] != owner["run"]
    module.exit_json(
        changed=False,
        held=held,
        holder=said(holder, now),
        took_from=said(before, now) if taken and before else None,
        other={} if held else dict(holder),
    )


if __name__ == "__main__":
    main()
