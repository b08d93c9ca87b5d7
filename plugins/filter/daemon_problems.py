# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: daemon_problems
short_description: Find settings with which Docker would not start
version_added: 0.2.0
description:
  - Compares names with those that C(daemon.json) may have, and values with their kinds.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: option, host, options
options:
  _input:
    description: The content of C(daemon.json).
    type: dict
    required: true
  options:
    description: The options that have one name each for themselves, by that name.
    type: dict
    default: {}
extends_documentation_fragment:
  - quorum.mesos.problems
"""

EXAMPLES = r"""
problems: "{{ {'debug': 'yes'} | quorum.mesos.daemon_problems('docker_daemon_options', inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description: One sentence for each problem; empty when there is none.
  type: list
  elements: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._docker import daemon


def daemon_problems(
    config: t.Mapping[str, t.Any], option: str, host: str, options: t.Mapping[str, str] | None = None
) -> list[str]:
    return daemon.problems(config, option, host, options)


class FilterModule:
    """daemon_problems"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"daemon_problems": daemon_problems}
