"""The tree of groups, apps and pods, as plain dictionaries keyed by absolute id."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from labengine.marathon.definition import paths

App = dict[str, Any]
Group = dict[str, Any]


def is_pod(service: App) -> bool:
    return "pod" in service


def is_checked(service: App) -> bool:
    """Whether an instance must be healthy to count."""
    return bool(service.get("healthChecks")) or any("healthCheck" in box for box in _containers(service))


def _containers(service: App) -> list[dict[str, Any]]:
    return service["pod"]["containers"] if is_pod(service) else []


@dataclass
class Tree:
    """``services`` are apps, as GET returns them, and pods (see :mod:`labengine.marathon.definition.pods`).

    Each has ``version`` and ``versionInfo`` and is never changed in place.
    """

    services: dict[str, App] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=lambda: {"/": {"dependencies": [], "version": None}})

    def copy(self) -> Tree:
        return Tree(dict(self.services), dict(self.groups))

    def ensure_group(self, group_id: str) -> None:
        """Make the group and its ancestors."""
        while group_id not in self.groups:
            self.groups[group_id] = {"dependencies": [], "version": None}
            group_id = paths.parent(group_id)

    def put(self, service: App) -> None:
        """It takes the place of a group of its id in which nothing is."""
        self.ensure_group(paths.parent(service["id"]))
        if service["id"] in self.groups and not any(True for _one in self.services_below(service["id"])):
            self.remove_group(service["id"])
        self.services[service["id"]] = service

    def app(self, app_id: str) -> App | None:
        found = self.services.get(app_id)
        return None if found is None or is_pod(found) else found

    def pod(self, pod_id: str) -> App | None:
        found = self.services.get(pod_id)
        return found if found is not None and is_pod(found) else None

    def services_below(self, group_id: str) -> Iterator[App]:
        """Everything in the group and its subgroups, in the order of the ids."""
        prefix = "/" if group_id == "/" else f"{group_id}/"
        return (self.services[name] for name in sorted(name for name in self.services if name.startswith(prefix)))

    def apps_below(self, group_id: str) -> Iterator[App]:
        """All apps in the group and its subgroups."""
        return (one for one in self.services_below(group_id) if not is_pod(one))

    def pods_below(self, group_id: str) -> Iterator[App]:
        return (one for one in self.services_below(group_id) if is_pod(one))

    def apps_in(self, group_id: str) -> list[App]:
        """The group's own apps."""
        return [app for app in self.apps_below(group_id) if paths.parent(app["id"]) == group_id]

    def pods_in(self, group_id: str) -> list[App]:
        return [pod for pod in self.pods_below(group_id) if paths.parent(pod["id"]) == group_id]

    def is_empty(self, group_id: str) -> bool:
        return not any(True for _one in self.services_below(group_id)) and not self.groups_in(group_id)

    def groups_in(self, group_id: str) -> list[str]:
        return sorted(other for other in self.groups if other != "/" and paths.parent(other) == group_id)

    def groups_below(self, group_id: str) -> list[str]:
        prefix = "/" if group_id == "/" else f"{group_id}/"
        return sorted(other for other in self.groups if other != "/" and other.startswith(prefix))

    def remove_group(self, group_id: str) -> None:
        for service in list(self.services_below(group_id)):
            del self.services[service["id"]]
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
