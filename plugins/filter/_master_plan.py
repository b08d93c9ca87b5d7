# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _master_plan
short_description: "[INTERNAL] Tell how the number of Mesos masters may change"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Refuses a change that could lose the registry, and names the masters whose registry has to be copied first.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: hostvars, members, quorum, may_seed
options:
  _input:
    description: The hosts of this run.
    type: list
    elements: str
    required: true
  hostvars:
    description: The variables of all hosts, in which P(quorum.mesos._master_state#module) left its result.
    type: dict
    required: true
  members:
    description: All masters of the group.
    type: list
    elements: str
    required: true
  quorum:
    description: The quorum that they are given.
    type: int
    required: true
  may_seed:
    description: Whether a lone master may be stopped to copy its registry.
    type: bool
    required: true
"""

EXAMPLES = r"""
plan: "{{ ansible_play_hosts | quorum.mesos._master_plan(hostvars, ['a', 'b', 'c'], 2, false) }}"
"""

RETURN = r"""
_value:
  description: C(problems), C(new), C(seed_from), C(seed_to) and C(old_first).
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master import quorum_change

RESULT = "__mesos_master_state"


def master_plan(
    hosts: t.Iterable[str],
    hostvars: t.Mapping[str, t.Mapping[str, t.Any]],
    members: t.Sequence[str],
    quorum: t.Any,
    may_seed: bool,
) -> dict[str, t.Any]:
    found = {name: hostvars[name].get(RESULT) for name in hosts if name in members}
    states = {name: state for name, state in found.items() if state and "running" in state}
    return quorum_change.plan(states, members, int(quorum), may_seed)._asdict()


class FilterModule:
    """master_plan"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_master_plan": master_plan}
