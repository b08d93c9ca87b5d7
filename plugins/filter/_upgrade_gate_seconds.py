# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_gate_seconds
short_description: "[INTERNAL] Limit how long the gate of an agent may take"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: ping, pings
options:
  _input:
    description: The role's own time-out.
    type: int
    required: true
  ping:
    description: Seconds between two pings of a master.
    type: float
    required: true
  pings:
    description: How many may be lost.
    type: int
    required: true
"""

EXAMPLES = r"""
seconds: "{{ 120 | quorum.mesos._upgrade_gate_seconds(15, 5) }}"
"""

RETURN = r"""
_value:
  description: Seconds.
  type: int
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_plan import gate_seconds


class FilterModule:
    """_upgrade_gate_seconds"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_gate_seconds": gate_seconds}
