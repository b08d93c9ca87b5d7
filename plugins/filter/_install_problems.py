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

from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import install_problems


class FilterModule:
    """install_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_install_problems": install_problems}
