# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_removal
short_description: "[INTERNAL] Decide which service of a swarm is removed"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The service, as the module C(_leave_swarm) returns it.
    type: dict
    required: true
  state:
    description: The state of the app.
    type: dict
    required: true
  app_id:
    description: The ID of the app.
    type: str
    required: true
"""

EXAMPLES = r"""
removal: "{{ service | quorum.mesos._leave_removal(state, '/shop/web') }}"
"""

RETURN = r"""
_value:
  description: The C(problem), whether to C(remove) the service, and the C(ids) of services that must not run any more.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._leave import swarm


def removal(service: dict[str, t.Any], state: dict[str, t.Any], app_id: str) -> dict[str, t.Any]:
    return swarm.removal(state, app_id, service)


class FilterModule:
    """_leave_removal"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_removal": removal}
