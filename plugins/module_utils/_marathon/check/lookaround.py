# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads what decides, beside the definition itself, whether Marathon takes it; only where that is asked for."""

from __future__ import annotations

from typing import Any, Mapping

from .. import snapshot
from ..api.client import Client
from ..definition.apps import ROOT, ancestors
from ..rules import surroundings
from ..rules import tree as tree_rules
from ..rules.surroundings import Surroundings
from ..snapshot import Tree

_WITH_PODS = (1, 4)
# Any name takes away what Marathon embeds by itself, so this is the group and nothing of what it holds.
_ALONE = ("group.apps.counts",)


class Lookaround:
    def __init__(self, client: Client, known: Mapping[str, dict[str, Any]] | None = None) -> None:
        """known are groups that were read already."""
        self._client = client
        self._groups: dict[str, dict[str, Any] | None] = dict(known or {})

    def surroundings(self, path: str) -> Surroundings:
        """With what the top-level group of this app or pod says."""
        above = ancestors(path)
        if not above:
            return surroundings.of(self._client.settings())
        return surroundings.of(self._client.settings(), bool((self.group(above[-1]) or {}).get("enforceRole")))

    def group(self, group_id: str) -> dict[str, Any] | None:
        if group_id not in self._groups:
            self._groups[group_id] = self._client.group(group_id, _ALONE)
        return self._groups[group_id]

    def neighbours(self, path: str, kind: str) -> Tree:
        """What has the id of a new app, pod or group, or an id above it."""
        tree = Tree()
        for name in [path, *ancestors(path)]:
            group = self._filled(name) if name == path and kind != tree_rules.GROUP else self.group(name)
            if group is not None:
                tree.groups[name] = group
                if name != path:
                    # What is above a group is one too.
                    return tree
                continue
            new = kind if name == path else None
            app = None if new == tree_rules.APP else self._client.app(name)
            pods = new != tree_rules.POD and app is None and self._client.release() >= _WITH_PODS
            pod = self._client.pod(name) if pods else None
            tree.apps.update({name: app} if app else {})
            tree.pods.update({name: pod} if pod else {})
        return tree

    def in_the_way(self, group_id: str) -> Tree:
        """The apps and pods that have the id of a new group, or an id above it."""
        found = self.neighbours(group_id, tree_rules.GROUP)
        return Tree(found.apps, pods=found.pods)

    def _filled(self, group_id: str) -> dict[str, Any] | None:
        """The group unless it is empty: an app or a pod takes the place of such a one."""
        group = self._client.group(group_id, snapshot.embed(False))
        found = snapshot.read(group)
        return group if found.apps or found.pods else None

    def everything(self) -> Tree:
        return snapshot.read(self._client.group(ROOT, snapshot.embed(False)))
