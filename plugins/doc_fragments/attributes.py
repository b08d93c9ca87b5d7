# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and return changed status prediction without modifying the target.
  diff_mode:
    description: Will return details on what has changed (or possibly needs changing in check mode), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
      - This assumes that nothing else changes the system controlled or queried by the module meanwhile.
"""

    ACTIONGROUP_MARATHON = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/quorum.mesos.marathon) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - quorum.mesos.marathon
"""

    ACTIONGROUP_MESOS = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/quorum.mesos.mesos) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - quorum.mesos.mesos
"""
