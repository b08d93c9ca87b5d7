# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: zookeeper_change
short_description: Judge a change of zoo.cfg before it is made
version_added: 0.1.0
description:
  - Compares the C(zoo.cfg) that a server has with the servers and the stage of TLS that it shall have.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: lines, quorum_tls
options:
  _input:
    description: The C(zoo.cfg) that the server has, or an empty text.
    type: str
    required: true
  lines:
    description: The lines of all servers that the ensemble shall have.
    type: list
    elements: str
    required: true
  quorum_tls:
    description: The stage of TLS among the servers that it shall have.
    type: str
    required: true
"""

EXAMPLES = r"""
change: "{{ zoo_cfg | quorum.mesos.zookeeper_change(__zookeeper_lines, 'required') }}"
"""

RETURN = r"""
_value:
  description:
    - C(problems), why the change must not be made.
    - C(removed), where servers that leave the ensemble have their clients.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils.zookeeper import members

# What a server's zoo.cfg has of an ensemble that keeps its members elsewhere.
_DYNAMIC = "reconfigEnabled=true"


def zookeeper_change(before: str, lines: t.Iterable[str], quorum_tls: str) -> dict[str, list[str]]:
    if not before:
        return {"problems": [], "removed": []}
    wanted = members.parse("\n".join(lines))
    try:
        seen = members.parse(before)
    except ValueError:
        # Written by another hand; it is replaced.
        seen = {}
    problems = [
        members.static_refusal(wanted, seen),
        members.tls_refusal(quorum_tls, members.tls_stage(before)) if seen or _DYNAMIC in before else None,
    ]
    gone = [seen[number].endpoint for number in sorted(set(seen) - set(wanted)) if seen[number].client_port]
    return {"problems": [problem for problem in problems if problem], "removed": gone}


class FilterModule:
    """zookeeper_change"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"zookeeper_change": zookeeper_change}
