# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands files to a module as one text, which is a secret as a whole."""

from __future__ import annotations

import base64
import json
import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

MODULE = "quorum.mesos._secret_files"


class ActionModule(ActionBase):
    """The module does the work; this side reads the controller's files."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        files = self._task.args.get("files")
        if not isinstance(files, list) or not all(isinstance(file, dict) and file.get("path") for file in files):
            # Not with what was given, which may be a secret.
            raise AnsibleActionFail("files is no list of files with a path each; correct it.")
        payload = json.dumps([self._described(file) for file in files])
        # Each text alone would be taken out of all that the module returns, also where a word is the same by chance.
        arguments = {**self._task.args, "files": base64.b64encode(payload.encode()).decode()}
        result.update(self._execute_module(module_name=MODULE, module_args=arguments, task_vars=task_vars))
        return result

    def _described(self, file: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        described: dict[str, t.Any] = {
            key: str(file[key]) for key in ("path", "owner", "group", "mode", "form") if key in file
        }
        if "check" in file:
            described["check"] = [str(word) for word in file["check"]]
        if file.get("src"):
            sources = [file["src"]] if isinstance(file["src"], str) else file["src"]
            content = b"".join(self._content(source) for source in sources)
        elif isinstance(file["content"], (dict, list)):
            # What older releases of Ansible make of the text of such a value.
            content = (json.dumps(file["content"], indent=4, sort_keys=True) + "\n").encode()
        else:
            content = str(file["content"]).encode()
        return {**described, "content": base64.b64encode(content).decode()}

    def _content(self, source: str) -> bytes:
        # A file in a vault is decrypted.
        with open(self._loader.get_real_file(self._find_needle("files", source)), "rb") as stream:
            return stream.read()
