# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_report
short_description: "[INTERNAL] Make a table of how the upgrade of each host went"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: outcomes
options:
  _input:
    description: The plan.
    type: dict
    required: true
  outcomes:
    description: How it went, by host and role.
    type: dict
    required: true
"""

EXAMPLES = r"""
report: "{{ plan | quorum.mesos._upgrade_report(outcomes) }}"
"""

RETURN = r"""
_value:
  description: The C(rows), the C(lines) of the table, the hosts that C(failed), and those that were C(left) out.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_report import report


class FilterModule:
    """_upgrade_report"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_report": report}
