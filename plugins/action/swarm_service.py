# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the specification of a service on the controller."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.errors import AnsibleActionFail, AnsibleError
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        arguments = dict(self._task.args)
        if arguments.get("src"):
            if arguments.get("spec"):
                raise AnsibleActionFail("src and spec are both given; leave one of them out.")
            # As it stands: what has braces is for Docker.
            arguments["spec"] = self._read(str(arguments["src"]))
        elif arguments.get("state", "present") == "present" and not arguments.get("spec"):
            raise AnsibleActionFail("spec is missing; give the specification, or a file with it as src.")
        detached = bool(self._task.async_val) and not self._connection.has_native_async
        result.update(
            self._execute_module(module_args=arguments, task_vars=task_vars or {}, wrap_async=detached or None)
        )
        if not detached:
            self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _read(self, src: str) -> dict[str, t.Any]:
        try:
            path = src if os.path.isabs(src) else self._find_needle("files", src)
            with open(path, encoding="utf-8") as file:
                found = json.load(file)
        except (OSError, AnsibleError) as error:
            raise AnsibleActionFail("src %s cannot be read: %s." % (src, str(error).rstrip("."))) from error
        except ValueError as error:
            raise AnsibleActionFail("src %s is no JSON: %s." % (src, error)) from error
        if not isinstance(found, dict):
            raise AnsibleActionFail("src %s is no ServiceSpec: it has no fields." % src)
        return found
