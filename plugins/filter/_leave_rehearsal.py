# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_rehearsal
short_description: "[INTERNAL] Decide whether a swarm would take the service of an app"
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
  numbers:
    description: The container's ports by the index of the port.
    type: dict
    required: true
  translated:
    description: What the module C(marathon_translate) returned.
    type: dict
    required: true
  rehearsed:
    description: What the module C(swarm_service) returned in check mode.
    type: dict
    required: true
  service:
    description: What the swarm has by the name of the service.
    type: dict
    required: true
"""

EXAMPLES = r"""
rehearsal: "{{ app | quorum.mesos._leave_rehearsal(numbers, translated, rehearsed, service) }}"
"""

RETURN = r"""
_value:
  description: The C(problems), and the C(ports) of the nodes by the index.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.leave_plan import rehearsal


class FilterModule:
    """_leave_rehearsal"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_rehearsal": rehearsal}
