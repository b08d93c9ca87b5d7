# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """Where Docker's Engine is asked."""

    DOCUMENTATION = r"""
options:
  socket:
    description:
      - The Engine's socket.
    type: path
    default: /run/docker.sock
"""
