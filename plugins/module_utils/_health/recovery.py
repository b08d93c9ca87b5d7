# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether apps and pods have again as many ready instances as before work on a host."""

from __future__ import annotations

import typing as t

from .._marathon.diagnose import app as app_diagnosis
from .._marathon.diagnose import pod as pod_diagnosis
from .._marathon.errors import MarathonError, Unexpected, WaitFailed
from .._marathon.wait.polling import Evidence, Watch
from . import workloads

_EMBED = ("apps.tasks", "apps.counts", "apps.deployments", "apps.lastTaskFailure")
_FIRST_WITH_PODS = (1, 4)
Row = t.Mapping[str, t.Any]


def ready(row: Row) -> int:
    """Pure: the instances of an app or pod that serve; more than it should have do not count."""
    up = row["running"] if row["healthy"] is None else row["healthy"]
    return int(min(up, row["instances"]))


def missing(before: t.Mapping[str, int], rows: t.Iterable[Row]) -> dict[str, str]:
    """Pure: what has fewer ready instances than before, in words by its id.

    What was removed or scaled down meanwhile is someone's decision, and what was not ready before is not waited for.
    """
    return {
        row["id"]: "%d of %d ready" % (ready(row), row["instances"])
        for row in rows
        if ready(row) < min(before.get(row["id"], 0), row["instances"])
    }


class Recovery:
    def __init__(self, client: t.Any, clock: t.Callable[[], float], sleep: t.Callable[[float], None]) -> None:
        self._client = client
        self._clock = clock
        self._sleep = sleep
        self._pods = True

    def before(self) -> dict[str, int]:
        return {row["id"]: ready(row) for row in self._rows()}

    def wait(self, before: t.Mapping[str, int], timeout: float) -> None:
        """Until nothing is missing; WaitFailed says what is and why."""
        last: dict[str, str] = {}

        def look(_now: float) -> bool | None:
            # A look that fails leaves what was known before.
            now = missing(before, self._rows())
            last.clear()
            last.update(now)
            return None if last else True

        def too_late(evidence: Evidence[str]) -> WaitFailed:
            if not last:
                return WaitFailed(
                    "after %g s it is not known whether the apps have recovered: %s" % (timeout, evidence.failure)
                )
            told = evidence.told(evidence.found or "; ".join("%s (%s)" % one for one in sorted(last.items())))
            return WaitFailed("after %g s these have not recovered: %s" % (timeout, told), apps=sorted(last))

        watch = Watch(self._client, timeout, self._clock, self._sleep)
        watch.until(look, lambda: "; ".join(self._why(name, words) for name, words in sorted(last.items())), too_late)

    def _rows(self) -> list[dict[str, t.Any]]:
        return [*workloads.apps(self._client.apps(embed=list(_EMBED))), *workloads.pods(self._statuses())]

    def _statuses(self) -> list[dict[str, t.Any]]:
        if not self._pods:
            return []
        try:
            return list(self._client.pod_statuses())
        except Unexpected:
            if self._client.release() >= _FIRST_WITH_PODS:
                raise
            self._pods = False
            return []

    def _why(self, name: str, words: str) -> str:
        try:
            return "%s (%s: %s)" % (name, words, ". ".join(self._reasons(name)))
        except MarathonError as error:
            return "%s (%s; %s)" % (name, words, error)

    def _reasons(self, name: str) -> list[str]:
        queue = {(item.get("app") or item.get("pod") or {}).get("id"): item for item in self._client.queue()}
        app = self._client.app(name)
        if app is not None:
            return app_diagnosis.explain(app, queue.get(name))
        return pod_diagnosis.explain(self._client.pod_status(name), queue.get(name))
