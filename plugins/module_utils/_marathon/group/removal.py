# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removes a group with all that is in it."""

from __future__ import annotations

from typing import Any, Callable

from .. import secrets, snapshot
from ..api import repeat
from ..api.client import Client
from ..apps import report as set_report
from ..check import locks
from ..definition import app as app_definition
from ..errors import MarathonError, say_written
from ..plan import app as app_plan
from ..report import answer
from ..snapshot import Tree
from ..wait.deployment import DeploymentWaiter, affected
from . import tree as group_tree
from .run import GroupOptions


class GroupRemoval:
    def __init__(
        self, client: Client, options: GroupOptions, waiter: DeploymentWaiter, sleep: Callable[[float], None]
    ) -> None:
        self._client = client
        self._options = options
        self._waiter = waiter
        self._sleep = sleep
        self._group_id = group_tree.checked_id(options.group_id, options.definition)
        self._deployments: list[str] = []

    def run(self, check_mode: bool) -> dict[str, Any]:
        info = self._client.group(self._group_id, snapshot.embed(False))
        tree = snapshot.read(info)
        result = self._described(info, tree)
        if info is not None:
            try:
                if not self._options.force:
                    locks.refuse_held(self._client, tree.apps.values(), tree.pods)
                if check_mode:
                    return {**result, "msg": self._plan(tree), **self._counted()}
                self._delete()
                if self._options.wait:
                    gone = {*tree.apps, *tree.pods}
                    self._waiter.until_over(lambda listed: [one for one in listed if gone.intersection(affected(one))])
            except MarathonError as error:
                error.facts = {**set_report.of_failure(result), **self._counted(), **error.facts}
                if self._deployments:
                    say_written(error, self._deployments, "The removal")
                raise
        return {**result, "msg": self._answer(info is not None), **self._counted()}

    def _plan(self, tree: Tree) -> str:
        actions = dict.fromkeys([*tree.apps, *tree.pods], app_plan.DELETED)
        return answer.plan(actions, 0, len(tree.groups), self._group_id)

    def _answer(self, existed: bool) -> str:
        if not existed:
            return answer.of_nothing(self._group_id)
        if not self._options.wait:
            return answer.not_waited(self._group_id, app_plan.DELETED, self._deployments)
        return answer.of_nothing(self._group_id, self._waiter.took())

    def _delete(self) -> None:
        def left(group_id: str) -> str | None:
            return None if self._client.group(group_id) is None else group_id

        repeat.written(self._send, self._group_id, left, self._sleep)

    def _send(self, group_id: str) -> None:
        deployment = self._client.delete_group(group_id, self._options.force)
        if deployment:
            self._deployments.append(deployment)

    def _described(self, info: dict[str, Any] | None, tree: Tree) -> dict[str, Any]:
        return {
            "changed": info is not None,
            "action": app_plan.NONE if info is None else app_plan.DELETED,
            "restarts": False,
            "apps": [{"id": name, "action": app_plan.DELETED, "restarts": False} for name in sorted(tree.apps)],
            "groups": [
                {"id": name, "action": app_plan.DELETED, "dependencies": group.get("dependencies") or []}
                for name, group in sorted(tree.groups.items())
            ],
            "pods": sorted(tree.pods),
            "group": None,
            "previous_version": None if info is None else info.get("version"),
            "diff": [
                {
                    "before": secrets.mask(app_definition.canonical(app), self._options.secret_names),
                    "after": {},
                    "before_header": name,
                    "after_header": name,
                }
                for name, app in sorted(tree.apps.items())
            ],
        }

    def _counted(self) -> dict[str, Any]:
        return {"deployment_ids": list(self._deployments), "requests": self._client.requests}
