# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a cluster: only the controller knows whose run this is, and which of its runs have ended."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.plugin_utils import this_run


class ActionModule(ActionBase):
    """The module keeps the file on the host."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        arguments = {**self._task.args, "owner": this_run.owner()}
        answer = self._execute(arguments, task_vars)
        other = answer.get("other") or {}
        if arguments.get("state") == "read":
            if this_run.has_ended(other):
                answer["holder"] += ", and has ended: the next run takes it over"
        elif not answer.get("held") and this_run.has_ended(other):
            answer = self._execute({**arguments, "replace": other["run"]}, task_vars)
        answer.pop("other", None)
        return {**result, **answer}

    def _execute(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        return self._execute_module(module_name="quorum.mesos.cluster_lock", module_args=arguments, task_vars=task_vars)
