# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _install_problems
short_description: "[INTERNAL] Find out before anything changes that a program cannot be installed as it is said"
version_added: 0.2.0
description:
  - Looks at the options of the method that is chosen, and at no others.
  - The method C(repository) is that of a role whose packages have no version.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: role, host, variables
options:
  _input:
    description:
      - What the role's options say, with C(method), C(family), C(archive), C(checksum), C(package), C(version),
        C(repository) and C(image).
      - C(packages) are further lists of packages and C(images) of images, by option.
    type: dict
    required: true
  role:
    description: The role, with which the names of its options begin.
    type: str
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
  variables:
    description: The host's variables, which tell what other roles install on it.
    type: dict
    default: {}
"""

EXAMPLES = r"""
problems: "{{ source | quorum.mesos._install_problems('mesos_master', inventory_hostname, variables) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import install


def install_problems(
    source: t.Mapping[str, t.Any], role: str, host: str, variables: t.Mapping[str, t.Any] | None = None
) -> list[str]:
    if source["method"] == "archive":
        problems = install.archive_problems(role, source["archive"], source["checksum"])
    elif source["method"] == "container":
        problems = install.image_problems(role, source["image"] or "")
    elif source["method"] == "repository":
        repository = source["repository"] or {}
        problems = install.repository_problems(role, repository, source["family"]) + install.repository_clashes(
            role, repository, variables or {}
        )
    else:
        mine = {**source, "version": str(source["version"] or ""), "repository": source["repository"] or {}}
        problems = install.package_problems(
            role, mine["package"], mine["version"], mine["repository"], source["family"]
        ) + install.shared_problems(role, mine, variables or {})
    for option, names in (source.get("packages") or {}).items():
        problems += install.list_problems(option, names)
    for option, images in (source.get("images") or {}).items():
        problems += install.image_list_problems(option, images)
    return ["%s: %s" % (host, problem) for problem in problems]


class FilterModule:
    """install_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_install_problems": install_problems}
