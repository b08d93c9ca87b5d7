# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _flag_seconds
short_description: "[INTERNAL] Read a duration as Mesos writes it"
version_added: 0.2.0
description:
  - Turns a number with a unit into seconds.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The duration.
    type: str
    required: true
"""

EXAMPLES = r"""
# 90.0
seconds: "{{ '1.5mins' | quorum.mesos._flag_seconds }}"
"""

RETURN = r"""
_value:
  description: The seconds.
  type: float
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import flags


def flag_seconds(duration: t.Any) -> float:
    try:
        return flags.seconds(duration)
    except ValueError as error:
        raise AnsibleFilterError(str(error)) from error


class FilterModule:
    """flag_seconds"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_flag_seconds": flag_seconds}
