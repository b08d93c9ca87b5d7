#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _selinux_labels
short_description: "[INTERNAL] Give a service's files and ports the labels that SELinux wants"
version_added: 0.3.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Asks the host's policy what it gives to a path or a port, and adds a rule only where that is something else.
  - Gives files the labels that the policy has for them. Never changes the mode of SELinux.
  - Uses C(matchpathcon), C(restorecon) and, where a rule is to be added, C(semanage).
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  programs:
    description:
      - Directories in which every file shall have the label that the policy gives it. No rule is added for them.
      - One that does not exist is left out.
    type: list
    elements: path
    default: []
  directories:
    description:
      - Directories that need a rule. What is in them gets its label when the rule is new or when the directory itself
        has another one; later files have that of the directory.
    type: list
    elements: dict
    default: []
    suboptions:
      path:
        description: The directory.
        type: path
        required: true
      type:
        description:
          - The type that it shall have, with all that is in it.
          - Where the host's policy does not know the type there is a warning, and the directory stays as it is.
        type: str
      like:
        description:
          - Another directory, like which it is labelled. It is made where it does not exist, so that what is written
            there gets these labels.
        type: path
  ports:
    description:
      - TCP ports that shall have a label. One that has a label of its own already keeps it.
    type: list
    elements: dict
    default: []
    suboptions:
      port:
        description: The port.
        type: int
        required: true
      type:
        description: The type that it gets.
        type: str
        required: true
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details:
      - Where C(semanage) is not installed yet, ports count as not labelled.
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Let containers write the sandboxes of their tasks
  quorum.mesos._selinux_labels:
    directories:
      - path: /srv/mesos/slave
        type: container_file_t
"""

RETURN = r"""
labels:
  description: What was changed, a few words for each.
  returned: success
  type: list
  elements: str
  sample: ["/srv/mesos/slave is container_file_t"]
"""

import os
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._host.labels import LabelError, Policy, UnknownType


def _directory(module: AnsibleModule, policy: Policy, one: t.Mapping[str, t.Any]) -> str | None:
    path = one["path"].rstrip("/")
    try:
        ruled = policy.treat_like(path, one["like"]) if one["like"] else policy.give_type(path, one["type"])
    except UnknownType:
        module.warn(
            "The policy of SELinux here has no type %s, which containers would need in %s; install container-selinux "
            "if containers shall be confined." % (one["type"], path)
        )
        return None
    if one["like"] and not os.path.isdir(path) and not module.check_mode:
        os.makedirs(path, mode=0o711)
    relabel = os.path.isdir(path) and (ruled or policy.would_relabel(path, deep=False))
    if relabel:
        policy.relabel(path)
    if ruled or relabel:
        return "%s is %s" % (path, "like %s" % one["like"] if one["like"] else one["type"])
    return None


def _program(policy: Policy, path: str) -> str | None:
    if not os.path.isdir(path) or not policy.would_relabel(path, deep=True):
        return None
    policy.relabel(path)
    return "%s is as the policy says" % path


def _ports(module: AnsibleModule, policy: Policy) -> list[str]:
    wanted = module.params["ports"]
    if not wanted:
        return []
    known = module.get_bin_path("semanage") is not None or not module.check_mode
    listing = policy.ports() if known else ""
    return [
        "port %d is %s" % (one["port"], one["type"])
        for one in wanted
        if policy.give_port(one["port"], one["type"], listing)
    ]


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "programs": {"type": "list", "elements": "path", "default": []},
            "directories": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {
                    "path": {"type": "path", "required": True},
                    "type": {"type": "str"},
                    "like": {"type": "path"},
                },
                "required_one_of": [("type", "like")],
                "mutually_exclusive": [("type", "like")],
            },
            "ports": {
                "type": "list",
                "elements": "dict",
                "default": [],
                "options": {"port": {"type": "int", "required": True}, "type": {"type": "str", "required": True}},
            },
        },
        supports_check_mode=True,
    )

    def run(command: t.Sequence[str]) -> tuple[int, str, str]:
        return module.run_command(list(command), environ_update={"LC_ALL": "C"}, handle_exceptions=False)

    policy = Policy(run, module.check_mode)
    try:
        said = [_directory(module, policy, one) for one in module.params["directories"]]
        said += [_program(policy, path) for path in module.params["programs"]]
        said += _ports(module, policy)
    except LabelError as error:
        module.fail_json(msg="SELinux does not take the labels (%s); mend that on the host." % error)
    except OSError as error:
        module.fail_json(
            msg="A tool of SELinux cannot be run (%s); install libselinux-utils, policycoreutils and semanage." % error
        )
    labels = [one for one in said if one]
    module.exit_json(changed=bool(labels), labels=labels)


if __name__ == "__main__":
    main()
