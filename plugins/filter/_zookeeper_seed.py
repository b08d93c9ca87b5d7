# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _zookeeper_seed
short_description: "[INTERNAL] Write with which members a new ZooKeeper server starts"
version_added: 0.1.0
description:
  - The first servers of an ensemble start with all of them.
  - One that joins starts with the members that there are, and without a vote until they have taken it in.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: number, seen
options:
  _input:
    description: The lines of all servers that the ensemble shall have.
    type: list
    elements: str
    required: true
  number:
    description: The id of the new server.
    type: int
    required: true
  seen:
    description: The lines of the servers that the running ensemble has.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
lines: "{{ __zookeeper_lines | quorum.mesos._zookeeper_seed(4, seen.members | map(attribute='line')) }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper.members import parse, seed


def zookeeper_seed(lines: t.Iterable[str], number: int, seen: t.Iterable[str]) -> list[str]:
    wanted = parse("\n".join(lines))
    found = seed(wanted[number], wanted, parse("\n".join(seen)))
    return [found[key].line() for key in sorted(found)]


class FilterModule:
    """zookeeper_seed"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_zookeeper_seed": zookeeper_seed}
