# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _maintenance_refusals
short_description: "[INTERNAL] Refuse a maintenance that cannot work"
version_added: 0.9.0
description:
  - A helper of the playbook C(maintain), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The options of the playbook.
    type: dict
    required: true
  limit:
    description: The text of C(--limit).
    type: str
    required: true
  groups:
    description: The groups of the inventory.
    type: dict
    required: true
  group:
    description: The group of the agents.
    type: str
    required: true
  chosen:
    description: The hosts that C(--limit) leaves.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
refusals: "{{ options | quorum.mesos._maintenance_refusals('slave1', groups, 'mesos_slaves', ansible_play_hosts) }}"
"""

RETURN = r"""
_value:
  description: What is refused, a sentence each.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.maintenance_plan import refusals


class FilterModule:
    """_maintenance_refusals"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_maintenance_refusals": refusals}
