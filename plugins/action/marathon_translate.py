# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the definitions that are translated on the controller."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.validation import check_type_list
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.quorum.mesos.plugins.plugin_utils import definition_file, definition_set


class ActionModule(ActionBase):
    _supports_check_mode = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        variables = task_vars or {}
        arguments = self._arguments(variables)
        result.update(self._execute_module(module_args=arguments, task_vars=variables))
        self._remove_tmp_path(self._connection._shell.tmpdir)
        return result

    def _arguments(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        arguments = dict(self._task.args)
        src = arguments.pop("src", None)
        template = definition_file.wants_template(arguments)
        recurse = boolean(arguments.get("recurse", False), strict=False)
        if src is None:
            return arguments
        try:
            sources = list(check_type_list(src))
        except TypeError as error:
            raise AnsibleActionFail(f"src is a list: {error}") from None
        inline = list(arguments.get("definitions") or [])
        rules = definition_set.Rules(recurse=recurse, template=template)
        read, where, _blank = definition_set.read(self, sources, task_vars, rules)
        origins = [f"definitions[{index}]" for index in range(len(inline))]
        return {**arguments, "definitions": [*inline, *read], "origins": [*origins, *where]}
