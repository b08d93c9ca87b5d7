# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls until a pod is what was asked for, or is gone; when time is up it says why not."""

from __future__ import annotations

from typing import Any, Callable

from ..diagnose import pod as pod_diagnosis
from ..diagnose import pod_stability
from ..diagnose.stability import Stay
from ..errors import MarathonError, WaitFailed
from . import overridden
from .pod_settled import PodSettled
from .polling import Evidence, Waits
from .sandbox import Outputs


class PodWaiter(Waits):
    """source answers pod_status(id), pod_version(id, version), deployments() and queue(), as the client does."""

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
        self._settled = PodSettled(source)

    def until_stable(
        self,
        pod_id: str,
        matches: Callable[[dict[str, Any]], bool],
        known: dict[str, Any] | None = None,
        deployment_id: str | None = None,
        healthy_for: float | None = 0.0,
        before: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The pod's status as soon as it runs as wanted.

        known is one just read, which saves the first request; before is the one from before the change. healthy_for is
        how long instances must stay up, None that of Stay.
        """
        watch = self._watch()
        stay = Stay(healthy_for, self._timeout, pod_stability.task_ids(before))
        read, seen = known, known

        def look(now: float) -> dict[str, Any] | None:
            nonlocal read, seen
            status, read = self._source.pod_status(pod_id) if read is None else read, None
            if status is None:
                raise overridden.deleted(pod_id)
            if not matches(status["spec"]):
                raise overridden.changed(pod_id)
            seen = status
            as_app = pod_stability.as_app(status)
            stay.see(as_app, now)
            if self._settled.holds(status) and not self._runs(deployment_id):
                remaining = stay.remaining(as_app, now)
                if not remaining:
                    return status
                watch.again_in(stay.pause(remaining))
            watch.say(f"{pod_id}: {pod_diagnosis.counts(status)}")
            return None

        def too_late(evidence: Evidence[tuple[list[Any], list[Any]]]) -> MarathonError:
            if seen is None and evidence.failure is not None:
                return evidence.failure
            return self._too_late(pod_id, seen or {}, stay, evidence)

        return watch.until(look, lambda: (self._source.queue(), self._deployments(pod_id)), too_late, pod_id)

    def until_gone(self, pod_id: str) -> None:
        """GET forgets the pod at once; its instances are gone when no deployment touches it any more."""
        watch = self._watch()
        pending: list[str] | None = None

        def look(_now: float) -> bool | None:
            nonlocal pending
            status = self._source.pod_status(pod_id)
            pending = [entry["id"] for entry in self._deployments(pod_id)]
            if status is not None:
                raise overridden.created_again(pod_id)
            if not pending:
                return True
            watch.say(f"{pod_id}: is being removed")
            return None

        def too_late(evidence: Evidence[None]) -> MarathonError:
            if pending is None and evidence.failure is not None:
                return evidence.failure
            reason = evidence.told(
                "an unreachable agent or a long killGracePeriodSeconds holds them; look at that deployment or raise "
                "wait_timeout"
            )
            return WaitFailed(
                f"the instances of {pod_id} are not gone after {self._timeout:g} s (deployment "
                f"{', '.join(pending or []) or 'not listed'}): {reason}",
                deployments=pending or [],
            )

        watch.until(look, lambda: None, too_late, pod_id)

    def _runs(self, deployment_id: str | None) -> bool:
        if deployment_id is None:
            return False
        return any(entry["id"] == deployment_id for entry in self._source.deployments())

    def _deployments(self, pod_id: str) -> list[dict[str, Any]]:
        return [entry for entry in self._source.deployments() if pod_id in entry.get("affectedPods", [])]

    def _too_late(
        self, pod_id: str, status: dict[str, Any], stay: Stay, evidence: Evidence[tuple[list[Any], list[Any]]]
    ) -> WaitFailed:
        items, deployments = evidence.found or ([], [])
        item = next((item for item in items if (item.get("pod") or {}).get("id") == pod_id), None)
        endings = stay.endings(pod_id)
        reasons = pod_diagnosis.explain(status, item, deployments[0] if deployments else None, endings)
        printed = self._outputs.of_failure(status["spec"], endings) if self._outputs else None
        if printed is not None:
            reasons.append(printed.sentence)
        return WaitFailed(
            f"{pod_id} is not deployed after {self._timeout:g} s ({pod_diagnosis.counts(status)}): "
            f"{evidence.told('. '.join(reasons))}",
            deployments=[entry["id"] for entry in deployments],
            termination_history=status.get("terminationHistory") or [],
            task_endings=endings.count,
            **({} if printed is None else {"task_output": printed.facts}),
        )
