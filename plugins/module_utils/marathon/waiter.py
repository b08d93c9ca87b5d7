# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls until an app is what was asked for, or is gone; when time is up it says why not."""

from __future__ import annotations

from typing import Any, Callable, Iterator

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import diagnosis, movement
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import Overridden, Unreachable, WaitFailed

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 3.0
_GROWTH = 1.4
# After a forced write the new deployment is listed only when the cancelled ones are gone.
_FORCED_SETTLE = 2.0


class Waiter:
    """source answers app(id), deployments() and queue(), as the client does."""

    def __init__(
        self,
        source: Any,
        timeout: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._source = source
        self._progress = progress
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep

    def until_deployed(
        self,
        app_id: str,
        matches: Callable[[dict[str, Any]], bool],
        known: dict[str, Any] | None = None,
        deployment_id: str | None = None,
        forced: bool = False,
        healthy: bool = True,
        replaced: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """The app as soon as it runs as wanted.

        known is an app just read, which saves the first request; replaced are the ids of tasks that have to go.
        """
        seen, app, error = known, known, None
        quiet = _Quiet(deployment_id, forced)
        for now in self._polls():
            if app is None:
                try:
                    app = self._source.app(app_id)
                except Unreachable as unreachable:
                    error = unreachable
                    self._say(f"{app_id}: Marathon does not answer")
                    continue
                if app is None:
                    raise Overridden(f"{app_id} was deleted by somebody else during the wait")
            if not matches(app):
                raise Overridden(
                    f"{app_id} was changed or rolled back by somebody else during the wait: it no longer has the "
                    "definition that was deployed; run again when that change is done"
                )
            if quiet.reached(app, settled(app, healthy, replaced), now):
                return app
            self._say_how_far(app)
            seen, app = app, None
        if seen is None and error is not None:
            raise error
        raise self._too_late(app_id, seen or {}, deployment_id)

    def until_gone(self, app_id: str) -> None:
        """GET forgets the app at once; its tasks are gone when no deployment touches it any more."""
        pending: list[dict[str, Any]] = []
        error = None
        for _now in self._polls():
            try:
                app = self._source.app(app_id)
                pending = [entry for entry in self._source.deployments() if app_id in entry.get("affectedApps", [])]
                error = None
            except Unreachable as unreachable:
                error = unreachable
                self._say(f"{app_id}: Marathon does not answer")
                continue
            if app is not None:
                raise Overridden(f"{app_id} was created again by somebody else during the wait")
            if not pending:
                return
            self._say(f"{app_id}: is being removed; {movement.of_deployment(pending[0])}")
        if error is not None:
            raise error
        ids = ", ".join(entry["id"] for entry in pending) or "not listed"
        raise WaitFailed(
            f"the instances of {app_id} are not gone after {self._timeout:g} s (deployment {ids}): an unreachable "
            "agent or a long kill grace period holds them; look at that deployment or raise wait_timeout"
        )

    def _say(self, line: str) -> None:
        if self._progress is not None:
            self._progress(line)

    def _say_how_far(self, app: dict[str, Any]) -> None:
        if self._progress is None:
            return
        try:
            deployments = self._source.deployments() if app.get("deployments") else []
        except Unreachable:
            deployments = []
        self._progress(movement.of_app(app, diagnosis.deployment_of(app, deployments)))

    def _polls(self) -> Iterator[float]:
        start = self._clock()
        pause = _FIRST_PAUSE
        while True:
            yield self._clock()
            left = start + self._timeout - self._clock()
            if left <= 0:
                return
            self._sleep(min(pause, left))
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)

    def _too_late(self, app_id: str, app: dict[str, Any], deployment_id: str | None) -> WaitFailed:
        listed = [entry["id"] for entry in app.get("deployments", [])]
        try:
            items, deployments = self._source.queue(), self._source.deployments()
        except Unreachable:
            reason = "and Marathon does not answer any more, so the cause is not known"
        else:
            since = app.get("versionInfo", {}).get("lastConfigChangeAt")
            queue_item = next((item for item in items if (item.get("app") or {}).get("id") == app_id), None)
            deployment = diagnosis.deployment_of(app, deployments)
            reasons = diagnosis.explain(app, queue_item, deployment, since)
            if deployment_id and not listed:
                reasons.insert(0, f"deployment {deployment_id} is over, or somebody cancelled it")
            reason = ". ".join(reasons)
        return WaitFailed(
            f"{app_id} is not deployed after {self._timeout:g} s ({diagnosis.counts(app)}): {reason}",
            deployments=listed,
            last_task_failure=app.get("lastTaskFailure"),
        )


def settled(app: dict[str, Any], healthy: bool = True, replaced: frozenset[str] = frozenset()) -> bool:
    """No deployment is left, and the counts prove what it was for: deployments also vanish when they are cancelled."""
    instances = app["instances"]
    if app.get("deployments") or app.get("tasksRunning") != instances:
        return False
    if healthy and app.get("healthChecks") and (app.get("tasksHealthy") != instances or app.get("tasksUnhealthy")):
        return False
    changed_at = app.get("versionInfo", {}).get("lastConfigChangeAt", "")
    tasks = app.get("tasks", [])
    return all(task.get("version", changed_at) >= changed_at and task.get("id") not in replaced for task in tasks)


class _Quiet:
    """Whether a settled app can be believed, which after a forced write takes a second look."""

    def __init__(self, deployment_id: str | None, forced: bool) -> None:
        self._deployment_id = deployment_id
        self._doubtful = forced
        self._since: float | None = None

    def reached(self, app: dict[str, Any], is_settled: bool, now: float) -> bool:
        if any(entry["id"] == self._deployment_id for entry in app.get("deployments", [])):
            self._doubtful = False
        if not is_settled:
            self._since = None
            return False
        if self._since is None:
            self._since = now
        return not self._doubtful or now - self._since >= _FORCED_SETTLE
