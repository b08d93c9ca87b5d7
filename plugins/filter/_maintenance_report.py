# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _maintenance_report
short_description: "[INTERNAL] Make a table of how the maintenance of each host went"
version_added: 0.9.0
description:
  - A helper of the playbook C(maintain), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: How it went, by the names of the hosts.
    type: dict
    required: true
  check_mode:
    description: Whether the run changed nothing.
    type: bool
    required: true
"""

EXAMPLES = r"""
report: "{{ hosts | quorum.mesos._maintenance_report(ansible_check_mode) }}"
"""

RETURN = r"""
_value:
  description: The C(lines) of the table, the hosts that C(failed), and those that were C(left) out.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.maintenance_report import report


class FilterModule:
    """_maintenance_report"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_maintenance_report": report}
