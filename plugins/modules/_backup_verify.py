#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _backup_verify
short_description: "[INTERNAL] Verify the files of a backup"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - Fails where a file is missing, strange, or not as it was written, and names each. Reads only.
  - Logs and snapshots of ZooKeeper are also read as a server would read them.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  path:
    description:
      - The directory of one backup.
    type: path
    required: true
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
- name: Verify the backup
  quorum.mesos._backup_verify:
    path: /srv/backups/2026-01-31T220000Z
"""

RETURN = r"""
manifest:
  description: Its manifest.
  returned: success
  type: dict
  sample: {}
name:
  description: The checksum of the manifest, which names the backup wherever it lies.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
lines:
  description: What the backup has, for people.
  returned: success
  type: list
  elements: str
  sample: ["zookeeper: 2 files, 132156 bytes"]
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._backup import manifest


def main() -> None:
    module = AnsibleModule(argument_spec={"path": {"type": "path", "required": True}}, supports_check_mode=True)
    path = module.params["path"]
    try:
        found, name = manifest.verify(path)
    except (OSError, manifest.BackupError) as error:
        module.fail_json(msg="The backup %s cannot be used: %s." % (path, str(error).rstrip(".")))
    module.exit_json(changed=False, manifest=found, name=name, lines=manifest.lines(found))


if __name__ == "__main__":
    main()
