# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One loop of polls for a whole set: until every app runs as declared and all that was removed is gone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable, Iterator

from ansible_collections.quorum.mesos.plugins.module_utils.marathon import diagnosis, movement
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_owner import listed
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.appset_tree import Tree
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import (
    Overridden,
    Unreachable,
    WaitFailed,
)
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.waiter import settled

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 3.0
_GROWTH = 1.4
# After a forced write the new deployment is listed only when the cancelled ones are gone.
_FORCED_SETTLE = 2.0
_EXPLAINED = 5
_SHOWN = 3


@dataclass(frozen=True)
class Target:
    """What is waited for. matches says whether an app still has the definition that was deployed."""

    apps: tuple[str, ...]
    matches: Callable[[dict[str, Any]], bool]
    gone: frozenset[str] = frozenset()
    deployments: frozenset[str] = frozenset()
    forced: bool = False


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
    ) -> None:
        self._read = read
        self._source = source
        self._timeout = timeout
        self._clock = clock
        self._sleep = sleep
        self._progress = progress
        self._deadline: float | None = None

    @property
    def timeout(self) -> float:
        return self._timeout

    def announce(self, line: str) -> None:
        if self._progress is not None:
            self._progress(line)

    def time_left(self) -> float:
        """Of the time for the whole run, which begins with the first question."""
        if self._deadline is None:
            self._deadline = self._clock() + self._timeout
        return self._deadline - self._clock()

    def until_deployed(self, target: Target, known: Tree | None = None) -> Tree:
        """The tree as soon as it is as wanted. known is one just read, which saves the first request."""
        tree, seen, error = known, known, None
        checked: dict[str, str] = {}
        quiet_since, doubtful = None, target.forced
        for now in self._polls():
            try:
                tree = tree or self._read()
                leaving = self._leaving(target)
                error = None
            except Unreachable as unreachable:
                tree, error = None, unreachable
                continue
            self._refuse_changes(target, tree, checked)
            waiting = [name for name in target.apps if not settled(tree.apps[name])]
            listed_now = {entry["id"] for name in target.apps for entry in tree.apps[name].get("deployments") or []}
            doubtful = doubtful and not listed_now & target.deployments
            if waiting or leaving:
                quiet_since = None
                self._say(target, tree, waiting, leaving)
            else:
                quiet_since = now if quiet_since is None else quiet_since
                if not doubtful or now - quiet_since >= _FORCED_SETTLE:
                    return tree
            seen, tree = tree, None
        if error is not None:
            raise error
        raise self._too_late(target, seen or Tree())

    def _polls(self) -> Iterator[float]:
        pause = _FIRST_PAUSE
        while True:
            yield self._clock()
            left = self.time_left()
            if left <= 0:
                return
            self._sleep(min(pause, left))
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)

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

    def _too_late(self, target: Target, tree: Tree) -> WaitFailed:
        waiting = [name for name in target.apps if not settled(tree.apps[name])]
        if not waiting:
            return self._not_gone(target)
        queue: dict[str, Any] = {}
        running: list[dict[str, Any]] = []
        unknown = ""
        try:
            queue = {(item.get("app") or {}).get("id"): item for item in self._source.queue()}
            running = self._source.deployments()
        except Unreachable:
            unknown = "Marathon does not answer any more, so the cause is not known"
        hanging = [name for name in waiting if not settled({**tree.apps[name], "deployments": []})] or waiting
        active = {action.get("app") for entry in running for action in entry.get("currentActions") or []}
        # What only waits for its turn comes after what holds it up.
        hanging.sort(key=lambda name: name not in active)
        described = []
        for name in hanging:
            app = tree.apps[name]
            since = (app.get("versionInfo") or {}).get("lastConfigChangeAt")
            deployment = diagnosis.deployment_of(app, running)
            reasons = [unknown] if unknown else diagnosis.explain(app, queue.get(name), deployment, since)
            described.append(
                {
                    "id": name,
                    "counts": diagnosis.counts(app),
                    "reason": ". ".join(reasons),
                    "deployments": [entry["id"] for entry in app.get("deployments") or []],
                    "last_task_failure": app.get("lastTaskFailure"),
                }
            )
        told = [f"{one['id']} ({one['counts']}): {one['reason']}" for one in described[:_EXPLAINED]]
        more = f"; and {len(described) - _EXPLAINED} more, see hanging" if len(described) > _EXPLAINED else ""
        held = len(waiting) - len(hanging)
        if held:
            more += f"; {held} more run as declared, but their deployment is not over yet"
        return WaitFailed(
            f"{len(hanging)} of {len(target.apps)} apps are not deployed after {self._timeout:g} s: "
            f"{'; '.join(told)}{more}",
            hanging=described,
        )

    def _not_gone(self, target: Target) -> WaitFailed:
        ids = sorted(target.deployments)
        return WaitFailed(
            f"the instances of {listed(sorted(target.gone))} are not gone after {self._timeout:g} s (deployments "
            f"{listed(ids)}): an unreachable agent or a long kill grace period holds them; look at those deployments "
            "or raise wait_timeout",
            deployments=ids,
        )
