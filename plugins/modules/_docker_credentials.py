#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _docker_credentials
short_description: "[INTERNAL] Keep the archive from which tasks of Mesos pull private images"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Writes an archive with C(.docker/config.json), which a task unpacks in its sandbox, for root alone.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  path:
    description:
      - The archive.
    type: path
    required: true
  config:
    description:
      - The content of C(config.json). An empty one removes the archive, if it is one of this kind.
    type: dict
    required: true
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - The content is secret.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Write the credentials for the registries
  quorum.mesos._docker_credentials:
    path: /etc/docker.tar.gz
    config: "{{ credentials | quorum.mesos.docker_config }}"
  no_log: true
"""

RETURN = r""""""

import json
import os

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils import _private_file as private_file
from ansible_collections.quorum.mesos.plugins.module_utils._docker import credentials


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "path": {"type": "path", "required": True},
            "config": {"type": "dict", "required": True, "no_log": True},
        },
        supports_check_mode=True,
    )
    path, config = module.params["path"], module.params["config"]
    old = _read(path)
    found = credentials.content(old) if old is not None else None
    if not config:
        if found is not None and not module.check_mode:
            os.unlink(path)
        module.exit_json(changed=found is not None)

    text = json.dumps(config, indent=2, sort_keys=True) + "\n"
    differs = found != text
    if differs and not module.check_mode:
        private_file.write(module, path, credentials.archive(text), 0o600, 0, 0)
    loose = not differs and (os.stat(path).st_mode & 0o7777, os.stat(path).st_uid) != (0o600, 0)
    if loose and not module.check_mode:
        os.chmod(path, 0o600)
        os.chown(path, 0, 0)
    module.exit_json(changed=differs or loose)


if __name__ == "__main__":
    main()
