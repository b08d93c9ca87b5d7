# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _restore_comparison
short_description: "[INTERNAL] Compare a cluster with the manifest of a backup"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - A table, and what is not as it was.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The manifest.
    type: dict
    required: true
  hosts:
    description: For each host what the playbook C(status) gathers of it.
    type: dict
    required: true
  info:
    description: What Marathon says of itself.
    type: dict
    required: true
  drift:
    description: What P(quorum.mesos._drift_report#filter) finds of the backup's definitions; empty where it has none.
    type: dict
    required: true
  waiting:
    description: The apps and pods that do not run with all instances.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
compared: "{{ manifest | quorum.mesos._restore_comparison(hosts, info, {}, []) }}"
"""

RETURN = r"""
_value:
  description: The C(lines) of the table, and the C(problems).
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.restore_report import comparison


class FilterModule:
    """_restore_comparison"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_restore_comparison": comparison}
