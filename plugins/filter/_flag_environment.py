# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _flag_environment
short_description: "[INTERNAL] Turn flags into the variables of an environment file"
version_added: 0.1.0
description:
  - Booleans, the toggles of Marathon and names become what the program reads. A flag that is null is left out.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: known, prefix
options:
  _input:
    description: Flags and their values.
    type: dict
    required: true
  known:
    description: The flags of the program and their kinds.
    type: dict
    required: true
  prefix:
    description: What the names of the variables start with.
    type: str
    required: true
"""

EXAMPLES = r"""
# {'MARATHON_DISABLE_HA': '', 'MARATHON_HTTP_PORT': '8080'}
variables: "{{ {'ha': false, 'http_port': 8080} | quorum.mesos._flag_environment({'ha': 'toggle'}, 'MARATHON_') }}"
"""

RETURN = r"""
_value:
  description: The variables.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._preflight import flags


def flag_environment(values: t.Mapping[str, t.Any], known: t.Mapping[str, str], prefix: str) -> dict[str, str]:
    return flags.environment(values, known, prefix)


class FilterModule:
    """flag_environment"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_flag_environment": flag_environment}
