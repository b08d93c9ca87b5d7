# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of a module that waits: what moves is shown while the module runs, and its answer at the end."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module import progress
from ansible_collections.quorum.mesos.plugins.module_utils._words import one_line
from ansible_collections.quorum.mesos.plugins.plugin_utils import interruption
from ansible_collections.quorum.mesos.plugins.plugin_utils.followed_file import FollowedFile


class WaitingAction(ActionBase):
    """Runs the module of the same name with the arguments of the task, or what arguments() makes of them."""

    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        variables = task_vars or {}
        arguments = self.arguments(variables)
        # A detached module outlives this plugin, which neither shows its progress nor removes its files.
        detached = bool(self._task.async_val) and not self._connection.has_native_async
        shown = contextlib.nullcontext() if detached else self._shown_progress(variables)
        try:
            with shown:
                result.update(
                    self._execute_module(module_args=arguments, task_vars=variables, wrap_async=detached or None)
                )
        finally:
            if not detached:
                self._remove_tmp_path(self._connection._shell.tmpdir)
        self._show_answer(result, arguments, variables)
        return result

    def arguments(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        return dict(self._task.args)

    @contextlib.contextmanager
    def _shown_progress(self, task_vars: dict[str, t.Any]) -> t.Iterator[None]:
        if not self._may_be_shown():
            yield
            return
        host = task_vars.get("inventory_hostname", "localhost")
        running: list[str] = []

        def show(line: str) -> None:
            if line.startswith(progress.ON_INTERRUPT):
                running[:] = [line[len(progress.ON_INTERRUPT) :]]
                return
            # Not to the standard output, which may be read by a program.
            self._display.display(f"[{host}] {line}", stderr=True)

        def interrupted() -> None:
            if running:
                several = "," in running[0]
                interruption.say(
                    f"[{host}] interrupted, but {'the deployments' if several else 'deployment'} {running[0]} "
                    f"{'go' if several else 'goes'} on in Marathon; see or end {'them' if several else 'it'} with "
                    "quorum.mesos.marathon_deployment"
                )

        environment = self._task.environment
        with FollowedFile(show) as path, interruption.calls(interrupted):
            self._task.environment = [*(environment or []), {progress.VARIABLE: path}]
            try:
                yield
            finally:
                self._task.environment = environment

    def _show_answer(self, result: dict[str, t.Any], arguments: dict[str, t.Any], task_vars: dict[str, t.Any]) -> None:
        """What runs, or in check mode the plan: Ansible itself shows nothing of the result of a task that succeeds."""
        if self._task.no_log or result.get("failed") or not boolean(arguments.get("progress", True), strict=False):
            return
        if "action" in result or "summary" in result:
            host = task_vars.get("inventory_hostname", "localhost")
            self._display.display(f"[{host}] {one_line(result['msg'])}", stderr=True)

    def _may_be_shown(self) -> bool:
        return (
            not self._task.check_mode
            and not self._task.no_log
            # The module writes to a file of this machine.
            and self._connection.transport == "local"
        )
