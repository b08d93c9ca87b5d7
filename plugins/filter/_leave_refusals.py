# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_refusals
short_description: "[INTERNAL] Validate the options of the playbook leave"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The options of the playbook.
    type: dict
    required: true
"""

EXAMPLES = r"""
refusals: "{{ asked | quorum.mesos._leave_refusals }}"
"""

RETURN = r"""
_value:
  description: Sentences.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.leave_plan import option_problems


class FilterModule:
    """_leave_refusals"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_refusals": option_problems}
