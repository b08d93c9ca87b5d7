# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The action plugin of a module that takes one definition: reads it on the controller, and shows the progress."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.files import (
    definitions as definition_files,
)
from ansible_collections.quorum.mesos.plugins.plugin_utils import definition_file
from ansible_collections.quorum.mesos.plugins.plugin_utils.waiting import WaitingAction


class DefinitionAction(WaitingAction):
    def arguments(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        arguments = super().arguments(task_vars)
        src = arguments.pop("src", None)
        template = definition_file.wants_template(arguments)
        if src is None:
            return arguments
        if arguments.get("definition") is not None:
            raise AnsibleActionFail("definition and src contradict each other: give one of them")
        path = definition_file.find(self, src)
        value = definition_file.read(self, path, task_vars, template)
        try:
            return {**arguments, "definition": definition_files.definition_in(value, path)}
        except DefinitionError as error:
            raise AnsibleActionFail(str(error)) from None
