# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _host_problems
short_description: "[INTERNAL] Find out that a host lacks what a service needs"
version_added: 0.2.0
description:
  - Compares what P(quorum.mesos._host_check#module) has seen with the ports and directories of a service.
  - A port is the service's own where one of its units has it.
  - A unit that somebody has masked or stopped is a problem, and so is a file system that cannot be written.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: needs, minimum_disk, host, start_stopped
options:
  _input:
    description: The result of P(quorum.mesos._host_check#module).
    type: dict
    required: true
  needs:
    description:
      - C(ports) and C(directories), each a dictionary from the option to its value, and C(units), the service's own.
    type: dict
    required: true
  minimum_disk:
    description: MiB that each directory must have left.
    type: int
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
  start_stopped:
    description: Whether a unit that somebody has stopped may be started.
    type: bool
    default: false
"""

EXAMPLES = r"""
problems: "{{ seen | quorum.mesos._host_problems(needs, 512, inventory_hostname) }}"
vars:
  needs:
    ports: {mesos_master_port: 5050}
    units: [mesos-master]
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight.hosts import problems as host_problems


class FilterModule:
    """host_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_host_problems": host_problems}
