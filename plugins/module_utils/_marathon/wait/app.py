# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls until an app is what was asked for, or is gone; when time is up it says why not."""

from __future__ import annotations

from typing import Any, Callable

from ..diagnose import app as app_diagnosis
from ..diagnose import offers as offer_diagnosis
from ..diagnose.stability import Stay
from ..errors import MarathonError, Unreachable, WaitFailed
from . import overridden, status_line
from .polling import Evidence, Waits, Watch
from .sandbox import Outputs

# After a forced write the new deployment is listed only when the cancelled ones are gone.
FORCED_SETTLE = 2.0


class Waiter(Waits):
    """source answers app(id), deployments() and queue(), as the client does; outputs are what its tasks printed."""

    def __init__(
        self,
        source: Any,
        timeout: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        progress: Callable[[str], None] | None = None,
        outputs: Outputs | None = None,
    ) -> None:
        super().__init__(source, timeout, clock, sleep, progress)
        self._outputs = outputs

    def until_deployed(
        self,
        app_id: str,
        matches: Callable[[dict[str, Any]], bool],
        known: dict[str, Any] | None = None,
        deployment_id: str | None = None,
        forced: bool = False,
        healthy: bool = True,
        replaced: frozenset[str] = frozenset(),
        healthy_for: float | None = 0.0,
        before: frozenset[str] = frozenset(),
    ) -> dict[str, Any]:
        """The app as soon as it runs as wanted.

        known is an app just read, which saves the first request; replaced are the ids of tasks that have to go; before
        are those from before the change. healthy_for is how long instances must stay up, None that of Stay.
        """
        watch = self._watch()
        quiet = _Quiet(deployment_id, forced)
        stay = Stay(healthy_for, self._timeout, before)
        read, seen = known, known

        def look(now: float) -> dict[str, Any] | None:
            nonlocal read, seen
            app = self._source.app(app_id) if read is None else read
            read = None
            if app is None:
                raise overridden.deleted(app_id)
            if not matches(app):
                raise overridden.changed(app_id)
            seen = app
            stay.see(app, now)
            is_settled = settled(app, healthy, replaced)
            remaining = stay.remaining(app, now) if is_settled else 0.0
            if quiet.reached(app, is_settled, now) and not remaining:
                return app
            if remaining:
                watch.again_in(stay.pause(remaining))
            self._say_how_far(watch, app)
            return None

        def too_late(evidence: Evidence[tuple[list[Any], list[Any]]]) -> MarathonError:
            if seen is None and evidence.failure is not None:
                return evidence.failure
            return self._too_late(app_id, seen or {}, deployment_id, stay, evidence)

        return watch.until(look, lambda: (self._source.queue(), self._source.deployments()), too_late, app_id)

    def until_gone(self, app_id: str) -> None:
        """GET forgets the app at once; its tasks are gone when no deployment touches it any more."""
        watch = self._watch()

        def pending() -> list[dict[str, Any]]:
            return [entry for entry in self._source.deployments() if app_id in entry.get("affectedApps", [])]

        left: list[dict[str, Any]] | None = None

        def look(_now: float) -> bool | None:
            nonlocal left
            app = self._source.app(app_id)
            left = pending()
            if app is not None:
                raise overridden.created_again(app_id)
            if not left:
                return True
            watch.say(f"{app_id}: is being removed; {status_line.of_deployment(left[0])}")
            return None

        def too_late(evidence: Evidence[None]) -> MarathonError:
            if left is None and evidence.failure is not None:
                return evidence.failure
            ids = [entry["id"] for entry in left or []]
            reason = evidence.told(
                "an unreachable agent or a long kill grace period holds them; look at that deployment or raise "
                "wait_timeout"
            )
            return WaitFailed(
                f"the instances of {app_id} are not gone after {self._timeout:g} s (deployment "
                f"{', '.join(ids) or 'not listed'}): {reason}",
                deployments=ids,
            )

        watch.until(look, lambda: None, too_late, app_id)

    def announce(self, line: str) -> None:
        if self._progress is not None:
            self._progress(line)

    def _say_how_far(self, watch: Watch, app: dict[str, Any]) -> None:
        if self._progress is None:
            return
        try:
            deployments = self._source.deployments() if app.get("deployments") else []
        except Unreachable:
            deployments = []
        watch.say(status_line.of_app(app, app_diagnosis.deployment_of(app, deployments)))

    def _too_late(
        self,
        app_id: str,
        app: dict[str, Any],
        deployment_id: str | None,
        stay: Stay,
        evidence: Evidence[tuple[list[Any], list[Any]]],
    ) -> WaitFailed:
        listed = [entry["id"] for entry in app.get("deployments", [])]
        items, deployments = evidence.found or ([], [])
        queue_item = next((item for item in items if (item.get("app") or {}).get("id") == app_id), None)
        endings = stay.endings(app_id)
        reasons = app_diagnosis.explain(
            app, queue_item, app_diagnosis.deployment_of(app, deployments), app_diagnosis.changed_at(app), endings
        )
        if deployment_id and not listed and not endings.count:
            reasons.insert(0, f"deployment {deployment_id} is over, or somebody cancelled it")
        printed = self._outputs.of_failure(app, endings) if self._outputs else None
        if printed is not None:
            reasons.append(printed.sentence)
        return WaitFailed(
            f"{app_id} is not deployed after {self._timeout:g} s ({app_diagnosis.counts(app)}): "
            f"{evidence.told('. '.join(reasons))}",
            deployments=listed,
            last_task_failure=app.get("lastTaskFailure"),
            task_endings=endings.count,
            held_by=offer_diagnosis.is_held({**app, "tasks": app.get("tasks") or []}, queue_item),
            **({} if printed is None else {"task_output": printed.facts}),
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
        return not self._doubtful or now - self._since >= FORCED_SETTLE
