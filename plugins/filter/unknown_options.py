# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: unknown_options
short_description: Find variables that look like options of a role and are none
version_added: 0.1.0
description:
  - A variable with the prefix of a role that is no option of it has no effect. This says so, with the nearest option.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: known, host, likeness
options:
  _input:
    description: Names of variables.
    type: list
    elements: str
    required: true
  known:
    description: The options that exist.
    type: list
    elements: str
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
  likeness:
    description: How much like an option a name must be to be taken for one. V(0) takes every name.
    type: float
    default: 0
"""

EXAMPLES = r"""
problems: "{{ q('ansible.builtin.varnames', '^zookeeper_') | quorum.mesos.unknown_options(known, inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils.options.names import nearest, unknown_names


def unknown_options(names: t.Iterable[str], known: t.Iterable[str], host: str, likeness: float = 0) -> list[str]:
    options = list(known)
    found = []
    for name, near in unknown_names(names, options):
        if likeness and nearest(name, options, likeness) is None:
            continue
        remedy = "write %s" % near if near else "remove it"
        found.append("%s: the variable '%s' is no option of the role; %s." % (host, name, remedy))
    return found


class FilterModule:
    """unknown_options"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"unknown_options": unknown_options}
