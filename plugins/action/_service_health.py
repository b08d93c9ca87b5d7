# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits until a service is healthy, and shows what the wait is for."""

from __future__ import annotations

import typing as t

from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.module_utils._words import one_line

# A module cannot show anything before it ends.
REPORT_SECONDS = 15.0


class ActionModule(ActionBase):
    """Runs the module again and again, each time for a part of the wait."""

    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        arguments = {**self._task.args, "report_after": REPORT_SECONDS}
        while True:
            answer = self._execute_module(
                module_name="quorum.mesos._service_health", module_args=arguments, task_vars=task_vars
            )
            # The module ends the wait itself; one that was broken off has no answer.
            if not answer.get("waiting_for"):
                return {**result, **answer}
            self._show(answer, (task_vars or {}).get("inventory_hostname", "localhost"))
            arguments |= {"waited": answer["elapsed"], "seen": answer["seen"]}

    def _show(self, answer: dict[str, t.Any], host: str) -> None:
        service = "%s at %s" % (self._task.args["service"], self._task.args["address"])
        # Not to the standard output, which may be read by a program.
        self._display.display(
            "[%s] after %.0f s the %s is not healthy yet: %s"
            % (host, answer["elapsed"], service, one_line("; ".join(answer["waiting_for"]))),
            stderr=True,
        )
