# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_unseen_tasks
short_description: "[INTERNAL] List the tasks of which no master knows the end"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: after, drained
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
"""

EXAMPLES = r"""
unseen: "{{ before | quorum.mesos._upgrade_unseen_tasks(after) }}"
"""

RETURN = r"""
_value:
  description: The tasks, with their hosts.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_report import unseen


class FilterModule:
    """_upgrade_unseen_tasks"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_unseen_tasks": unseen}
