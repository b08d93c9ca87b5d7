#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _container_image
short_description: "[INTERNAL] Have a pinned image on a host's Docker"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Pulls an image that Docker does not have yet. One that it has is not asked for again, because its name is pinned.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  name:
    description:
      - The image with its tag or digest.
    type: str
    required: true
  state:
    description:
      - Whether the host has it.
    type: str
    choices: [present, absent]
    default: present
  option:
    description:
      - The name that an error gives to O(name), that of the role's option.
    type: str
    default: name
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
- name: Have the image of the master
  quorum.mesos._container_image:
    name: registry.example.org/mesos/mesos-master:1.11.0
"""

RETURN = r"""
id:
  description: The image's id, where the host has it.
  returned: success
  type: str
  sample: sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

NO_DOCKER = "Docker does not answer on this host"


def _docker(module: AnsibleModule, program: str, *arguments: str) -> tuple[int, str, str]:
    return module.run_command([program, *arguments], environ_update={"LC_ALL": "C"})


def _image_id(module: AnsibleModule, program: str, name: str) -> str | None:
    code, output, errors = _docker(module, program, "image", "inspect", "--format", "{{.Id}}", name)
    if code and "no such image" not in errors.lower():
        if module.check_mode:
            return None
        refuse(module, "%s (%s)" % (NO_DOCKER, errors.strip()), "see `systemctl status docker` there")
    return output.strip() or None


def refuse(module: AnsibleModule, why: str, remedy: str) -> t.NoReturn:
    module.fail_json(msg="%s is %s: %s; %s." % (module.params["option"], module.params["name"], why, remedy))


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "option": {"type": "str", "default": "name"},
        },
        supports_check_mode=True,
    )
    name, wanted = module.params["name"], module.params["state"] == "present"
    program = module.get_bin_path("docker")
    if program is None:
        # In check mode the play that would have installed Docker has not.
        if module.check_mode or not wanted:
            module.exit_json(changed=wanted, id="")
        refuse(module, "this host has no docker program", "run the playbook quorum.mesos.docker first")
    found = _image_id(module, program, name)
    if (found is not None) == wanted or module.check_mode:
        module.exit_json(changed=(found is not None) != wanted, id=found or "")
    if not wanted:
        code, _output, errors = _docker(module, program, "image", "rm", name)
        if code:
            refuse(module, "it cannot be removed (%s)" % errors.strip(), "remove the containers that use it")
        module.exit_json(changed=True, id="")
    code, _output, errors = _docker(module, program, "pull", "--quiet", name)
    if code:
        refuse(
            module,
            "it cannot be pulled (%s)" % errors.strip(),
            "correct the name, let the host reach the registry, or load the image there by hand",
        )
    module.exit_json(changed=True, id=_image_id(module, program, name))


if __name__ == "__main__":
    main()
