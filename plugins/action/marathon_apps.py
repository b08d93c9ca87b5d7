# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the definitions of a set on the controller, and shows the progress of the wait."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.validation import check_type_list
from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.plugin_utils import definition_file, definition_set
from ansible_collections.quorum.mesos.plugins.plugin_utils.waiting import WaitingAction


class ActionModule(WaitingAction):
    def arguments(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        arguments = super().arguments(task_vars)
        sources = _listed(arguments.pop("src", None), "src")
        inline = _listed(arguments.get("definitions"), "definitions")
        origins = [f"definitions[{index}]" for index in range(len(inline))]
        names = ("recurse", "prune", "allow_empty")
        switches = [boolean(arguments.get(name, False), strict=False) for name in names]
        rules = definition_set.Rules(*switches, template=definition_file.wants_template(arguments))
        read, where, blank = definition_set.read(self, sources, task_vars, rules)
        return {**arguments, "definitions": [*inline, *read], "origins": [*origins, *where], "blank": blank}


def _listed(value: t.Any, name: str) -> list[t.Any]:
    if value is None:
        return []
    try:
        return list(check_type_list(value))
    except TypeError as error:
        raise AnsibleActionFail(f"{name} is a list: {error}") from None
