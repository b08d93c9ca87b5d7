#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _empty_directories
short_description: "[INTERNAL] Remove directories in which nothing is left"
version_added: 0.4.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - A directory that several roles share goes with the last of them. What others have put there keeps it.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  paths:
    description: The directories, the inner ones first.
    type: list
    elements: path
    required: true
  without:
    description: Files that are removed in the same run, and that check mode therefore still finds.
    type: list
    elements: path
    default: []
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Remove the directories of the settings if nothing is left in them
  quorum.mesos._empty_directories:
    paths: [/etc/mesos/tls, /etc/mesos]
"""

RETURN = r"""
removed:
  description: The directories that were removed.
  returned: success
  type: list
  elements: str
  sample: [/etc/mesos]
"""

import os

from ansible.module_utils.basic import AnsibleModule


def empty(paths: list[str], without: list[str]) -> list[str]:
    """Those that hold nothing, or nothing but what goes."""
    going = set(without)
    found = []
    for path in paths:
        if os.path.isdir(path) and not os.path.islink(path):
            inside = {os.path.join(path, name) for name in os.listdir(path)}
            if inside <= going:
                found.append(path)
                going.add(path)
    return found


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "paths": {"type": "list", "elements": "path", "required": True},
            "without": {"type": "list", "elements": "path", "default": []},
        },
        supports_check_mode=True,
    )
    removed = []
    for path in empty(module.params["paths"], module.params["without"] if module.check_mode else []):
        try:
            if not module.check_mode:
                os.rmdir(path)
        except OSError:
            # Somebody has put something there meanwhile, or it is a file system of its own.
            continue
        removed.append(path)
    module.exit_json(changed=bool(removed), removed=removed)


if __name__ == "__main__":
    main()
