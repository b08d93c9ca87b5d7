# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _ip_networks
short_description: "[INTERNAL] Choose the addresses of one version of IP"
version_added: 0.2.0
description:
  - What is inside another one is left out.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: version
options:
  _input:
    description: Addresses and networks of both versions.
    type: list
    elements: str
    required: true
  version:
    description: V(4) or V(6); V(0) chooses what is no address at all.
    type: int
    required: true
"""

EXAMPLES = r"""
# ['10.0.0.0/8']
networks: "{{ ['10.0.0.0/8', '10.1.1.1', 'fd00::1'] | quorum.mesos._ip_networks(4) }}"
"""

RETURN = r"""
_value:
  description: The addresses and networks.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import network


def ip_networks(addresses: t.Iterable[str], version: int) -> list[str]:
    return network.of_version(addresses, version) if version else network.no_address(addresses)


class FilterModule:
    """ip_networks"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_ip_networks": ip_networks}
