# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What depends on what among apps and groups: circles, and an order in which dependencies come first.

An app depends on what it names and on what the groups that hold it name; who names a group means every app in it.
"""

from __future__ import annotations

from typing import Callable, Iterable, Iterator, Mapping

from ...definition.apps import ROOT, ancestors, parent

Dependencies = Mapping[str, Iterable[str]]

# The two sides of a group: what its apps inherit from it, and what it stands for where somebody depends on it.
_INHERITED, _CONTENT = "inherited by", "content of"


def find_circle(apps: Dependencies, groups: Dependencies) -> list[str]:
    """Ids of apps that depend on each other in a circle, the first again at the end; empty when there is none."""
    circle = _Graph(apps, groups).circle()
    named = [node for node in circle if isinstance(node, str)]
    return [*named, named[0]] if named else []


def levels(ids: Iterable[str], apps: Dependencies, groups: Dependencies) -> list[list[str]]:
    """The apps in rows, each of which depends on earlier rows alone. There must be no circle."""
    graph = _Graph(apps, groups)
    wanted = set(ids)
    depth: dict[object, int] = {}
    for node in graph.dependencies_first():
        below = [depth[other] for other in graph.edges(node)]
        depth[node] = max(below, default=0) + (node in wanted)
    rows: dict[int, list[str]] = {}
    for app_id in sorted(wanted):
        rows.setdefault(depth[app_id], []).append(app_id)
    return [rows[number] for number in sorted(rows)]


class _Graph:
    """Groups are two nodes each, so that thousands of apps in groups that depend on each other stay few edges."""

    def __init__(self, apps: Dependencies, groups: Dependencies) -> None:
        self._apps = apps
        self._groups = groups
        self._content: dict[str, set[object]] = {}
        for path in [*apps, *groups]:
            node: object = path if path in apps else (_CONTENT, path)
            for above in [*ancestors(path), ROOT]:
                if path != above:
                    self._content.setdefault(above, set()).add(node)
                    node = (_CONTENT, above)

    def edges(self, node: object) -> list[object]:
        if isinstance(node, str):
            return [*map(self._target, self._apps[node]), (_INHERITED, parent(node))]
        side, group_id = node  # type: ignore[misc]
        if side == _CONTENT:
            return sorted(self._content.get(group_id, ()), key=str)
        inherited: list[object] = [self._target(name) for name in self._groups.get(group_id, ())]
        return inherited if group_id == ROOT else [*inherited, (_INHERITED, parent(group_id))]

    def _target(self, name: str) -> object:
        return name if name in self._apps else (_CONTENT, name)

    def circle(self) -> list[object]:
        found: list[object] = []
        for _node in self._walk(found.extend):
            pass
        return found

    def dependencies_first(self) -> Iterator[object]:
        return self._walk(lambda circle: None)

    def _walk(self, report: Callable[[list[object]], None]) -> Iterator[object]:
        """Every node after all that it points to; by hand, since chains of apps can be longer than Python's stack."""
        done: set[object] = set()
        for start in sorted(self._apps):
            if start in done:
                continue
            path: list[object] = [start]
            left = [iter(self.edges(start))]
            on_path = {start}
            while path:
                following = next((node for node in left[-1] if node not in done), None)
                if following is None:
                    left.pop()
                    node = path.pop()
                    on_path.discard(node)
                    done.add(node)
                    yield node
                elif following in on_path:
                    report(path[path.index(following) :])
                    return
                else:
                    path.append(following)
                    on_path.add(following)
                    left.append(iter(self.edges(following)))
