# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Picks deployments, waits for them, ends them or has them undone, and reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from ..api import repeat
from ..api.client import Client
from ..api.resource import holder
from ..definition.apps import group_path, inside
from ..definition.values import absolute_id
from ..errors import MarathonError, Missing, say_written
from ..wait.deployment import DeploymentWaiter, affected

FINISHED = "finished"
CANCELLED = "cancelled"
ROLLED_BACK = "rolled_back"

_DEEDS = {CANCELLED: "The cancellation", ROLLED_BACK: "The rollback"}


@dataclass(frozen=True)
class Selection:
    """Exactly one of them is given."""

    ids: tuple[str, ...] | None = None
    app_id: str | None = None
    group_id: str | None = None

    def of(self, deployments: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [entry for entry in deployments if self._has(entry)]

    def _has(self, deployment: dict[str, Any]) -> bool:
        if self.ids is not None:
            return deployment["id"] in self.ids
        if self.app_id is not None:
            return self.app_id in affected(deployment)
        group_id = self.group_id or "/"
        return any(inside(name, group_id) for name in affected(deployment)) or group_id == "/"


def selection(ids: list[str] | None, app_id: str | None, group_id: str | None) -> Selection:
    if ids is not None:
        return Selection(ids=tuple(ids))
    if app_id is not None:
        return Selection(app_id=absolute_id(app_id, "app"))
    return Selection(group_id=group_path(str(group_id), "group"))


class DeploymentRunner:
    def __init__(
        self,
        client: Client,
        waiter: DeploymentWaiter,
        selected: Selection,
        state: str,
        wait: bool,
        sleep: Callable[[float], None],
    ) -> None:
        self._client = client
        self._waiter = waiter
        self._selected = selected
        self._state = state
        self._wait = wait
        self._sleep = sleep
        self._undoing: list[str] = []

    def run(self, check_mode: bool) -> dict[str, Any]:
        running = self._client.deployments()
        found = self._selected.of(running)
        doomed = [] if self._state == FINISHED else found
        result = self._described(found, doomed)
        if not check_mode:
            ended: list[str] = []
            try:
                ended += (entry["id"] for entry in doomed if self._end(entry, running))
                result["changed"] = bool(ended)
                if self._wait:
                    self._until_over(running, found)
            except MarathonError as error:
                if ended:
                    say_written(error, self._undoing, _DEEDS[self._state])
                error.facts = {**error.facts, **result, **self._counted()}
                raise
        return {**result, **self._counted()}

    def _end(self, entry: dict[str, Any], before: list[dict[str, Any]]) -> bool:
        """Whether this run has ended it; False where it was over first."""

        def left(deployment_id: str) -> str | None:
            running = self._client.deployments()
            if deployment_id in {one["id"] for one in running}:
                return deployment_id
            self._undoing += _newcomers(running, before, entry)
            return None

        return repeat.written(self._send, entry["id"], left, self._sleep) is not False

    def _send(self, deployment_id: str) -> bool:
        try:
            new = self._client.delete_deployment(deployment_id, force=self._state == CANCELLED)
        except Missing:
            return False
        if new:
            self._undoing.append(new)
        return True

    def _until_over(self, running: list[dict[str, Any]], found: list[dict[str, Any]]) -> None:
        if self._state == FINISHED:
            self._waiter.until_over(self._selected.of, known=running)
        elif found:
            awaited = {*self._undoing, *(entry["id"] for entry in found)}
            self._waiter.until_over(lambda listed: [entry for entry in listed if entry["id"] in awaited])

    def _described(self, found: list[dict[str, Any]], doomed: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "changed": bool(doomed),
            "deployments": [_description(entry) for entry in found],
            "diff": {
                "before": {"deployments": {entry["id"]: affected(entry) for entry in doomed}},
                "after": {"deployments": {}},
            },
        }

    def _counted(self) -> dict[str, Any]:
        return {"rollback_deployment_ids": list(self._undoing), "requests": self._client.requests}


def _newcomers(running: list[dict[str, Any]], before: list[dict[str, Any]], undone: dict[str, Any]) -> list[str]:
    """What works on the same apps and was not there before: the deployment whose id got lost with the answer."""
    old = {entry["id"] for entry in before}
    same = set(affected(undone))
    return [entry["id"] for entry in running if entry["id"] not in old and same & set(affected(entry))]


def _description(deployment: dict[str, Any]) -> dict[str, Any]:
    actions = [
        f"{action.get('action')} {action.get('app') or action.get('pod')}"
        for action in deployment.get("currentActions") or []
    ]
    return {**holder(deployment), "actions": sorted(actions), "version": deployment.get("version")}
