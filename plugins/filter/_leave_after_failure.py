# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_after_failure
short_description: "[INTERNAL] Decide where requests go when a share has failed"
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
  state:
    description: The state of the app.
    type: dict
    required: true
  looked:
    description: What the module C(_leave_app) returned.
    type: dict
    required: true
"""

EXAMPLES = r"""
then: "{{ app | quorum.mesos._leave_after_failure(state, looked) }}"
"""

RETURN = r"""
_value:
  description: The C(share), -1 where nothing changes, and what is C(said).
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.leave_plan import after_failure


class FilterModule:
    """_leave_after_failure"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_after_failure": after_failure}
