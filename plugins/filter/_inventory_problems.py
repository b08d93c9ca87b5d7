# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _inventory_problems
short_description: "[INTERNAL] Refuse an inventory that lacks the groups of a playbook"
version_added: 0.11.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: needed
options:
  _input:
    description: The groups of the inventory, each with its hosts.
    type: dict
    required: true
  needed:
    description: The groups of the playbook. One of them must have a host.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ groups | quorum.mesos._inventory_problems(['mesos_slaves']) }}"
"""

RETURN = r"""
_value:
  description: What is wrong.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.inventory_groups import problems


class FilterModule:
    """_inventory_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_inventory_problems": problems}
