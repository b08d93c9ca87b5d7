#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _docker_leftovers
short_description: "[INTERNAL] Remove what Docker leaves in the kernel, and list packages that only Docker needed"
version_added: 0.4.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Removes Docker's chains, the rules that lead to them, the rules for its bridges, the masquerading of its networks,
    and the bridges to which nothing is connected. Docker must have stopped for good.
  - The chain C(DOCKER-USER) stays where it has rules of the operator.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  packages:
    description: Packages that came with Docker and may be needed by others.
    type: list
    elements: str
    required: true
  leaving:
    description: Packages that are removed with them.
    type: list
    elements: str
    required: true
  family:
    description: The family of the system.
    type: str
    choices: [debian, redhat]
    required: true
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Remove what Docker leaves in the kernel
  quorum.mesos._docker_leftovers:
    packages: [containerd, runc]
    leaving: [docker.io]
    family: debian
"""

RETURN = r"""
packages:
  description: Those of O(packages) that were installed only because something needed them, and nothing does any more.
  returned: success
  type: list
  elements: str
  sample: [containerd, runc]
"""

import os
import re

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker import leftovers

DEVICES = "/sys/class/net"
# Each namespace of containerd has a directory there, in which its running containers have theirs.
CONTAINERS = "/run/containerd/io.containerd.runtime.v2.task"
DOCKERS = "moby"


class Host:
    def __init__(self, module: AnsibleModule) -> None:
        self.module = module
        self.done: list[str] = []

    def run(self, *command: str) -> tuple[int, str, str]:
        code, output, errors = self.module.run_command(list(command), environ_update={"LC_ALL": "C"})
        return code, output, errors

    def change(self, *command: str) -> None:
        self.done.append(" ".join(command))
        if self.module.check_mode:
            return
        code, output, errors = self.run(*command)
        if code:
            why = (errors or output).strip()
            self.module.fail_json(msg="`%s` failed (%s); remove that by hand." % (" ".join(command), why))

    def rules(self) -> None:
        for program in ("iptables", "ip6tables"):
            save, tool = (self.module.get_bin_path(name, opt_dirs=["/usr/sbin", "/sbin"]) for name in (
                program + "-save", program))  # fmt: skip
            if save is None or tool is None:
                continue
            code, saved, _errors = self.run(save)
            found = leftovers.removals(saved) if code == 0 else leftovers.FirewallRules([], [])
            for arguments in found.commands:
                self.change(tool, "--wait", *arguments)
            for why in found.kept:
                self.module.warn("%s: %s." % (program, why))

    def bridges(self) -> None:
        tool = self.module.get_bin_path("ip", opt_dirs=["/usr/sbin", "/sbin"])
        devices = sorted(os.listdir(DEVICES)) if os.path.isdir(DEVICES) else []
        for device in devices:
            ports = os.path.join(DEVICES, device, "brif")
            if tool and leftovers.BRIDGE.fullmatch(device) and os.path.isdir(ports) and not os.listdir(ports):
                self.change(tool, "link", "delete", device, "type", "bridge")

    def unneeded(self) -> list[str]:
        """Nothing where others run containers in the same containerd."""
        if any(name != DOCKERS and os.listdir(os.path.join(CONTAINERS, name)) for name in _names(CONTAINERS)):
            return []
        params = self.module.params
        return (self._of_apt if params["family"] == "debian" else self._of_rpm)(params["packages"], params["leaving"])

    def _of_apt(self, names: list[str], leaving: list[str]) -> list[str]:
        automatic = set(self.run("apt-mark", "showauto", *names)[1].split())
        there = [name for name in names if name in automatic and self._is_there(name)]
        if not there:
            return []
        gone = [name for name in leaving if self._is_there(name)]
        _code, output, _errors = self.run("apt-get", "--simulate", "remove", *gone, *there)
        removed = set(re.findall(r"^Remv (\S+)", output, re.MULTILINE))
        return there if removed <= {*there, *gone} else []

    def _is_there(self, name: str) -> bool:
        code, output, _errors = self.run("dpkg-query", "--show", "--showformat=${db:Status-Status}", name)
        return code == 0 and output.strip() == "installed"

    def _of_rpm(self, names: list[str], leaving: list[str]) -> list[str]:
        there = [name for name in names if self.run("rpm", "--query", name)[0] == 0]
        gone = [name for name in leaving if self.run("rpm", "--query", name)[0] == 0]
        if not there:
            return []
        query = ("repoquery", "--installed", "--queryformat", "%{name} %{reason}\n", *there)
        reasons = dict(line.split() for line in self.run("dnf", *query)[1].splitlines() if len(line.split()) == 2)
        there = [name for name in there if reasons.get(name) in ("dependency", "weak-dependency")]
        return there if there and self.run("rpm", "--erase", "--test", *gone, *there)[0] == 0 else []


def _names(directory: str) -> list[str]:
    return os.listdir(directory) if os.path.isdir(directory) else []


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "packages": {"type": "list", "elements": "str", "required": True},
            "leaving": {"type": "list", "elements": "str", "required": True},
            "family": {"type": "str", "choices": ["debian", "redhat"], "required": True},
        },
        supports_check_mode=True,
    )
    host = Host(module)
    host.rules()
    host.bridges()
    diff = {"prepared": "".join(line + "\n" for line in host.done)} if host.done else {}
    module.exit_json(changed=bool(host.done), packages=host.unneeded(), diff=diff)


if __name__ == "__main__":
    main()
