# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_ports
short_description: "[INTERNAL] Return on which ports the nodes of a swarm answer for an app"
version_added: 0.9.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The ServiceSpec.
    type: dict
    required: true
  numbers:
    description: The container's ports by the index of the port.
    type: dict
    required: true
  indices:
    description: The indices that are wanted.
    type: list
    required: true
"""

EXAMPLES = r"""
ports: "{{ spec | quorum.mesos._leave_ports({'0': 8080}, [0]) }}"
"""

RETURN = r"""
_value:
  description: The ports by the index.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._leave.outside import published


class FilterModule:
    """_leave_ports"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_ports": published}
