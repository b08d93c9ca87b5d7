# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_ids
short_description: "[INTERNAL] Return the IDs of apps as Marathon has them"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: A list, or names separated by commas.
    type: raw
    required: true
"""

EXAMPLES = r"""
ids: "{{ '/shop/web,/shop/api' | quorum.mesos._leave_ids }}"
"""

RETURN = r"""
_value:
  description: The IDs.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.leave_plan import app_ids


class FilterModule:
    """_leave_ids"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_ids": app_ids}
