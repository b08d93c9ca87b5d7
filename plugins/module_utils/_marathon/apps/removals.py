# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Removals of a set look again, because they take what is there when they arrive."""

from __future__ import annotations

from typing import Any, Callable, Iterator

from .. import snapshot
from ..api.client import Client
from ..definition.apps import AppSet
from ..plan import ownership
from .planning import writes as set_writes
from .planning.plan import SetPlan
from .planning.writes import Write


class Removals:
    """kept are the ids of what was to be removed when it was read, and is kept."""

    def __init__(self, client: Client, appset: AppSet, owner: ownership.Nobody, warn: Callable[[str], None]) -> None:
        self._client = client
        self._appset = appset
        self._owner = owner
        self._warn = warn
        self.kept: set[str] = set()

    def looked_at(self, write: Write, plan: SetPlan) -> Iterator[Write]:
        """A removal takes what is there when it arrives, so a look just before tells what it may take."""
        if write.kind == set_writes.DELETE_APP:
            app = self._client.app(write.target)
            if app is not None and self._is_ours(app):
                yield write
        elif write.kind == set_writes.DELETE_POD:
            pod = self._client.pod(write.target)
            if pod is not None and self._is_ours(pod):
                yield write
        elif write.kind == set_writes.DELETE_GROUP:
            yield from self._group_looked_at(write, plan)
        else:
            yield write

    def _group_looked_at(self, write: Write, plan: SetPlan) -> Iterator[Write]:
        info = self._client.group(write.target, snapshot.embed(False))
        if info is None:
            return
        now = snapshot.read(info)
        new = sorted({*now.apps, *now.pods, *now.groups} - {*write.apps, *plan.tree.groups})
        ours = [name for name in write.apps if name in now.apps and self._is_ours(now.apps[name])]
        if not new and len(ours) == len(now.apps):
            yield write
            return
        self.kept.add(write.target)
        if new:
            self._warn(
                f"the group {write.target} is kept, because {ownership.listed(new)} came into it meanwhile; its "
                "apps are removed one by one"
            )
        for name in set_writes.dependents_first(plan, ours):
            yield from self.looked_at(Write(set_writes.DELETE_APP, name, apps=(name,)), plan)

    def _is_ours(self, app: dict[str, Any]) -> bool:
        owner = self._owner
        if owner.owns(app) and owner.marked_by_another(app, self._appset) is None:
            return True
        if app["id"] not in self.kept:
            self.kept.add(app["id"])
            self._warn(
                f"{app['id']} is not removed: its labels changed meanwhile, and this set does not own it any more"
            )
        return False
