#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _image_source
short_description: "[INTERNAL] Gather the digest of what an image is built from"
version_added: 0.9.0
description:
  - A helper of the playbook C(image), which may change without notice between releases.
  - Reads the directory as Docker does, with its C(.dockerignore), and can pack it.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  src:
    description: The directory with the Dockerfile.
    type: path
    required: true
  dockerfile:
    description: The Dockerfile, relative to O(src).
    type: str
    default: Dockerfile
  settings:
    description: What else decides how the image is built, like build arguments. It goes into the digest.
    type: dict
    default: {}
  dest:
    description: Archive to write. Check mode writes none.
    type: path
  expected:
    description: The digest that the packed files must have.
    type: str
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
- name: Gather the digest of the source
  quorum.mesos._image_source:
    src: /srv/shop/outyet
"""

RETURN = r"""
digest:
  description: The digest of the files and the settings.
  returned: success
  type: str
  sample: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
tag:
  description: The tag of the image that is built from it.
  returned: success
  type: str
  sample: source-9f86d081884c7d659a2feaa0
files:
  description: Number of files.
  returned: success
  type: int
  sample: 4
bytes:
  description: Their size.
  returned: success
  type: int
  sample: 4711
"""

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker import context, image_name


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "src": {"type": "path", "required": True},
            "dockerfile": {"type": "str", "default": "Dockerfile"},
            "settings": {"type": "dict", "default": {}},
            "dest": {"type": "path"},
            "expected": {"type": "str"},
        },
        supports_check_mode=True,
    )
    given = module.params
    settings = {**given["settings"], "dockerfile": given["dockerfile"]}
    try:
        listed = context.entries(given["src"], given["dockerfile"])
        if given["dest"] and not module.check_mode:
            context.pack(listed, given["dest"])
        # After the archive, so that a file that changes meanwhile is noticed.
        digest = context.digest(listed, settings)
        if given["expected"] not in (None, digest) or context.entries(given["src"], given["dockerfile"]) != listed:
            raise context.BadContext("it changed while it was read: run the playbook again")
        size = context.size(listed)
    except context.BadContext as error:
        module.fail_json(msg="The image cannot be built from %s: %s." % (given["src"], error))
    except OSError as error:
        module.fail_json(
            msg="The image cannot be built from %s: %s (%s); correct that, or run the playbook again if it was changed "
            "meanwhile." % (given["src"], error.filename, error.strerror)
        )
    files = sum(1 for entry in listed if entry.kind == "file")
    module.exit_json(changed=False, digest=digest, tag=image_name.tag(digest), files=files, bytes=size)


if __name__ == "__main__":
    main()
