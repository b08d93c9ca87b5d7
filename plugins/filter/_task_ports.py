# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _task_ports
short_description: "[INTERNAL] Tell on which ports the tasks of an agent listen"
version_added: 0.2.0
description:
  - Without ports among the resources that is Mesos' default.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The agent's resources as P(quorum.mesos._agent_resources#filter) returns them.
    type: str
    required: true
"""

EXAMPLES = r"""
# ['8000-8100']
ports: "{{ 'cpus:4;ports:[8000-8100]' | quorum.mesos._task_ports }}"
"""

RETURN = r"""
_value:
  description: Ranges, first and last port with a dash between.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import network


def task_ports(resources: str | None) -> list[str]:
    return network.task_ports(resources)


class FilterModule:
    """task_ports"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_task_ports": task_ports}
