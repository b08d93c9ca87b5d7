# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_missed
short_description: "[INTERNAL] Return which load balancers gave no answer"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: Results of a loop over load balancers.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
missed: "{{ results | quorum.mesos._leave_missed }}"
"""

RETURN = r"""
_value:
  description: A sentence; empty where all have answered.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.leave_plan import missed_sentence


class FilterModule:
    """_leave_missed"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_missed": missed_sentence}
