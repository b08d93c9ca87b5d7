# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the definition of an app on the controller, and shows the progress of the wait."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import docker_forms
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.plugin_utils.definition_action import DefinitionAction


class ActionModule(DefinitionAction):
    def arguments(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        try:
            docker_forms.refuse_options(self._task.args)
        except DefinitionError as error:
            raise AnsibleActionFail(str(error)) from None
        return super().arguments(task_vars)
