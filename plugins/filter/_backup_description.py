# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _backup_description
short_description: "[INTERNAL] Describe a cluster for the manifest of a backup"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - Versions, numbers of znodes, agents and apps.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: For each host what the playbook C(status) gathers of it.
    type: dict
    required: true

  chosen:
    description: What P(quorum.mesos._backup_sources#filter) has chosen.
    type: dict
    required: true
  info:
    description: What Marathon says of itself.
    type: dict
    required: true
"""

EXAMPLES = r"""
cluster: "{{ __status_hosts | quorum.mesos._backup_description(chosen, info) }}"
"""

RETURN = r"""
_value:
  description: What the manifest has of each part.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._backup.sources import description


class FilterModule:
    """_backup_description"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_backup_description": description}
