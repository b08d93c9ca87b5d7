# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_entry
short_description: "[INTERNAL] Describe the servers of an app that do not run on Marathon"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The state of the app, whose definition is read from the file in its directory.
    type: dict
    required: true
  share:
    description: The percentage of requests.
    type: int
    required: true
"""

EXAMPLES = r"""
entry: "{{ state | quorum.mesos._leave_entry(10) }}"
"""

RETURN = r"""
_value:
  description: An entry of the file that the agent reads.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._leave import kept, outside


def entry(state: t.Mapping[str, t.Any], share: int) -> dict[str, t.Any]:
    return outside.entry(kept.with_app(state), share)


class FilterModule:
    """_leave_entry"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_entry": entry}
