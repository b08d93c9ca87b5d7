# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_same_version
short_description: "[INTERNAL] Compare what a program says with the planned version"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: planned
options:
  _input:
    description: What the program says of its version.
    type: str
    required: true
  planned:
    description: The version that was planned, which may leave out its last parts.
    type: str
    required: true
"""

EXAMPLES = r"""
same: "{{ '1.11.0' | quorum.mesos._upgrade_same_version('1.11') }}"
"""

RETURN = r"""
_value:
  description: Whether it is the same.
  type: bool
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_versions import same


class FilterModule:
    """_upgrade_same_version"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_same_version": same}
