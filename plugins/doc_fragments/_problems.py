# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every filter takes that tells problems in sentences."""

    DOCUMENTATION = r"""
options:
  option:
    description: The role option that a sentence names.
    type: str
    required: true
  host:
    description: The host that a sentence names.
    type: str
    required: true
"""
