# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _backup_sources
short_description: "[INTERNAL] Choose from which hosts a backup is taken"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - A server of ZooKeeper that is in step, a master that has its registry, and followers rather than leaders.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: For each host what the playbook C(status) gathers of it.
    type: dict
    required: true
"""

EXAMPLES = r"""
chosen: "{{ __status_hosts | quorum.mesos._backup_sources }}"
"""

RETURN = r"""
_value:
  description: The hosts, by part, and the C(problems) for which there must be no backup.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._backup.sources import sources


class FilterModule:
    """_backup_sources"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_backup_sources": sources}
