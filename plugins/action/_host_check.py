# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a host, and tells how far its clock is from the controller's."""

from __future__ import annotations

import time
import typing as t

from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    """The module does the work; this side remembers when it asked and when it was answered."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        asked = time.time()
        answer = self._execute_module(
            module_name="quorum.mesos._host_check", module_args=dict(self._task.args), task_vars=task_vars
        )
        answered = time.time()
        if "time" in answer:
            answer["clock"] = {
                "least": round(answer["time"] - answered, 3),
                "most": round(answer["time"] - asked, 3),
            }
        result.update(answer)
        return result
