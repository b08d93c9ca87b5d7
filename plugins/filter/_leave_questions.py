# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _leave_questions
short_description: "[INTERNAL] Return how the tasks of an app on a swarm are asked directly"
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
"""

EXAMPLES = r"""
questions: "{{ state | quorum.mesos._leave_questions }}"
"""

RETURN = r"""
_value:
  description: What the module C(_leave_probe) asks.
  type: list
  elements: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._leave import apps, kept


def questions(state: t.Mapping[str, t.Any]) -> list[dict[str, t.Any]]:
    return apps.questions(kept.with_app(state))


class FilterModule:
    """_leave_questions"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_leave_questions": questions}
