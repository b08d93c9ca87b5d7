# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_order
short_description: "[INTERNAL] Order the hosts of a layer, the leader last"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: seen
options:
  _input:
    description: The hosts.
    type: list
    required: true
  seen:
    description: What the service of each host says of itself.
    type: dict
    required: true
"""

EXAMPLES = r"""
hosts: "{{ hosts | quorum.mesos._upgrade_order(seen) }}"
"""

RETURN = r"""
_value:
  description: The hosts.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_plan import order


class FilterModule:
    """_upgrade_order"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_order": order}
