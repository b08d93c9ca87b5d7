#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _docker_images
short_description: "[INTERNAL] Have images on a host before tasks ask for them"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Pulls the images that Docker does not have yet, several at a time. One that it has is not asked for again.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  names:
    description:
      - The images.
    type: list
    elements: str
    required: true
  parallel:
    description:
      - How many are pulled at the same time.
    type: int
    default: 4
  config:
    description:
      - The content of a C(config.json) with credentials of registries.
    type: dict
    default: {}
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
- name: Have what the web shop runs from
  quorum.mesos._docker_images:
    names: [nginx:1.27, registry.example.org/shop:4]
"""

RETURN = r"""
pulled:
  description: The images that were pulled, or would be.
  returned: always
  type: list
  elements: str
  sample: ["registry.example.com/shop/web:1.4"]
"""

import concurrent.futures
import json
import os

from ansible.module_utils.basic import AnsibleModule


class Docker:
    def __init__(self, module: AnsibleModule, program: str, directory: str) -> None:
        self._module = module
        self._command = [program, "--config", directory]

    def run(self, *arguments: str) -> tuple[int, str]:
        code, output, errors = self._module.run_command([*self._command, *arguments], environ_update={"LC_ALL": "C"})
        return code, (errors or output).strip()

    def lacks(self, name: str) -> str | None:
        """The name, where the host does not have the image."""
        return name if self.run("image", "inspect", "--format", "{{.Id}}", name)[0] else None

    def pull(self, name: str) -> tuple[str, str | None]:
        """The name and why the image cannot be had; no reason where it was pulled."""
        code, said = self.run("pull", "--quiet", name)
        return name, (said.splitlines()[-1] if said else "no reason given") if code else None


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "names": {"type": "list", "elements": "str", "required": True},
            "parallel": {"type": "int", "default": 4},
            "config": {"type": "dict", "default": {}, "no_log": True},
        },
        supports_check_mode=True,
    )
    names = list(dict.fromkeys(module.params["names"]))
    program = module.get_bin_path("docker")
    if program is None:
        # In check mode the play that would have installed Docker has not.
        if module.check_mode:
            module.exit_json(changed=bool(names), pulled=names)
        module.fail_json(
            msg="The images cannot be pulled: this host has no docker program; set docker_packages to what has it."
        )
    # By a file, because arguments of a program can be seen by everyone.
    with open(os.path.join(module.tmpdir, "config.json"), "w", encoding="utf-8") as file:
        os.chmod(file.name, 0o600)
        json.dump(module.params["config"], file)
    docker = Docker(module, program, module.tmpdir)
    code, said = docker.run("version", "--format", "{{.Server.Version}}")
    if code and not module.check_mode:
        module.fail_json(
            msg="The images cannot be pulled: Docker does not answer (%s); see `systemctl status docker` there." % said
        )
    with concurrent.futures.ThreadPoolExecutor(max(1, module.params["parallel"])) as pool:
        missing = [name for name in pool.map(docker.lacks, names) if name]
        if module.check_mode:
            module.exit_json(changed=bool(missing), pulled=missing)
        reasons = dict(pool.map(docker.pull, missing))
    failed = ["%s (%s)" % (name, why) for name, why in reasons.items() if why]
    pulled = [name for name, why in reasons.items() if not why]
    if failed:
        module.fail_json(
            msg="docker_images has what cannot be pulled: %s; correct the names, docker_registry_credentials or "
            "docker_registry_mirrors." % "; ".join(failed),
            changed=bool(pulled),
            pulled=pulled,
        )
    module.exit_json(changed=bool(pulled), pulled=pulled)


if __name__ == "__main__":
    main()
