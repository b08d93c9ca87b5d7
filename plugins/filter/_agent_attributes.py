# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _agent_attributes
short_description: "[INTERNAL] Write attributes of a Mesos agent as its flag wants them"
version_added: 0.1.0
description:
  - Takes a dictionary, a list or the text itself.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The attributes.
    type: raw
    required: true
"""

EXAMPLES = r"""
# rack:a;zone:b
flag: "{{ {'rack': 'a', 'zone': 'b'} | quorum.mesos._agent_attributes }}"
"""

RETURN = r"""
_value:
  description: The text, or null where there are no attributes.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import resources


def agent_attributes(value: t.Any) -> str | None:
    return resources.attributes(value)


class FilterModule:
    """agent_attributes"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_agent_attributes": agent_attributes}
