# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_plan
short_description: "[INTERNAL] Plan which hosts get which program"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: options
options:
  _input:
    description: What runs and what is declared, by host and role.
    type: dict
    required: true
  options:
    description: The options of the playbook.
    type: dict
    required: true
"""

EXAMPLES = r"""
plan: "{{ hosts | quorum.mesos._upgrade_plan(options) }}"
"""

RETURN = r"""
_value:
  description:
    - The C(problems), the C(warnings), the C(lines) of a table, the C(hosts) of each layer, what is kept
      but C(stale) by host, and whether there is C(work).
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_plan import plan


class FilterModule:
    """_upgrade_plan"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_plan": plan}
