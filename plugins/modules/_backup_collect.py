#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _backup_collect
short_description: "[INTERNAL] Copy what a host has of a cluster into a directory for a backup"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - Each part is copied as of one moment, while its service goes on.
  - Of ZooKeeper these are the newest whole snapshot and the transactions after it, up to the last whole one.
  - The master's replica of the registry is copied when nothing is written to it.
  - Settings are copied without the secrets in them. Files that are a secret as a whole are left out, unless O(secrets).
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  zookeeper:
    description:
      - The directories of a ZooKeeper server's data. Without any, it is not copied.
    type: list
    elements: path
    default: []
  registry:
    description:
      - The directory of a master's replica of the registry.
    type: path
  settings:
    description:
      - Files of the host's services.
    type: list
    elements: path
    default: []
  secrets:
    description:
      - Return the files in O(settings) whole, with all secrets.
    type: bool
    default: false
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details: Looks, and copies nothing in check mode.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Each run makes a new copy.
"""

EXAMPLES = r"""
- name: Copy ZooKeeper's data aside
  quorum.mesos._backup_collect:
    zookeeper: [/var/lib/zookeeper]
    settings: [/etc/zookeeper/conf/zoo.cfg]
  register: copied
"""

RETURN = r"""
stage:
  description: The directory with the copies, which the caller removes; empty in check mode and where nothing is copied.
  returned: success
  type: str
  sample: /var/tmp/quorum-backup-x1
files:
  description: The copies, by their C(part), their C(name) in it, and their C(path) on the host.
  returned: success
  type: list
  elements: dict
  sample: [{"part": "registry", "name": "CURRENT", "path": "/var/tmp/quorum-backup-x1/registry/CURRENT"}]
told:
  description: What there is to say of each part.
  returned: success
  type: dict
  sample: {"zookeeper": {"zxid": "0x300000004", "transactions": 12, "snapshot": "snapshot.300000001"}}
whole:
  description: Each file in O(settings) with its C(mode), its C(owner), and its C(content) in Base64.
  returned: with O(secrets)
  type: dict
  sample: {}
"""

import base64
import os
import shutil
import tempfile
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._backup import collect
from ansible_collections.quorum.mesos.plugins.module_utils._backup.zookeeper_data import DataError


def whole(paths: t.Iterable[str]) -> dict[str, dict[str, t.Any]]:
    found: dict[str, dict[str, t.Any]] = {}
    for path in paths:
        if os.path.isfile(path):
            with open(path, "rb") as file:
                about = os.fstat(file.fileno())
                content = base64.b64encode(file.read()).decode("ascii")
            found[path] = {"mode": "%04o" % (about.st_mode & 0o7777), "owner": about.st_uid, "content": content}
    return found


def take(params: t.Mapping[str, t.Any], stage: str | None) -> dict[str, t.Any]:
    def place(part: str) -> str | None:
        if stage is None:
            return None
        os.makedirs(os.path.join(stage, part), mode=0o700, exist_ok=True)
        return os.path.join(stage, part)

    told: dict[str, t.Any] = {}
    if params["zookeeper"]:
        told["zookeeper"] = collect.zookeeper(params["zookeeper"], place("zookeeper"))
    if params["registry"]:
        told["registry"] = collect.registry(params["registry"], place("registry"))
    if params["settings"]:
        told["settings"] = collect.settings_of(params["settings"], place("settings"))
    return told


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "zookeeper": {"type": "list", "elements": "path", "default": []},
            "registry": {"type": "path"},
            "settings": {"type": "list", "elements": "path", "default": []},
            "secrets": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    params = module.params
    # Not in /tmp, which is often in memory.
    stage = None if module.check_mode else tempfile.mkdtemp(prefix="quorum-backup-", dir="/var/tmp")
    try:
        told = take(params, stage)
    except (DataError, OSError) as error:
        if stage:
            shutil.rmtree(stage, ignore_errors=True)
        module.fail_json(msg="The data cannot be copied: %s." % str(error).rstrip("."))
    files = [
        {"part": part, "name": name, "path": os.path.join(stage or "", part, name)}
        for part, about in told.items()
        for name in about["files"]
    ]
    answer: dict[str, t.Any] = {"whole": whole(params["settings"])} if params["secrets"] else {}
    module.exit_json(changed=False, stage=stage or "", files=files, told=told, **answer)


if __name__ == "__main__":
    main()
