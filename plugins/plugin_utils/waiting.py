# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of a module that waits: what moves is shown while the module runs."""

from __future__ import annotations

import contextlib
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.module_utils.marathon import progress
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
        shown = contextlib.nullcontext() if detached else self._shown_progress(arguments, variables)
        try:
            with shown:
                result.update(
                    self._execute_module(module_args=arguments, task_vars=variables, wrap_async=detached or None)
                )
        finally:
            if not detached:
                self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def arguments(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        return dict(self._task.args)

    @contextlib.contextmanager
    def _shown_progress(self, arguments: dict[str, t.Any], task_vars: dict[str, t.Any]) -> t.Iterator[None]:
        if not self._wants_progress(arguments):
            yield
            return
        host = task_vars.get("inventory_hostname", "localhost")

        def show(line: str) -> None:
            # Not to the standard output, which may be read by a program.
            self._display.display(f"[{host}] {line}", stderr=True)

        environment = self._task.environment
        with FollowedFile(show) as path:
            self._task.environment = [*(environment or []), {progress.VARIABLE: path}]
            try:
                yield
            finally:
                self._task.environment = environment

    def _wants_progress(self, arguments: dict[str, t.Any]) -> bool:
        return (
            not self._task.check_mode
            and not self._task.no_log
            and boolean(arguments.get("progress", True), strict=False)
            # The module writes to a file of this machine.
            and self._connection.transport == "local"
        )
