# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _clock_problems
short_description: "[INTERNAL] Find out that the clock of a host differs from those of the others"
version_added: 0.2.0
description:
  - Compares with the host in the middle. What the connection's delay may explain is no difference.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: skew, host
options:
  _input:
    description: The results of P(quorum.mesos._host_check#module) by the names of the hosts.
    type: dict
    required: true
  skew:
    description: Seconds by which clocks may differ.
    type: float
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ {'a': hostvars.a.seen, 'b': hostvars.b.seen} | quorum.mesos._clock_problems(10, inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence, or an empty list.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import hosts


def clock_problems(seen: t.Mapping[str, t.Mapping[str, t.Any]], skew: t.Any, host: str) -> list[str]:
    clocks = {name: one["clock"] for name, one in seen.items() if one and "clock" in one}
    return hosts.clock_problems(clocks, float(skew), host)


class FilterModule:
    """clock_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_clock_problems": clock_problems}
