# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_unread
short_description: "[INTERNAL] List what masters before Mesos 1.9 do not read"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: quotas
options:
  _input:
    description: The agents, of M(quorum.mesos.mesos_info).
    type: list
    required: true
  quotas:
    description: The roles with quota, of the same module.
    type: list
    required: true
"""

EXAMPLES = r"""
problems: "{{ asked.agents | quorum.mesos._upgrade_unread(asked.quota) }}"
"""

RETURN = r"""
_value:
  description: What has to be undone first.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_versions import unread


class FilterModule:
    """_upgrade_unread"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_unread": unread}
