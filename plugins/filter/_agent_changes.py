# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _agent_changes
short_description: "[INTERNAL] Tell why a Mesos agent would not start with its new settings"
version_added: 0.2.0
description:
  - An agent keeps its identity, and with it its tasks, only where what it offers stays or grows.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: wanted, additive
options:
  _input:
    description: What the agent runs with, as M(quorum.mesos._agent_running) reports it.
    type: dict
    required: true
  wanted:
    description: The new C(hostname), C(port), C(work_dir), C(attributes) and C(resources), as texts of the flags.
    type: dict
    required: true
  additive:
    description: Whether attributes may be added and resources may grow.
    type: bool
    required: true
"""

EXAMPLES = r"""
# cpus shrinks from 4 to 2
reasons: "{{ {'known': true, 'resources': 'cpus:4'} | quorum.mesos._agent_changes({'resources': 'cpus:2'}, true) }}"
"""

RETURN = r"""
_value:
  description: One reason for each change; empty where the agent would start.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import identity, resources


def agent_changes(seen: t.Mapping[str, t.Any], wanted: t.Mapping[str, t.Any], additive: bool) -> list[str]:
    try:
        return identity.changes(seen, wanted, additive)
    except resources.BadValue:
        # Told by the checks of the options themselves.
        return []


class FilterModule:
    """agent_changes"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_agent_changes": agent_changes}
