# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _flag_problems
short_description: "[INTERNAL] Find flags that Mesos or Marathon would ignore or refuse"
version_added: 0.1.0
description:
  - Compares names with those that the program has, and values with their kinds.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: known, option, host
options:
  _input:
    description: Flags and their values.
    type: dict
    required: true
  known:
    description: The flags of the program and their kinds.
    type: dict
    required: true
extends_documentation_fragment:
  - quorum.mesos._problems
"""

EXAMPLES = r"""
problems: "{{ my_flags | quorum.mesos._flag_problems({'quorum': 'integer'}, 'my_flags', inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import flags


def flag_problems(values: t.Mapping[str, t.Any], known: t.Mapping[str, str], option: str, host: str) -> list[str]:
    return flags.problems(values, known, option, host)


class FilterModule:
    """flag_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_flag_problems": flag_problems}
