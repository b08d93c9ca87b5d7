# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Polls until a pod is what was asked for, or is gone; when time is up it says why not."""

from __future__ import annotations

from typing import Any, Callable, Iterator

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import pod_diagnosis, pod_normalise
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import Overridden, Unreachable, WaitFailed

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 3.0
_GROWTH = 1.4


class PodWaiter:
    """source answers pod_status(id), pod_version(id, version), deployments() and queue(), as the client does."""

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
        self._same: dict[str, bool] = {}

    def until_stable(
        self,
        pod_id: str,
        matches: Callable[[dict[str, Any]], bool],
        known: dict[str, Any] | None = None,
        deployment_id: str | None = None,
    ) -> dict[str, Any]:
        """The pod's status as soon as it runs as wanted. known is one just read, which saves the first request."""
        seen, status, error = known, known, None
        for _now in self._polls():
            try:
                if status is None:
                    status = self._source.pod_status(pod_id)
                    if status is None:
                        raise Overridden(f"{pod_id} was deleted by somebody else during the wait")
                if not matches(status["spec"]):
                    raise Overridden(
                        f"{pod_id} was changed or rolled back by somebody else during the wait: it no longer has the "
                        "definition that was deployed; run again when that change is done"
                    )
                if self._settled(status) and not self._runs(deployment_id):
                    return status
                error = None
            except Unreachable as unreachable:
                error = unreachable
                self._say(f"{pod_id}: Marathon does not answer")
            if status is not None:
                self._say(f"{pod_id}: {pod_diagnosis.counts(status)}")
                seen, status = status, None
        if seen is None and error is not None:
            raise error
        raise self._too_late(pod_id, seen or {})

    def until_gone(self, pod_id: str) -> None:
        """GET forgets the pod at once; its instances are gone when no deployment touches it any more."""
        pending: list[str] = []
        error = None
        for _now in self._polls():
            try:
                status = self._source.pod_status(pod_id)
                pending = [entry["id"] for entry in self._deployments(pod_id)]
                error = None
            except Unreachable as unreachable:
                error = unreachable
                self._say(f"{pod_id}: Marathon does not answer")
                continue
            if status is not None:
                raise Overridden(f"{pod_id} was created again by somebody else during the wait")
            if not pending:
                return
            self._say(f"{pod_id}: is being removed")
        if error is not None:
            raise error
        raise WaitFailed(
            f"the instances of {pod_id} are not gone after {self._timeout:g} s (deployment "
            f"{', '.join(pending) or 'not listed'}): an unreachable agent or a long killGracePeriodSeconds holds "
            "them; look at that deployment or raise wait_timeout",
            deployments=pending,
        )

    def _say(self, line: str) -> None:
        if self._progress is not None:
            self._progress(line)

    def _settled(self, status: dict[str, Any]) -> bool:
        """Marathon calls a pod stable while old instances run, and keeps those that a change only counted anew."""
        spec, instances = status["spec"], status.get("instances") or []
        wanted = pod_normalise.instances(pod_normalise.canonical(spec))
        return (
            len(instances) == wanted
            and all(instance.get("status") == "STABLE" for instance in instances)
            and all(self._is_current(spec, instance) for instance in instances)
        )

    def _is_current(self, spec: dict[str, Any], instance: dict[str, Any]) -> bool:
        version = str(instance.get("specReference", "")).rpartition("/")[2]
        if not version or version == spec.get("version"):
            return True
        key = f"{version} {spec.get('version')}"
        if key not in self._same:
            old = self._source.pod_version(spec["id"], version)
            # Marathon keeps many versions: one that it has forgotten is not the one that is being replaced.
            self._same[key] = old is None or not pod_normalise.differs(
                pod_normalise.canonical(old), pod_normalise.canonical(spec)
            )
        return self._same[key]

    def _runs(self, deployment_id: str | None) -> bool:
        if deployment_id is None:
            return False
        return any(entry["id"] == deployment_id for entry in self._source.deployments())

    def _deployments(self, pod_id: str) -> list[dict[str, Any]]:
        return [entry for entry in self._source.deployments() if pod_id in entry.get("affectedPods", [])]

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

    def _too_late(self, pod_id: str, status: dict[str, Any]) -> WaitFailed:
        ids: list[str] = []
        try:
            items, deployments = self._source.queue(), self._deployments(pod_id)
        except Unreachable:
            reason = "and Marathon does not answer any more, so the cause is not known"
        else:
            ids = [entry["id"] for entry in deployments]
            item = next((item for item in items if (item.get("pod") or {}).get("id") == pod_id), None)
            reason = ". ".join(pod_diagnosis.explain(status, item, deployments[0] if deployments else None))
        return WaitFailed(
            f"{pod_id} is not deployed after {self._timeout:g} s ({pod_diagnosis.counts(status)}): {reason}",
            deployments=ids,
            termination_history=status.get("terminationHistory") or [],
        )
