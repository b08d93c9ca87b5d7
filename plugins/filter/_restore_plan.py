# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _restore_plan
short_description: "[INTERNAL] Decide whether and how a backup is restored"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - Refuses what would lose data, or what the programs could not read.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The manifest of the backup.
    type: dict
    required: true
  name:
    description: The checksum that names the backup.
    type: str
    required: true
  hosts:
    description: For each host what the playbook C(status) gathers of it.
    type: dict
    required: true
  states:
    description: For each host the result of P(quorum.mesos._restore_state#module).
    type: dict
    required: true
  parts:
    description: The parts to restore; all that the backup has where it is empty.
    type: raw
  replace:
    description: Whether data that is there may be replaced.
    type: bool
    default: false
  again:
    description: Whether a backup that was restored already is restored once more.
    type: bool
    default: false
"""

EXAMPLES = r"""
plan: "{{ manifest | quorum.mesos._restore_plan(name, hosts, states) }}"
"""

RETURN = r"""
_value:
  description: C(parts), C(needed), C(done), C(resumed), C(problems), C(gone) and C(agents).
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._backup.restoring import plan


class FilterModule:
    """_restore_plan"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_restore_plan": plan}
