# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_lost_tasks
short_description: "[INTERNAL] List the tasks that an upgrade has lost"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: after, drained, upgraded
options:
  _input:
    description: The tasks before, of M(quorum.mesos.mesos_info).
    type: list
    required: true
  after:
    description: The tasks now, with those that have ended.
    type: list
    required: true
  drained:
    description: The id of the agent whose tasks were drained.
    type: str
  upgraded:
    description: The id of the agent that is upgraded now, for which failed tasks are lost too.
    type: str
"""

EXAMPLES = r"""
lost: "{{ before | quorum.mesos._upgrade_lost_tasks(after) }}"
"""

RETURN = r"""
_value:
  description: The tasks, and what became of them.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_report import lost


class FilterModule:
    """_upgrade_lost_tasks"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_lost_tasks": lost}
