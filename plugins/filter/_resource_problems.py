# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _resource_problems
short_description: "[INTERNAL] Find resources that would stop a Mesos agent"
version_added: 0.1.0
description:
  - Takes a dictionary, a list or the text itself, as P(quorum.mesos._agent_resources#filter) does.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: option, host
options:
  _input:
    description: The resources.
    type: raw
    required: true
extends_documentation_fragment:
  - quorum.mesos._problems
"""

EXAMPLES = r"""
problems: "{{ {'ports': 8080} | quorum.mesos._resource_problems('mesos_slave_resources', inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import resources


def resource_problems(value: t.Any, option: str, host: str) -> list[str]:
    return resources.resource_problems(value, option, host)


class FilterModule:
    """resource_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_resource_problems": resource_problems}
