# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts instances elsewhere before an agent is drained, waits until they serve, and takes the count back."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any, Callable

from ..diagnose import app as app_diagnosis
from ..diagnose import pod as pod_diagnosis
from ..errors import (
    Conflict,
    MarathonError,
    TooManyDeployments,
    Unexpected,
    Unreachable,
    WaitFailed,
    WriteUncertain,
)
from ..wait.polling import Evidence, Watch
from . import plan as surge_plan
from .plan import APP, Runner
from .record import Entry, SurgeRecord

# Load balancers follow Marathon's events: what is new must be known to them before what is old goes.
NOTICE_SECONDS = 5.0
_FIRST_WITH_PODS = (1, 4)
# Another deployment, or a leader that changes: the next look shows what became of the write.
_PASSING = (Conflict, TooManyDeployments, Unreachable, WriteUncertain)


@dataclass(frozen=True)
class DrainedAgent:
    id: str
    hostname: str


class Surge:
    def __init__(
        self,
        client: Any,
        agent: DrainedAgent,
        record: SurgeRecord,
        timeout: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._client = client
        self._agent = agent
        self._record = record
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._pods = True
        self._problem: MarathonError | None = None
        # What was asked for by this run and may have come to Marathon without an answer.
        self._asked: dict[str, int] = {}

    def move(self, only_report: bool) -> list[dict[str, Any]]:
        """Until each app that would be away serves elsewhere; what each of them comes to."""
        seen = self._look()
        entries = self._record.load()
        unfinished = {name for name, entry in entries.items() if name in seen and _is_surged(seen[name], entry)}
        wanted = {name: one for name, one in seen.items() if one.only_here or name in unfinished}
        reports = [_report(one, one.surge > 0 or name in unfinished) for name, one in sorted(wanted.items())]
        pending = {name: one for name, one in wanted.items() if one.surge > 0 or name in unfinished}
        if only_report or not pending:
            return reports
        for name, one in pending.items():
            if name not in unfinished:
                entries[name] = Entry(one.kind, one.instances, one.instances + one.surge)
        # Before Marathon is asked: a play that stops in between leaves a count that differs from the one in the record.
        self._record.save(entries)
        self._await_elsewhere(pending, entries)
        self._sleep(NOTICE_SECONDS)
        # A pod has no call that ends an instance and lowers the count; it is taken back after the drain.
        self._shrink({name for name, one in pending.items() if one.kind == APP}, entries, from_here=True)
        return reports

    def settle(self, only_report: bool) -> list[str]:
        """Takes back what is still surged, and returns that."""
        entries = self._record.load()
        if not entries:
            return []
        seen = self._look()
        surged = [name for name, entry in sorted(entries.items()) if name in seen and _is_surged(seen[name], entry)]
        if only_report:
            return surged
        self._await_pods({name for name in surged if seen[name].kind != APP}, entries)
        self._shrink(set(entries), entries, from_here=False)
        return surged

    # Looking

    def _look(self) -> dict[str, Runner]:
        agent = self._agent
        apps = self._client.apps(embed=["apps.tasks", "apps.deployments"])
        found = [surge_plan.of_app(app, agent.id, agent.hostname) for app in apps]
        found += [surge_plan.of_pod(status, agent.id, agent.hostname) for status in self._pod_statuses()]
        return {one.id: one for one in found if one.instances > 0}

    def _pod_statuses(self) -> list[dict[str, Any]]:
        if not self._pods:
            return []
        try:
            return self._client.pod_statuses()
        except Unexpected:
            if self._client.release() >= _FIRST_WITH_PODS:
                raise
            self._pods = False
            return []

    # Writing

    def _scale(self, one: Runner, instances: int, force: bool = False) -> None:
        if one.kind == APP:
            self._client.put_app(one.id, {"instances": instances}, partial=True, force=force)
            return
        pod = self._client.pod(one.id)
        if pod is not None:
            scaling = {**(pod.get("scaling") or {"kind": "fixed"}), "instances": instances}
            self._client.put_pod(one.id, {**pod, "scaling": scaling}, force=force)

    def _trying(self, write: Callable[[], Any]) -> None:
        try:
            write()
        except _PASSING as error:
            self._problem = error

    def _reduce(self, one: Runner, number: int, from_here: bool, force: bool) -> None:
        """By so many instances at most: by name where Marathon can, and those first that were not even started."""
        missing = max(0, one.instances - len(one.found))
        if one.kind != APP or missing:
            number = number if one.kind != APP else min(number, missing)
            self._asked[one.id] = one.instances - number
            self._scale(one, one.instances - number, force)
        else:
            self._asked[one.id] = one.instances - number
            ids = surge_plan.victims(one, number, from_here)
            self._client.kill_tasks(ids, scale=True, force=force, app_ids=(one.id,))

    # Waiting

    def _until(
        self,
        look: Callable[[dict[str, Runner]], bool],
        too_late: Callable[[Evidence[str]], MarathonError],
        reason: Callable[[], str] = str,
    ) -> None:
        """Looks again until that is true of what is seen; Marathon may be without a leader for a moment."""
        watch = Watch(self._client, self._timeout, self._clock, self._sleep)
        watch.until(lambda _now: look(self._look()) or None, reason, too_late)

    def _await_elsewhere(self, pending: dict[str, Runner], entries: dict[str, Entry]) -> None:
        left: set[str] = set(pending)
        scaled: set[str] = set()
        last = dict(pending)

        def look(seen: dict[str, Runner]) -> bool:
            last.clear()
            last.update(seen)
            for name in sorted(left):
                one, entry = seen.get(name), entries[name]
                if one is None or _serves_elsewhere(one, entry):
                    left.discard(name)
                elif one.instances == entry.before and name not in scaled:
                    self._trying(lambda one=one, entry=entry: self._scale(one, entry.surged))
                elif _is_surged(one, entry):
                    # Whoever takes it back from now on is not to be fought.
                    scaled.add(name)
            return not left

        def too_late(evidence: Evidence[str]) -> WaitFailed:
            told = evidence.told(evidence.found or ", ".join(sorted(left)))
            return WaitFailed(
                f"{self._agent.hostname} is not drained, because nothing else would serve: after {self._timeout:g} s "
                f"no instance elsewhere of {told}. Make room or correct the constraints, or set quorum_drain_surge: "
                "false, with which it is away for a while",
                apps=sorted(left),
            )

        def reason() -> str:
            return "; ".join(self._why(name, last.get(name), entries[name]) for name in sorted(left))

        try:
            self._until(look, too_late, reason)
        except WaitFailed:
            self._shrink(set(pending), entries, from_here=False, force=True)
            raise

    def _await_pods(self, names: set[str], entries: dict[str, Entry]) -> None:
        """Marathon chooses which instances go, so all of them should serve; those that do not go first."""

        def look(seen: dict[str, Runner]) -> bool:
            surged = [(seen[name], entries[name]) for name in names if name in seen]
            return all(one.here + one.elsewhere >= entry.surged for one, entry in surged if _is_surged(one, entry))

        # When the time is up they are taken back all the same.
        with contextlib.suppress(WaitFailed):
            self._until(look, lambda _evidence: WaitFailed("not all instances serve"))

    def _shrink(self, names: set[str], entries: dict[str, Entry], from_here: bool, force: bool = False) -> None:
        """Until none of them has more instances than before. A count that is neither is someone else's decision."""

        def look(seen: dict[str, Runner]) -> bool:
            for name in sorted(names & set(entries)):
                one, entry = seen.get(name), entries[name]
                ours = (entry.surged, self._asked.get(name))
                if one is None or one.instances <= entry.before or one.instances not in ours:
                    del entries[name]
                    self._record.save(entries)
                else:
                    number = one.instances - entry.before
                    self._trying(lambda one=one, number=number: self._reduce(one, number, from_here, force))
            return not names & set(entries)

        def too_late(evidence: Evidence[str]) -> WaitFailed:
            reason = evidence.told(str(self._problem or "Marathon reports no reason"))
            return WaitFailed(
                f"the number of instances of {', '.join(sorted(names & set(entries)))} could not be taken back within "
                f"{self._timeout:g} s: {reason}. Run again, which goes on with it"
            )

        self._until(look, too_late)

    def _why(self, name: str, one: Runner | None, entry: Entry) -> str:
        if one is None or one.instances not in (entry.before, entry.surged):
            count = one.instances if one else 0
            return f"{name} (its instances were set to {count} concurrently)"
        if one.instances == entry.before:
            return f"{name} ({self._problem or 'it was scaled back concurrently'})"
        try:
            return f"{name} ({'. '.join(self._diagnosis(one))})"
        except MarathonError as error:
            return f"{name} ({error})"

    def _diagnosis(self, one: Runner) -> list[str]:
        queue = {(item.get("app") or item.get("pod") or {}).get("id"): item for item in self._client.queue()}
        if one.kind == APP:
            app = self._client.app(one.id) or {"id": one.id}
            return app_diagnosis.explain(app, queue.get(one.id), None, None)
        return pod_diagnosis.explain(self._client.pod_status(one.id), queue.get(one.id))


def _is_surged(one: Runner, entry: Entry) -> bool:
    return one.instances == entry.surged


def _serves_elsewhere(one: Runner, entry: Entry) -> bool:
    return one.elsewhere >= (entry.more if _is_surged(one, entry) else 1) and not one.deploying


def _report(one: Runner, moves: bool) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "instances": one.instances,
        "moves": moves,
        "reason": "" if moves else one.stays,
        "ports": list(one.ports),
    }
