# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _drift_report
short_description: "[INTERNAL] Report how a directory of definitions differs from what Marathon has"
version_added: 0.7.0
description:
  - A helper of the playbook C(drift), which may change without notice between releases.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The result of M(quorum.mesos.marathon_apps) for the directory in check mode.
    type: dict
    required: true
  directory:
    description: The directory; V('') where none is set.
    type: str
    required: true
  empty_too:
    description: Whether a directory without definitions is meant to be empty.
    type: bool
    default: false
"""

EXAMPLES = r"""
report: "{{ __compared | quorum.mesos._drift_report('/srv/apps') }}"
"""

RETURN = r"""
_value:
  description:
    - C(outcome) is V(no_drift), V(drift) or V(not_compared), and C(why) says why nothing was compared.
    - C(differs) has each app, pod and group that differs, C(lines) a text of at most 20 lines.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.plugin_utils.drift_report import report


class FilterModule:
    """_drift_report"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_drift_report": report}
