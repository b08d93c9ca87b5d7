# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _misplaced_flags
short_description: "[INTERNAL] Find flags that are given as plain environment variables"
version_added: 0.2.0
description:
  - A flag among the further variables of a program is not checked, and wins over the option in silence.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: known, prefix, option, host
options:
  _input:
    description: The further variables.
    type: dict
    required: true
  known:
    description: The flags of the program and their kinds.
    type: dict
    required: true
  prefix:
    description: What the names of the program's variables start with.
    type: str
    required: true
  option:
    description: What the names of the role's options start with.
    type: str
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ {'MESOS_QUIET': 1} | quorum.mesos._misplaced_flags({'quiet': 'boolean'}, 'MESOS_', 'master', 'a') }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import flags


def misplaced_flags(
    variables: t.Mapping[str, t.Any], known: t.Mapping[str, str], prefix: str, option: str, host: str
) -> list[str]:
    return flags.misplaced(variables, known, prefix, option, host)


class FilterModule:
    """misplaced_flags"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_misplaced_flags": misplaced_flags}
