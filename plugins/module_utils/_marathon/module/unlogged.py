# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module of which one argument has secrets somewhere inside, as labels and variables of a service do."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from .. import secrets


class UnloggedModule(AnsibleModule):
    """The argument ``unlogged`` is not in the log of the host. no_log would hide each of its words in the result."""

    unlogged = ""

    def _log_invocation(self) -> None:
        given = self.params
        self.params = {**given, self.unlogged: secrets.MASKED if given.get(self.unlogged) else None}
        try:
            super()._log_invocation()
        finally:
            self.params = given
