# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _master_switch_problems
short_description: "[INTERNAL] Tell whether a running Mesos master may go to TLS or back"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Masters that speak only TLS and masters that speak none are no cluster.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: tls, downgrade, host
options:
  _input:
    description: The result of P(quorum.mesos._master_state#module).
    type: dict
    required: true
  tls:
    description: Whether the master is to speak TLS.
    type: bool
    required: true
  downgrade:
    description: Whether it is to take plain connections beside.
    type: bool
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ state | quorum.mesos._master_switch_problems(true, false, inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master import quorum_change


def master_switch_problems(state: t.Mapping[str, t.Any], tls: bool, downgrade: bool, host: str) -> list[str]:
    if "running" not in state:
        return []
    return ["%s: %s" % (host, sentence) for sentence in quorum_change.switch_problems(state, tls, downgrade)]


class FilterModule:
    """master_switch_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_master_switch_problems": master_switch_problems}
