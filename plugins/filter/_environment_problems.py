# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _environment_problems
short_description: "[INTERNAL] Find values that an environment file does not keep"
version_added: 0.1.0
description:
  - systemd and docker read a line C(KEY=value) differently where the value has a backslash, or begins with a quote.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: option, host
options:
  _input:
    description: Variables and their values.
    type: dict
    required: true
extends_documentation_fragment:
  - quorum.mesos._problems
"""

EXAMPLES = r"""
problems: "{{ {'A': ' x'} | quorum.mesos._environment_problems('mesos_master_environment', inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import flags


def environment_problems(variables: t.Mapping[str, t.Any], option: str, host: str) -> list[str]:
    return flags.environment_problems(variables, option, host)


class FilterModule:
    """environment_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_environment_problems": environment_problems}
