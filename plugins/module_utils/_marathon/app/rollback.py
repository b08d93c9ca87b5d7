# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes back a deployment of one app that did not come to its end, and sees that it is taken back."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, Callable

from ..api import repeat
from ..api.client import Client
from ..definition import app as app_definition
from ..definition.schema import Release
from ..diagnose import app as app_diagnosis
from ..errors import MarathonError, Missing, Overridden, WriteUncertain, looking_after
from ..plan import app as app_plan
from ..plan.app import Wanted
from ..wait.app import Waiter

# What was done.
CANCELLED = "cancelled"
RESTORED = "restored"
REMOVED = "removed"
NOTHING = "none"


class Rollback:
    """before is the app as it was before the write, None if the write created it; ours tells what the write made."""

    def __init__(
        self,
        client: Client,
        waiter: Waiter,
        sleep: Callable[[float], None],
        app_id: str,
        before: dict[str, Any] | None,
        ours: Callable[[dict[str, Any]], bool],
        release: Release,
    ) -> None:
        self._client = client
        self._waiter = waiter
        self._sleep = sleep
        self._app_id = app_id
        self._before = before
        self._ours = ours
        self._release = release
        self._wanted = None if before is None else Wanted(app_definition.declared(before))

    def run(self, deployment_id: str | None) -> tuple[str, dict[str, Any]]:
        """A sentence, and the facts: what was done, the deployment that does it, whether it is confirmed."""
        facts: dict[str, Any] = {"action": NOTHING, "deployment_id": None, "confirmed": False}
        try:
            facts["action"], facts["deployment_id"] = self._undo(deployment_id)
            sentence = self._confirmed(facts["deployment_id"])
        except MarathonError as error:
            if facts["action"] == NOTHING:
                known = not isinstance(error, WriteUncertain)
                return f"It {'could not be' if known else 'may not have been'} rolled back: {error}", facts
            return f"The rollback was started ({_deed(facts)}), but is not confirmed: {error}", facts
        facts["confirmed"] = True
        return f"It was rolled back ({_deed(facts)}): {sentence}", facts

    def _undo(self, deployment_id: str | None) -> tuple[str, str | None]:
        lost: WriteUncertain | None = None
        for _try in range(repeat.TRIES - 1):
            try:
                return self._try_to_undo(deployment_id, lost)
            except WriteUncertain as error:
                lost = error
            except Missing:
                # The deployment has ended meanwhile: the next look tells.
                pass
            self._sleep(repeat.PAUSE)
        return self._try_to_undo(deployment_id, lost)

    def _try_to_undo(self, deployment_id: str | None, lost: WriteUncertain | None) -> tuple[str, str | None]:
        with nullcontext() if lost is None else looking_after(lost):
            app = self._client.app(self._app_id)
        if app is None:
            if self._before is None:
                return REMOVED, None
            raise Overridden(f"{self._app_id} was deleted concurrently")
        if not self._ours(app):
            if self._is_as_before(app):
                return RESTORED, None
            raise Overridden(f"{self._app_id} was modified concurrently")
        running = self._running(app, deployment_id)
        if running is not None:
            return CANCELLED, self._client.delete_deployment(running, force=False)
        if self._before is None:
            return REMOVED, self._client.delete_app(self._app_id, force=False)
        version = {"version": self._before["version"]}
        return RESTORED, self._client.put_app(self._app_id, version, partial=True, force=False)

    def _running(self, app: dict[str, Any], deployment_id: str | None) -> str | None:
        """The deployment of the write, where it still runs. Without its id it is the only one of this app alone."""
        listed = [entry["id"] for entry in app.get("deployments") or []]
        if deployment_id is not None or len(listed) != 1:
            return deployment_id if deployment_id in listed else None
        affected = [entry.get("affectedApps") for entry in self._client.deployments() if entry["id"] == listed[0]]
        return listed[0] if affected == [[self._app_id]] else None

    def _is_as_before(self, app: dict[str, Any]) -> bool:
        return self._wanted is not None and not app_plan.plan_present(self._wanted, app, self._release).changed

    def _confirmed(self, deployment_id: str | None) -> str:
        if self._before is None:
            self._waiter.until_gone(self._app_id)
            return f"{self._app_id} is removed again"
        app = self._waiter.until_deployed(
            self._app_id,
            matches=self._is_as_before,
            deployment_id=deployment_id,
            # Marathon cancels and starts anew, as for a forced write.
            forced=True,
            healthy=False,
        )
        return f"{self._app_id} has its previous definition again ({app_diagnosis.counts(app)})"


def _deed(facts: dict[str, Any]) -> str:
    deed = {
        CANCELLED: "its deployment was cancelled",
        RESTORED: "its previous version was restored",
        REMOVED: "it was removed",
    }[facts["action"]]
    return f"{deed} by deployment {facts['deployment_id']}" if facts["deployment_id"] else deed
