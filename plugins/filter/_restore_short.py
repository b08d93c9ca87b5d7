# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _restore_short
short_description: "[INTERNAL] Name the apps and pods that do not run with all instances"
version_added: 0.9.0
description:
  - A helper of the collection's own playbooks, which may change without notice between releases.
  - From results of M(quorum.mesos.marathon_info).
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The apps.
    type: list
    elements: dict
    required: true
  pods:
    description: The status of the pods.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
short: "{{ found.apps | quorum.mesos._restore_short(found.pods) }}"
"""

RETURN = r"""
_value:
  description: Their ids.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._backup.restoring import short


class FilterModule:
    """_restore_short"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_restore_short": short}
