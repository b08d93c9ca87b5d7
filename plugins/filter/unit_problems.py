# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: unit_problems
short_description: Find values that a unit or a configuration file would not keep, or would show to everyone
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
      - C(words) are lists whose items are kept as they are, C(properties) are further lines of a configuration file,
        and C(users) those of a login module, all by option.
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
  | quorum.mesos.unit_problems('mesos_master', inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils.options import units


def unit_problems(values: t.Mapping[str, t.Any], role: str, host: str) -> list[str]:
    environment = bool(values.get("environment"))
    found = units.setting_problems(values.get("settings") or {}, role, environment, host)
    found += units.container_problems(values.get("container") or [], role, environment, host)
    found += units.plain_problems(values.get("plain") or {}, host)
    found += units.word_problems(values.get("words") or {}, host)
    for option, settings in (values.get("properties") or {}).items():
        found += units.property_problems(settings, option, host)
    for option, users in (values.get("users") or {}).items():
        found += units.user_problems(users, option, host)
    return found


class FilterModule:
    """unit_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"unit_problems": unit_problems}
