# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _status_lines
short_description: "[INTERNAL] Show the status of a cluster as lines of text"
version_added: 0.4.0
description:
  - A helper of the playbook C(status), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: A result of P(quorum.mesos._status_report#filter).
    type: dict
    required: true
"""

EXAMPLES = r"""
lines: "{{ __status_report | quorum.mesos._status_lines }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.status_report import lines


class FilterModule:
    """_status_lines"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_status_lines": lines}
