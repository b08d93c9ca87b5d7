"""The tree of groups and apps, as plain dictionaries keyed by absolute id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from labengine.marathon.definition import paths

App = dict[str, Any]
Group = dict[str, Any]


@dataclass
class Tree:
    """``apps`` are canonical definitions with ``version`` and ``versionInfo``; never changed in place."""

    apps: dict[str, App] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=lambda: {"/": {"dependencies": [], "version": None}})

    def copy(self) -> Tree:
        return Tree(dict(self.apps), dict(self.groups))

    def ensure_group(self, group_id: str) -> None:
        """Make the group and its ancestors."""
        while group_id not in self.groups:
            self.groups[group_id] = {"dependencies": [], "version": None}
            group_id = paths.parent(group_id)

    def put_app(self, app: App) -> None:
        self.ensure_group(paths.parent(app["id"]))
        self.apps[app["id"]] = app

    def apps_below(self, group_id: str) -> Iterator[App]:
        """All apps in the group and its subgroups."""
        prefix = "/" if group_id == "/" else f"{group_id}/"
        return (app for app_id, app in sorted(self.apps.items()) if app_id.startswith(prefix))

    def apps_in(self, group_id: str) -> list[App]:
        """The group's own apps."""
        return [app for app in self.apps_below(group_id) if paths.parent(app["id"]) == group_id]

    def groups_in(self, group_id: str) -> list[str]:
        return sorted(other for other in self.groups if other != "/" and paths.parent(other) == group_id)

    def groups_below(self, group_id: str) -> list[str]:
        prefix = "/" if group_id == "/" else f"{group_id}/"
        return sorted(other for other in self.groups if other != "/" and other.startswith(prefix))

    def remove_group(self, group_id: str) -> None:
        for app in list(self.apps_below(group_id)):
            del self.apps[app["id"]]
        for other in self.groups_below(group_id):
            del self.groups[other]
        if group_id != "/":
            self.groups.pop(group_id, None)

    def touch(self, group_ids: Iterable[str], version: str) -> None:
        """Give the groups and all groups above them the version."""
        for group_id in group_ids:
            while True:
                if group_id in self.groups:
                    self.groups[group_id] = {**self.groups[group_id], "version": version}
                if group_id == "/":
                    break
                group_id = paths.parent(group_id)
