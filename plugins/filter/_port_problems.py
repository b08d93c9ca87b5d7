# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _port_problems
short_description: "[INTERNAL] Find ports of one host that two of its services want, or that its agent gives to tasks"
version_added: 0.4.0
description:
  - Two services may have one port where each listens on an address of its own.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: offered, host
options:
  _input:
    description: The services of the host, each with C(option), C(port) and, where it listens on one only, C(address).
    type: list
    elements: dict
    required: true
  offered:
    description: Ranges of ports that the agent of the host offers, as P(quorum.mesos._task_ports#filter) has them.
    type: list
    elements: str
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ [{'option': 'marathon_http_port', 'port': 8080}]
  | quorum.mesos._port_problems(['8000-9000'], inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import ports


def port_problems(given: t.Iterable[t.Mapping[str, t.Any]], offered: t.Iterable[str], host: str) -> list[str]:
    return ports.problems(given, offered, host)


class FilterModule:
    """port_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_port_problems": port_problems}
