# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_plan
short_description: "[INTERNAL] Plan how apps leave Marathon"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: What the module C(_leave_app) has found, by the IDs of the apps.
    type: dict
    required: true
  asked:
    description: The options of the playbook.
    type: dict
    required: true
  balancers:
    description: What the load balancers know, by the IDs of the apps and the names of the hosts.
    type: dict
    required: true
  nodes:
    description: Addresses of the nodes of the swarm.
    type: list
    required: true
"""

EXAMPLES = r"""
plan: "{{ found | quorum.mesos._leave_plan(asked, balancers, nodes) }}"
"""

RETURN = r"""
_value:
  description: The C(problems), the C(apps) with what is done with each, and the plan as C(lines).
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.leave_plan import plan


class FilterModule:
    """_leave_plan"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_plan": plan}
