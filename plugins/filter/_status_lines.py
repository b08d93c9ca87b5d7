# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _status_lines
short_description: "[INTERNAL] Make a table of what services of a cluster say of themselves"
version_added: 0.4.0
description:
  - A helper of the playbook C(status), which may change without notice between releases.
  - One line a service and host, and after them what is wrong with the whole, who has the lock, and where to read how to
    close what is open.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description:
      - For each host its C(services), a mapping of names to results of P(quorum.mesos._service_status#module) or null,
        who has the C(lock) there, and why it is C(down) or has C(failed).
    type: dict
    required: true
"""

EXAMPLES = r"""
lines: "{{ {'master1': {'services': {'docker': docker}, 'lock': ''}} | quorum.mesos._status_lines }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._health.table import status_lines


class FilterModule:
    """status_lines"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_status_lines": status_lines}
