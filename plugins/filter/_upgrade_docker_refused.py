# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_docker_refused
short_description: "[INTERNAL] Say why Docker of a host must not be upgraded"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: manages, unless_restart, agent
options:
  _input:
    description: The host.
    type: str
    required: true
  manages:
    description: Whether the role restarts Docker at all.
    type: bool
    required: true
  unless_restart:
    description: Why Docker must not be restarted under an agent that runs.
    type: str
    required: true
  agent:
    description: What M(quorum.mesos._agent_running) has returned.
    type: dict
    required: true
"""

EXAMPLES = r"""
refused: "{{ inventory_hostname | quorum.mesos._upgrade_docker_refused(true, '', agent) }}"
"""

RETURN = r"""
_value:
  description: The reason in words, or nothing.
  type: str
  sample: ""
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_back import docker_refused


class FilterModule:
    """_upgrade_docker_refused"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_docker_refused": docker_refused}
