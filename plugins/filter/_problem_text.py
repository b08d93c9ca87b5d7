# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _problem_text
short_description: "[INTERNAL] Join problems into one message"
version_added: 0.4.0
description:
  - A problem may quote a value of an option. Control characters of it are escaped and the middle of what is very long
    is left out, so that each problem is one sentence on one line.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description:
      - The problems, one sentence each.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
message: "{{ ['web1: mesos_slave_port is ' ~ mesos_slave_port ~ '; write a port.'] | quorum.mesos._problem_text }}"
"""

RETURN = r"""
_value:
  description: The message.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import characters


def problem_text(problems: t.Iterable[str]) -> str:
    return " ".join(characters.sentence(problem) for problem in problems)


class FilterModule:
    """problem_text"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_problem_text": problem_text}
