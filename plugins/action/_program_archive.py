# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings an archive from the controller to a host that does not have it yet."""

from __future__ import annotations

import os
import typing as t

from ansible.errors import AnsibleError
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.module_utils import _archives as archives
from ansible_collections.quorum.mesos.plugins.module_utils import _programs as programs

MODULE = "quorum.mesos._program_archive"


class ActionModule(ActionBase):
    """The module does the work; this side reads the controller's files."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        arguments = {key: value for key, value in self._task.args.items() if key not in ("transferred", "url")}
        source = str(arguments.get("src", ""))
        # A URL without a secret is no argument that is hidden, because its text would be missing in every message.
        if programs.shown(source) != source:
            arguments.update(src=programs.shown(source), url=source)
        answer = self._execute_module(module_name=MODULE, module_args=arguments, task_vars=task_vars)
        if answer.pop("wanted", False):
            answer = self._bring(arguments, answer["home"], task_vars)
        if answer.get("failed") and task_vars:
            answer["msg"] = "%s: %s" % (task_vars["inventory_hostname"], answer.get("msg", ""))
        result.update(answer)
        return result

    def _bring(self, arguments: dict[str, t.Any], home: str, task_vars: dict[str, t.Any] | None) -> dict[str, t.Any]:
        source = self._find(arguments)
        if self._task.check_mode:
            return self._predict(arguments, source, home)
        directory = self._connection._shell.tmpdir or self._make_tmp_path()
        remote = self._connection._shell.join_path(directory, "archive")
        self._transfer_file(source, remote)
        try:
            return self._execute_module(
                module_name=MODULE, module_args={**arguments, "transferred": remote}, task_vars=task_vars
            )
        finally:
            self._remove_tmp_path(directory, force=True)

    def _find(self, arguments: dict[str, t.Any]) -> str:
        source = os.path.expanduser(arguments["src"])
        if not os.path.isfile(source):
            raise AnsibleError(
                "%s is %s, and the controller has no such file; give a path or URL that exists."
                % (arguments.get("option", "src"), source)
            )
        return source

    def _predict(self, arguments: dict[str, t.Any], source: str, home: str) -> dict[str, t.Any]:
        option = arguments.get("option", "src")
        try:
            names = archives.names(source)
            found = programs.layout(home, names, arguments["programs"])
        except archives.ArchiveError as error:
            return _refusal(option, source, str(error), "give a tar archive of an installed tree")
        if found["program"] is None:
            why = "it has no %s in sbin/ or bin/" % " or ".join(arguments["programs"])
            return _refusal(option, source, why, "give a tar archive of an installed tree")
        return {"changed": True, "home": home, "jars": programs.has_jars(names), "executor_library_dir": None, **found}


def _refusal(option: str, source: str, why: str, remedy: str) -> dict[str, t.Any]:
    return {"failed": True, "msg": "%s is %s: %s; %s." % (option, source, why, remedy)}
