# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  strict:
    description:
      - Refuse a definition with fields that Marathon does not know, for example V(cpu) instead of V(cpus), before
        anything is sent, also in check mode. Marathon drops such a field and reports success.
      - With V(false) each such field is a warning.
    type: bool
    default: false
    version_added: 0.7.0
"""
