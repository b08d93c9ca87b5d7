# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One loop of polls for a whole set: until all apps and pods run as declared and all that was removed is gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Mapping

from ..diagnose import pod as pod_diagnosis
from ..diagnose import pod_stability
from ..diagnose.stability import Stay
from ..errors import MarathonError, WaitFailed
from ..plan.ownership import listed
from ..snapshot import Tree
from . import overridden, status_line
from .app import FORCED_SETTLE, settled
from .deployment import affected
from .hanging import Hanging
from .pod_settled import PodSettled
from .polling import Evidence, Watch
from .sandbox import Outputs

_SHOWN = 3


@dataclass(frozen=True)
class WantedPods:
    """Those that are waited for. deployments are those that change them, by id; gone are those that were removed."""

    ids: tuple[str, ...] = ()
    matches: Callable[[dict[str, Any]], bool] = lambda _pod: True
    deployments: Mapping[str, str] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Target:
    """What is waited for. matches says whether an app still has the definition that was deployed.

    before are the ids of the tasks from before the writes; healthy_for is how long instances must stay up, None that
    of Stay.
    """

    apps: tuple[str, ...]
    matches: Callable[[dict[str, Any]], bool]
    gone: frozenset[str] = frozenset()
    deployments: frozenset[str] = frozenset()
    forced: bool = False
    healthy_for: float | None = 0.0
    before: frozenset[str] = frozenset()
    pods: WantedPods = field(default_factory=WantedPods)

    @property
    def all_gone(self) -> frozenset[str]:
        return self.gone | self.pods.gone

    def told(self, number: int) -> str:
        """How many of those that are waited for."""
        kinds = [name for name, ids in (("apps", self.apps), ("pods", self.pods.ids)) if ids]
        return f"{number} of {len(self.apps) + len(self.pods.ids)} {' and '.join(kinds) or 'apps'}"


class SetWaiter:
    """read answers the tree; source answers deployments(), queue() and pod_version(), as the client does."""

    def __init__(
        self,
        read: Callable[[], Tree],
        source: Any,
        timeout: float,
        clock: Callable[[], float],
        sleep: Callable[[float], None],
        progress: Callable[[str], None] | None = None,
        outputs: Outputs | None = None,
    ) -> None:
        self._read = read
        self._source = source
        self._timeout = timeout
        self._progress = progress
        self._outputs = outputs
        self._settled_pod = PodSettled(source)
        # One for the whole run, in which several waits may follow each other.
        self._watch = Watch(source, timeout, clock, sleep, progress)

    @property
    def timeout(self) -> float:
        return self._timeout

    def announce(self, line: str) -> None:
        self._watch.say(line)

    def time_left(self) -> float:
        """Of the time for the whole run, which begins with the first question."""
        return self._watch.left()

    def took(self) -> float:
        """Seconds since the first question, over all waits of the run."""
        return self._watch.took()

    def until_deployed(self, target: Target, known: Tree | None = None) -> Tree:
        """The tree as soon as it is as wanted. known is one just read, which saves the first request."""
        read, seen = known, known
        checked: dict[str, str] = {}
        waiting: list[str] = []
        # Of these, those that run as declared.
        held: set[str] = set()
        stay = Stay(target.healthy_for, self._timeout, target.before)
        quiet_since, doubtful = None, target.forced

        def look(now: float) -> Tree | None:
            nonlocal read, seen, quiet_since, doubtful, waiting, held
            tree, read = read or self._read(), None
            self._refuse_changes(target, tree, checked)
            # What is known is replaced by a look that was answered whole.
            running = self._source.deployments() if target.all_gone or target.pods.deployments else []
            apps, pods = self._hanging_apps(target, tree, stay, now), self._hanging_pods(target, tree, stay, now)
            pods.update((name, 0.0) for name in _deployed(target.pods, running) if name not in pods)
            unsettled = {**apps, **pods}
            seen, waiting = tree, list(unsettled)
            held = {name for name, left in pods.items() if left is not None}
            remaining = max((left for left in unsettled.values() if left is not None), default=0.0)
            leaving = [entry for entry in running if target.all_gone.intersection(affected(entry))]
            listed_now = {entry["id"] for name in target.apps for entry in tree.apps[name].get("deployments") or []}
            doubtful = doubtful and not listed_now & target.deployments
            if remaining:
                self._watch.again_in(stay.pause(remaining))
            if waiting or leaving:
                quiet_since = None
                self._say(target, tree, waiting, leaving)
                return None
            quiet_since = now if quiet_since is None else quiet_since
            return tree if not doubtful or now - quiet_since >= FORCED_SETTLE else None

        def too_late(evidence: Evidence[tuple[list[Any], list[Any]]]) -> MarathonError:
            if seen is None and evidence.failure is not None:
                return evidence.failure
            if not waiting:
                return self._not_gone(target, evidence)
            hanging = Hanging(seen or Tree(), stay, self._outputs, evidence)
            return hanging.failure(waiting, held, target.told, self._timeout)

        return self._watch.until(look, lambda: (self._source.queue(), self._source.deployments()), too_late)

    @staticmethod
    def _hanging_apps(target: Target, tree: Tree, stay: Stay, now: float) -> dict[str, float | None]:
        """With the seconds that their instances have to stay up, or None where they do not run as declared."""
        found: dict[str, float | None] = {}
        for name in target.apps:
            app = tree.apps[name]
            stay.see(app, now)
            left = stay.remaining(app, now) if settled(app) else None
            if left is None or left:
                found[name] = left
        return found

    def _hanging_pods(self, target: Target, tree: Tree, stay: Stay, now: float) -> dict[str, float | None]:
        """As of apps."""
        found: dict[str, float | None] = {}
        for name in target.pods.ids:
            status = tree.pod_statuses[name]
            as_app = pod_stability.as_app(status)
            stay.see(as_app, now)
            left = stay.remaining(as_app, now) if self._settled_pod.holds(status) else None
            if left is None or left:
                found[name] = left
        return found

    @staticmethod
    def _refuse_changes(target: Target, tree: Tree, checked: dict[str, str]) -> None:
        for name in target.apps:
            app = tree.apps.get(name)
            if app is None:
                raise overridden.deleted(name)
            version = str(app.get("version"))
            if checked.get(name) != version and not target.matches(app):
                raise overridden.changed(name)
            checked[name] = version
        for name in target.pods.ids:
            pod = tree.pods.get(name)
            if pod is None:
                raise overridden.deleted(name)
            version = str(pod.get("version"))
            if checked.get(name) != version and not target.pods.matches(pod):
                raise overridden.changed(name)
            checked[name] = version
        again = sorted(target.pods.gone.intersection(tree.pods))
        if again:
            raise overridden.created_again(listed(again))

    def _say(self, target: Target, tree: Tree, waiting: list[str], leaving: list[dict[str, Any]]) -> None:
        if self._progress is None:
            return
        parts = [f"{target.told(len(target.apps) + len(target.pods.ids) - len(waiting))} run as declared"]
        parts += [_status_line(tree, name) for name in waiting[:_SHOWN]]
        if len(waiting) > _SHOWN:
            parts.append(f"{len(waiting) - _SHOWN} more")
        if leaving:
            names = sorted({name for entry in leaving for name in affected(entry)} & target.all_gone)
            parts.append(f"removing {listed(names)}")
        self._progress("; ".join(parts))

    def _not_gone(self, target: Target, evidence: Evidence[Any]) -> WaitFailed:
        ids = sorted(target.deployments)
        reason = evidence.told(
            "an unreachable agent or a long kill grace period holds them; look at those deployments or raise "
            "wait_timeout"
        )
        return WaitFailed(
            f"the instances of {listed(sorted(target.all_gone))} are not gone after {self._timeout:g} s (deployments "
            f"{listed(ids)}): {reason}",
            deployments=ids,
        )


def _deployed(pods: WantedPods, running: list[dict[str, Any]]) -> list[str]:
    """Those whose deployment is not over."""
    ids = {entry["id"] for entry in running}
    return [name for name in pods.ids if pods.deployments.get(name) in ids]


def _status_line(tree: Tree, name: str) -> str:
    if name in tree.pod_statuses:
        return f"{name}: {pod_diagnosis.counts(tree.pod_statuses[name])}"
    return status_line.of_app(tree.apps[name])
