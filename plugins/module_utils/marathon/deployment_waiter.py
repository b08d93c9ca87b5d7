# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls until deployments are over, in whatever way; when time is up it says what they wait for."""

from __future__ import annotations

from typing import Any, Callable

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import diagnosis, movement, pod_diagnosis
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import Unreachable, WaitFailed
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.polling import polls

_EXPLAINED = 5


class DeploymentWaiter:
    """source answers deployments(), queue(), app(id) and pod_status(id), as the client does."""

    def __init__(
        self,
        source: Any,
        timeout: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        progress: Callable[[str], None] | None = None,
    ) -> None:
        self._source = source
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._progress = progress

    def until_over(
        self,
        pending: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
        known: list[dict[str, Any]] | None = None,
    ) -> None:
        """pending picks those that are waited for out of all that run; known are the running ones if just read."""
        left: list[dict[str, Any]] = []
        error = None
        for _now in polls(self._timeout, self._clock, self._sleep):
            try:
                left = pending(self._source.deployments() if known is None else known)
                error = None
            except Unreachable as unreachable:
                error = unreachable
                self._say("Marathon does not answer")
                continue
            if not left:
                return
            known = None
            self._say("; ".join(f"{', '.join(affected(entry))}: {movement.of_deployment(entry)}" for entry in left))
        if error is not None:
            raise error
        raise self._too_late(left)

    def _say(self, line: str) -> None:
        if self._progress is not None:
            self._progress(line)

    def _too_late(self, left: list[dict[str, Any]]) -> WaitFailed:
        reasons = self._reasons(left)
        told = "; ".join(
            f"deployment {entry['id']} of {', '.join(affected(entry))} is at {movement.of_deployment(entry)}"
            for entry in left[:_EXPLAINED]
        )
        more = f"; and {len(left) - _EXPLAINED} more" if len(left) > _EXPLAINED else ""
        why = "".join(f". {one['id']} ({one['counts']}): {one['reason']}" for one in reasons)
        return WaitFailed(
            f"not over after {self._timeout:g} s: {told}{more}{why}",
            deployments=[entry["id"] for entry in left],
            hanging=reasons,
        )

    def _reasons(self, left: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of what is worked on at the moment, or, before the first step, of all that is to be."""
        found = []
        try:
            queue = {(item.get("app") or item.get("pod") or {}).get("id"): item for item in self._source.queue()}
            for entry in left:
                current = entry.get("currentActions") or []
                apps = [one["app"] for one in current if one.get("app")] or entry.get("affectedApps") or []
                pods = [one["pod"] for one in current if one.get("pod")] or entry.get("affectedPods") or []
                found += [self._of_app(name, queue.get(name), entry) for name in sorted(apps)[:_EXPLAINED]]
                found += [self._of_pod(name, queue.get(name), entry) for name in sorted(pods)[:_EXPLAINED]]
        except Unreachable:
            # Which deployments hang is known all the same.
            pass
        return [one for one in found if one is not None][:_EXPLAINED]

    def _of_app(self, app_id: str, item: dict[str, Any] | None, deployment: dict[str, Any]) -> dict[str, Any] | None:
        app = self._source.app(app_id)
        if app is None:
            return None
        since = (app.get("versionInfo") or {}).get("lastConfigChangeAt")
        reasons = diagnosis.explain(app, item, deployment, since)
        return {"id": app_id, "counts": diagnosis.counts(app), "reason": ". ".join(reasons)}

    def _of_pod(self, pod_id: str, item: dict[str, Any] | None, deployment: dict[str, Any]) -> dict[str, Any] | None:
        status = self._source.pod_status(pod_id)
        if status is None:
            return None
        reasons = pod_diagnosis.explain(status, item, deployment)
        return {"id": pod_id, "counts": pod_diagnosis.counts(status), "reason": ". ".join(reasons)}


def affected(deployment: dict[str, Any]) -> list[str]:
    """The apps and pods that it changes."""
    return sorted([*(deployment.get("affectedApps") or []), *(deployment.get("affectedPods") or [])])
