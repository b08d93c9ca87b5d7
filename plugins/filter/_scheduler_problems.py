# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _scheduler_problems
short_description: "[INTERNAL] Validate the settings of Marathon"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Compares flags, version, credentials and certificates with each other, and with what the inventory gives to others.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: host
options:
  _input:
    description:
      - The settings, as the role marathon has them in its private variables.
    type: dict
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""

EXAMPLES = r"""
problems: "{{ settings | quorum.mesos._scheduler_problems(inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.service import settings


def scheduler_problems(given: t.Mapping[str, t.Any], host: str) -> list[str]:
    return settings.problems(given, host)


class FilterModule:
    """scheduler_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_scheduler_problems": scheduler_problems}
