# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls until deployments are over, in whatever way; when time is up it says what they wait for."""

from __future__ import annotations

from typing import Any, Callable

from ..diagnose import app as app_diagnosis
from ..diagnose import pod as pod_diagnosis
from ..errors import MarathonError, WaitFailed
from . import status_line
from .polling import Evidence, Waits

_EXPLAINED = 5


class DeploymentWaiter(Waits):
    """source answers deployments(), queue(), app(id) and pod_status(id), as the client does."""

    def until_over(
        self,
        pending: Callable[[list[dict[str, Any]]], list[dict[str, Any]]],
        known: list[dict[str, Any]] | None = None,
    ) -> None:
        """pending picks those that are waited for out of all that run; known are the running ones if just read."""
        watch = self._watch()
        read = known
        left: list[dict[str, Any]] | None = None

        def look(_now: float) -> bool | None:
            nonlocal read, left
            listed, read = self._source.deployments() if read is None else read, None
            left = pending(listed)
            if not left:
                return True
            watch.say("; ".join(f"{', '.join(affected(entry))}: {status_line.of_deployment(entry)}" for entry in left))
            return None

        def too_late(evidence: Evidence[list[dict[str, Any]]]) -> MarathonError:
            if left is None and evidence.failure is not None:
                return evidence.failure
            return self._too_late(left or [], evidence)

        watch.until(look, lambda: self._reasons(left or []), too_late)

    def _too_late(self, left: list[dict[str, Any]], evidence: Evidence[list[dict[str, Any]]]) -> WaitFailed:
        ids = {entry["id"] for entry in left}
        # One that was read before may be over since.
        reasons = [one for one in evidence.found or [] if one["deployment"] in ids]
        told = "; ".join(
            f"deployment {entry['id']} of {', '.join(affected(entry))} is at {status_line.of_deployment(entry)}"
            for entry in left[:_EXPLAINED]
        )
        more = f"; and {len(left) - _EXPLAINED} more" if len(left) > _EXPLAINED else ""
        why = "".join(f". {one['id']} ({one['counts']}): {one['reason']}" for one in reasons)
        return WaitFailed(
            f"not over after {self._timeout:g} s: {evidence.told(f'{told}{more}{why}')}",
            deployments=[entry["id"] for entry in left],
            hanging=[{name: value for name, value in one.items() if name != "deployment"} for one in reasons],
        )

    def _reasons(self, left: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Of what is worked on at the moment, or, before the first step, of all that is to be."""
        found = []
        queue = {(item.get("app") or item.get("pod") or {}).get("id"): item for item in self._source.queue()}
        for entry in left:
            current = entry.get("currentActions") or []
            apps = [one["app"] for one in current if one.get("app")] or entry.get("affectedApps") or []
            pods = [one["pod"] for one in current if one.get("pod")] or entry.get("affectedPods") or []
            told = [self._of_app(name, queue.get(name), entry) for name in sorted(apps)[:_EXPLAINED]]
            told += [self._of_pod(name, queue.get(name), entry) for name in sorted(pods)[:_EXPLAINED]]
            found += [{**one, "deployment": entry["id"]} for one in told if one is not None]
        return found[:_EXPLAINED]

    def _of_app(self, app_id: str, item: dict[str, Any] | None, deployment: dict[str, Any]) -> dict[str, Any] | None:
        app = self._source.app(app_id)
        if app is None:
            return None
        reasons = app_diagnosis.explain(app, item, deployment, app_diagnosis.changed_at(app))
        return {"id": app_id, "counts": app_diagnosis.counts(app), "reason": ". ".join(reasons)}

    def _of_pod(self, pod_id: str, item: dict[str, Any] | None, deployment: dict[str, Any]) -> dict[str, Any] | None:
        status = self._source.pod_status(pod_id)
        if status is None:
            return None
        reasons = pod_diagnosis.explain(status, item, deployment)
        return {"id": pod_id, "counts": pod_diagnosis.counts(status), "reason": ". ".join(reasons)}


def affected(deployment: dict[str, Any]) -> list[str]:
    """The apps and pods that it changes."""
    return sorted([*(deployment.get("affectedApps") or []), *(deployment.get("affectedPods") or [])])
