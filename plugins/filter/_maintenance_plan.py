# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _maintenance_plan
short_description: "[INTERNAL] Plan the maintenance of agents"
version_added: 0.9.0
description:
  - A helper of the playbook C(maintain), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: What the role has found on each host, by the names of the hosts in the order of their turns.
    type: dict
    required: true
  cluster:
    description: The C(agents), C(tasks) and C(maintenance) of M(quorum.mesos.mesos_info).
    type: dict
    required: true
  at_once:
    description: How many hosts go together, a number or a percentage.
    type: raw
    required: true
"""

EXAMPLES = r"""
plan: "{{ found | quorum.mesos._maintenance_plan(cluster, 1) }}"
"""

RETURN = r"""
_value:
  description: The C(problems), what must be known of each of the C(hosts), and the plan as C(lines).
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.maintenance_plan import plan


class FilterModule:
    """_maintenance_plan"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_maintenance_plan": plan}
