#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _backup_seal
short_description: "[INTERNAL] Finish a backup with its manifest and checksums"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - Writes C(manifest.json) and C(SHA256SUMS) into the directory, lets only its owner read it, and gives it its name.
  - Then removes the oldest backups beside it, and what runs have left unfinished a day ago or earlier.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  path:
    description:
      - The directory that the backup gets.
    type: path
    required: true
  unfinished:
    description:
      - The directory with its files. Only looked at in check mode.
    type: path
    required: true
  about:
    description:
      - What the manifest says beside the list of files.
    type: dict
    required: true
  keep:
    description:
      - How many backups stay in the directory of O(path), this one included; V(0) keeps all.
    type: int
    default: 0
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details: Writes and removes nothing in check mode.
  diff_mode:
    support: none
  idempotent:
    support: none
    details: A backup is finished once.
"""

EXAMPLES = r"""
- name: Finish the backup
  quorum.mesos._backup_seal:
    path: /srv/backups/2026-01-31T220000Z
    unfinished: /srv/backups/2026-01-31T220000Z.unfinished
    about: {taken: 2026-01-31T220000Z, cluster: {}}
    keep: 14
"""

RETURN = r"""
lines:
  description: What the backup has, for people.
  returned: success
  type: list
  elements: str
  sample: ["zookeeper: 2 files, 132156 bytes"]
removed:
  description: The backups that were removed, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: ["2026-01-17T220000Z"]
"""

import os
import shutil
import time

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._backup import manifest


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "unfinished": {"type": "path", "required": True},
            "about": {"type": "dict", "required": True},
            "keep": {"type": "int", "default": 0},
        },
        supports_check_mode=True,
    )
    path, keep = module.params["path"], module.params["keep"]
    above, name = os.path.split(path)
    if keep < 0:
        module.fail_json(msg="backup_keep is %d: give how many backups are kept, or 0 for all." % keep)
    if module.check_mode:
        removed = manifest.surplus([*manifest.backups(above), name], keep)
        module.exit_json(changed=True, lines=["%s would be written" % path], removed=removed)
    try:
        written = manifest.seal(module.params["unfinished"], module.params["about"])
        os.rename(module.params["unfinished"], path)
        # What was written is read once more before an older one goes.
        manifest.verify(path)
        removed = manifest.surplus(manifest.backups(above), keep)
        for one in removed:
            manifest.remove(above, one)
        for one in manifest.abandoned(above, time.time()):
            shutil.rmtree(os.path.join(above, one))
    except (OSError, manifest.BackupError) as error:
        module.fail_json(msg="The backup in %s is not finished: %s." % (path, str(error).rstrip(".")))
    module.exit_json(changed=True, lines=manifest.lines(written), removed=removed)


if __name__ == "__main__":
    main()
