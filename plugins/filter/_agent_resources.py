# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _agent_resources
short_description: "[INTERNAL] Write resources of a Mesos agent as its flag wants them"
version_added: 0.1.0
description:
  - Takes a dictionary or the text itself.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The resources.
    type: raw
    required: true
"""

EXAMPLES = r"""
# cpus:4;ports:[8000-9000,31000-32000]
flag: "{{ {'cpus': 4, 'ports': ['8000-9000', '31000-32000']} | quorum.mesos._agent_resources }}"
"""

RETURN = r"""
_value:
  description: The text, or null where there are no resources.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import resources


def agent_resources(value: t.Any) -> str | None:
    return resources.resources(value)


class FilterModule:
    """agent_resources"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_agent_resources": agent_resources}
