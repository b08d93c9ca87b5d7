# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _memory_problems
short_description: "[INTERNAL] Find out that a host has too little memory"
version_added: 0.2.0
description:
  - A host whose memory is not known is not judged.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: minimum, host
options:
  _input:
    description: The host's memory in MiB.
    type: int
    required: true
  minimum:
    description: MiB that it must have.
    type: int
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ seen.memory | quorum.mesos._memory_problems(512, inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence, or an empty list.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import hosts


def memory_problems(memory: int | None, minimum: t.Any, host: str) -> list[str]:
    return hosts.memory_problems(memory, int(minimum), host)


class FilterModule:
    """memory_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_memory_problems": memory_problems}
