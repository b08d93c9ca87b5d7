# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _unit_problems
short_description: "[INTERNAL] Validate values of systemd units and configuration files"
version_added: 0.3.1
description:
  - A line break in a value would begin another setting, and a unit replaces C(%) and C($).
  - A unit and the arguments of a process can be read by everyone on a host, so no environment may stand there.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: role, host
options:
  _input:
    description:
      - The values by their kind. C(settings) and C(container) are those two options of the role, C(environment) is
        whether it has an option for the environment, C(plain) has further options that stand in a unit, by name.
      - C(paths), C(accounts) and C(schedules) are those that are paths, users and times of systemd. C(ports) are lists
        of ports and ranges of a firewall.
      - C(words) are lists whose items are quoted where they stand, C(joined) are lists that are joined by commas, and
        C(java) are options of a JVM that are joined by spaces.
      - C(properties) are further lines of a configuration file, C(lines) are lists of which such a line is made, and
        C(users) are those of a login module, all by option.
    type: dict
    required: true
  role:
    description: What the names of the role's options start with.
    type: str
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ {'settings': {'MemoryMax': '2G'}, 'plain': {'mesos_master_user': 'mesos'}}
  | quorum.mesos._unit_problems('mesos_master', inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import unit_problems


class FilterModule:
    """unit_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_unit_problems": unit_problems}
