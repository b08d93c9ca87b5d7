# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _unknown_options
short_description: "[INTERNAL] Find variables that were meant as options of the roles and are none"
version_added: 0.1.0
description:
  - Such a variable has no effect. This says so, with the option that was probably meant.
  - A name that begins like an option of ZooKeeper, the masters, the agents or Marathon is always reported.
  - Any other is reported where the option that was meant is known and not set. That may be an option of another role,
    as C(mesos_quorum), or one that is spelled wrong.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: known, host
options:
  _input:
    description: Names of variables.
    type: list
    elements: str
    required: true
  known:
    description: Variables that have an effect though they are no options of a role.
    type: list
    elements: str
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ q('ansible.builtin.varnames', '^(mesos|zookeeper)_')
  | quorum.mesos._unknown_options([], inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import foreign
from ansible_collections.quorum.mesos.plugins.plugin_utils.role_options import all_options


def unknown_options(names: t.Iterable[str], known: t.Iterable[str], host: str) -> list[str]:
    return foreign.problems(set(names), all_options() | set(known), host)


class FilterModule:
    """unknown_options"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_unknown_options": unknown_options}
