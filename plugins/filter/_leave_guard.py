# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_guard
short_description: "[INTERNAL] Return why a phase must not begin yet"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The app, as the plan has it.
    type: dict
    required: true
  phase:
    description: The phase.
    type: str
    required: true
  state:
    description: The state of the app.
    type: dict
    required: true
  looked:
    description: What the module C(_leave_app) returns now.
    type: dict
    required: true
"""

EXAMPLES = r"""
why_not: "{{ app | quorum.mesos._leave_guard('drain', state, looked) }}"
"""

RETURN = r"""
_value:
  description: A sentence; empty where nothing is in the way.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.leave_plan import guard


class FilterModule:
    """_leave_guard"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_guard": guard}
