# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _upgrade_way_back
short_description: "[INTERNAL] Decide what takes a service back"
version_added: 0.10.0
description:
  - A helper of the playbook C(upgrade), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: answers, daemon
options:
  _input:
    description: What M(quorum.mesos._program_kept) has returned.
    type: dict
    required: true
  answers:
    description: Whether the service answers.
    type: bool
    required: true
  daemon:
    description: For Docker, what M(quorum.mesos._docker_daemon) has returned.
    type: dict
"""

EXAMPLES = r"""
way: "{{ restored | quorum.mesos._upgrade_way_back(true) }}"
"""

RETURN = r"""
_value:
  description:
    - What the service needs in C(need), V(none), V(reload), V(restart) or V(start); whether anything was C(touched);
      and the C(source) of the old program.
  type: dict
  sample: {need: restart, touched: true, source: {method: archive}}
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.upgrade_back import way_back


class FilterModule:
    """_upgrade_way_back"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_upgrade_way_back": way_back}
