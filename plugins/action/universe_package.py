# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows the progress of the wait for the app of a package."""

from __future__ import annotations

from ansible_collections.quorum.mesos.plugins.plugin_utils.waiting import WaitingAction


class ActionModule(WaitingAction):
    pass
