#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _restore_directory
short_description: "[INTERNAL] Put an empty directory in the place of one with data"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - What was there before stays beside it, under the name with C(.before-restore). An older one of that name is removed.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  path:
    description:
      - The directory.
    type: path
    required: true
  owner:
    description:
      - The user whose it becomes, with the user's own group.
    type: str
    required: true
  resumed:
    description:
      - Whether an earlier run has begun, so that what it left is no data, and what it moved aside is kept.
    type: bool
    default: false
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: none
    details: Each run makes room again; whether it is needed, the playbook decides.
"""

EXAMPLES = r"""
- name: Make room for the registry
  quorum.mesos._restore_directory:
    path: /var/lib/mesos/master/replicated_log
    owner: mesos
"""

RETURN = r"""
aside:
  description: Where the old data is; empty where there was none.
  returned: success
  type: str
  sample: /var/lib/mesos/master/replicated_log.before-restore
"""

import os
import pwd
import shutil

from ansible.module_utils.basic import AnsibleModule

ASIDE = ".before-restore"


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "owner": {"type": "str", "required": True},
            "resumed": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    path, aside = module.params["path"], module.params["path"] + ASIDE
    there = os.path.isdir(path)
    kept = module.params["resumed"] and os.path.isdir(aside)
    if not module.check_mode:
        try:
            account = pwd.getpwnam(module.params["owner"])
            if there and kept:
                shutil.rmtree(path)
            elif there:
                if os.path.isdir(aside):
                    shutil.rmtree(aside)
                os.rename(path, aside)
            os.makedirs(path, mode=0o750)
            os.chown(path, account.pw_uid, account.pw_gid)
        except (OSError, KeyError) as error:
            module.fail_json(msg="%s cannot be replaced (%s); correct that on the host, and run again." % (path, error))
    module.exit_json(changed=True, aside=aside if there or kept else "")


if __name__ == "__main__":
    main()
