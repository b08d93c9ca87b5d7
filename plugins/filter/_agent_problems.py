# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _agent_problems
short_description: "[INTERNAL] Find settings of a Mesos agent that do not suit each other"
version_added: 0.2.0
description:
  - Looks at flags, credentials, certificates and what the host can do.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: host
options:
  _input:
    description: The settings, as the role P(quorum.mesos.mesos_slave#role) collects them.
    type: dict
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ settings | quorum.mesos._agent_problems(inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import settings as agent_settings


def agent_problems(settings: t.Mapping[str, t.Any], host: str) -> list[str]:
    return agent_settings.problems(settings, host)


class FilterModule:
    """agent_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_agent_problems": agent_problems}
