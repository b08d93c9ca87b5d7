# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _address_problems
short_description: "[INTERNAL] Find out that two hosts have one address"
version_added: 0.2.0
description:
  - An address that means the host itself is refused too, where there are several hosts.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: host
options:
  _input:
    description: Members as P(quorum.mesos._cluster_members#filter) returns them; a host may be there several times.
    type: list
    elements: dict
    required: true
  host:
    description: The host that finds out, which a sentence names first.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ members | quorum.mesos._address_problems(inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import hosts


def address_problems(members: t.Iterable[t.Mapping[str, t.Any]], host: str) -> list[str]:
    return hosts.address_problems(((member["host"], member["address"]) for member in members), host)


class FilterModule:
    """address_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_address_problems": address_problems}
