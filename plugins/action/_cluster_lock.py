# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of a cluster: only the controller knows whose run this is, and which of its runs have ended."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleConnectionFailure
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
        if self._task.args.get("state") == "released" and "held" not in answer:
            text = "The lock of the cluster is not released there: %s" % answer.get("msg", "no answer").strip()
            answer.setdefault("warnings", []).append(text)
        return {**result, **answer}

    def _execute(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        try:
            return self._execute_module(
                module_name="quorum.mesos._cluster_lock", module_args=arguments, task_vars=task_vars
            )
        except AnsibleConnectionFailure as error:
            if self._task.args["state"] == "read":
                raise
            # An unreachable host of a task that runs once ends the play for all, even where that is to be ignored.
            return {"failed": True, "msg": str(error)}
