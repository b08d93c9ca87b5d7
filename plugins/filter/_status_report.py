# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _status_report
short_description: "[INTERNAL] Put together what the services of a cluster say of themselves"
version_added: 0.7.0
description:
  - A helper of the playbook C(status), which may change without notice between releases.
  - Services, agents with their resources, apps and pods, running deployments, drift, and notes about the whole.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description:
      - For each host its C(services), a mapping of names to results of P(quorum.mesos._service_status#module) or null,
        who has the C(lock) there, and why it is C(down) or has C(failed).
    type: dict
    required: true
  when:
    description: The time of the report.
    type: str
    required: true
  directory:
    description: The directory with definitions that what runs is compared with.
    type: str
    default: ''
  compared:
    description: The result of M(quorum.mesos.marathon_apps) for it in check mode.
    type: dict
  owned:
    description: Whether that has what belongs to the directory. Otherwise all that runs is expected to be declared.
    type: bool
    default: false
"""

EXAMPLES = r"""
report: "{{ __status_hosts | quorum.mesos._status_report(now() | string) }}"
"""

RETURN = r"""
_value:
  description: The report.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.status_report import report


class FilterModule:
    """_status_report"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_status_report": report}
