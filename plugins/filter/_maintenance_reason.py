# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _maintenance_reason
short_description: "[INTERNAL] Say why a task failed"
version_added: 0.9.0
description:
  - A helper of the playbook C(maintain), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The variable C(ansible_failed_result).
    type: dict
    required: true
  task:
    description: The variable C(ansible_failed_task).
    type: raw
    required: true
"""

EXAMPLES = r"""
why: "{{ ansible_failed_result | quorum.mesos._maintenance_reason(ansible_failed_task) }}"
"""

RETURN = r"""
_value:
  description: The reason in words.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.maintenance_report import reason


class FilterModule:
    """_maintenance_reason"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_maintenance_reason": reason}
