# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _smoke_report
short_description: "[INTERNAL] Make a table of how a command went on each agent"
version_added: 0.7.0
description:
  - A helper of the playbook C(smoke), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The agents, as M(quorum.mesos.mesos_info) returns them.
    type: list
    elements: dict
    required: true
  runs:
    description: Results of M(quorum.mesos.mesos_execute) by the IDs of their agents.
    type: dict
    required: true
"""

EXAMPLES = r"""
report: "{{ found.agents | quorum.mesos._smoke_report(runs) }}"
"""

RETURN = r"""
_value:
  description: The C(lines) of the table, the hosts where it C(failed), and the number of those where it C(passed).
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.smoke_report import smoke_report


class FilterModule:
    """smoke_report"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_smoke_report": smoke_report}
