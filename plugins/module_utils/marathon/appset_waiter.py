# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One loop of polls for a whole set: until every app runs as declared and all that was removed is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import diagnosis, movement
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_owner import listed
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_tree import Tree
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import MarathonError, Overridden, WaitFailed
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.polling import Evidence, Watch
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.sandbox import Outputs, Printed
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.stay import Stay
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.waiter import FORCED_SETTLE, settled

_EXPLAINED = 5
_SHOWN = 3


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


class SetWaiter:
    """read answers the tree; source answers deployments() and queue(), as the client does."""

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

    def until_deployed(self, target: Target, known: Tree | None = None) -> Tree:
        """The tree as soon as it is as wanted. known is one just read, which saves the first request."""
        read, seen = known, known
        checked: dict[str, str] = {}
        waiting: list[str] = []
        stay = Stay(target.healthy_for, self._timeout, target.before)
        quiet_since, doubtful = None, target.forced

        def look(now: float) -> Tree | None:
            nonlocal read, seen, quiet_since, doubtful
            tree, read = read or self._read(), None
            leaving = self._leaving(target)
            self._refuse_changes(target, tree, checked)
            seen = tree
            waiting.clear()
            remaining = 0.0
            for name in target.apps:
                app = tree.apps[name]
                stay.see(app, now)
                left = stay.remaining(app, now) if settled(app) else 0.0
                remaining = max(remaining, left)
                if left or not settled(app):
                    waiting.append(name)
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
            return self._too_late(target, seen or Tree(), waiting, stay, evidence)

        return self._watch.until(look, lambda: (self._source.queue(), self._source.deployments()), too_late)

    def _leaving(self, target: Target) -> list[dict[str, Any]]:
        """Deployments of what was removed, which is not in the tree any more while its tasks still end."""
        if not target.gone:
            return []
        return [
            entry for entry in self._source.deployments() if target.gone.intersection(entry.get("affectedApps") or [])
        ]

    @staticmethod
    def _refuse_changes(target: Target, tree: Tree, checked: dict[str, str]) -> None:
        for name in target.apps:
            app = tree.apps.get(name)
            if app is None:
                raise Overridden(f"{name} was deleted by somebody else during the wait")
            version = str(app.get("version"))
            if checked.get(name) != version and not target.matches(app):
                raise Overridden(
                    f"{name} was changed or rolled back by somebody else during the wait: it no longer has the "
                    "definition that was deployed; run again when that change is done"
                )
            checked[name] = version

    def _say(self, target: Target, tree: Tree, waiting: list[str], leaving: list[dict[str, Any]]) -> None:
        if self._progress is None:
            return
        parts = [f"{len(target.apps) - len(waiting)} of {len(target.apps)} apps run as declared"]
        parts += [movement.of_app(tree.apps[name]) for name in waiting[:_SHOWN]]
        if len(waiting) > _SHOWN:
            parts.append(f"{len(waiting) - _SHOWN} more")
        if leaving:
            names = sorted({name for entry in leaving for name in entry["affectedApps"]} & target.gone)
            parts.append(f"removing {listed(names)}")
        self._progress("; ".join(parts))

    def _too_late(
        self,
        target: Target,
        tree: Tree,
        waiting: list[str],
        stay: Stay,
        evidence: Evidence[tuple[list[Any], list[Any]]],
    ) -> WaitFailed:
        if not waiting:
            return self._not_gone(target, evidence)
        items, running = evidence.found or ([], [])
        queue = {(item.get("app") or {}).get("id"): item for item in items}
        endings = {name: stay.endings(name) for name in waiting}
        hanging = [
            name for name in waiting if endings[name].count or not settled({**tree.apps[name], "deployments": []})
        ] or waiting
        active = {action.get("app") for entry in running for action in entry.get("currentActions") or []}
        # What only waits for its turn comes after what holds it up.
        hanging.sort(key=lambda name: name not in active and not endings[name].count)
        described = []
        for name in hanging:
            app = tree.apps[name]
            reasons = diagnosis.explain(
                app, queue.get(name), diagnosis.deployment_of(app, running), diagnosis.changed_at(app), endings[name]
            )
            # Each may cost some seconds.
            printed = self._printed(app, stay) if len(described) < _SHOWN else None
            described.append(
                {
                    "id": name,
                    "counts": diagnosis.counts(app),
                    "reason": ". ".join([*reasons, *([printed.sentence] if printed else [])]),
                    "deployments": [entry["id"] for entry in app.get("deployments") or []],
                    "last_task_failure": app.get("lastTaskFailure"),
                    "task_endings": endings[name].count,
                    **({"task_output": printed.facts} if printed else {}),
                }
            )
        told = [f"{one['id']} ({one['counts']}): {one['reason']}" for one in described[:_EXPLAINED]]
        more = f"; and {len(described) - _EXPLAINED} more, see hanging" if len(described) > _EXPLAINED else ""
        held = len(waiting) - len(hanging)
        if held:
            more += f"; {held} more run as declared, but their deployment is not over yet"
        reason = evidence.told(f"{'; '.join(told)}{more}")
        return WaitFailed(
            f"{len(hanging)} of {len(target.apps)} apps are not deployed after {self._timeout:g} s: {reason}",
            hanging=described,
        )

    def _printed(self, app: dict[str, Any], stay: Stay) -> Printed | None:
        return self._outputs.of_failure(app, stay.endings(app["id"])) if self._outputs else None

    def _not_gone(self, target: Target, evidence: Evidence[Any]) -> WaitFailed:
        ids = sorted(target.deployments)
        reason = evidence.told(
            "an unreachable agent or a long kill grace period holds them; look at those deployments or raise "
            "wait_timeout"
        )
        return WaitFailed(
            f"the instances of {listed(sorted(target.gone))} are not gone after {self._timeout:g} s (deployments "
            f"{listed(ids)}): {reason}",
            deployments=ids,
        )
