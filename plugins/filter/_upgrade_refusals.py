# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_refusals
short_description: "[INTERNAL] Refuse options of an upgrade that cannot work"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The options.
    type: dict
    required: true
"""

EXAMPLES = r"""
refused: "{{ options | quorum.mesos._upgrade_refusals }}"
"""

RETURN = r"""
_value:
  description: What is wrong.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_plan import refusals


class FilterModule:
    """_upgrade_refusals"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_refusals": refusals}
