"""Apps with the same HAPROXY_DEPLOYMENT_GROUP are one: blue and green, the old and the new."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import fields
from .candidates import App
from .model import Excluded
from .tasks import SERVE, verdict


@dataclass(frozen=True)
class Unit:
    """What is served under one name: an app, or the apps of a deployment group, the oldest first."""

    id: str
    apps: tuple[App, ...]
    draining: frozenset[str] = frozenset()

    @property
    def age(self) -> str:
        return self.apps[0].age


def name(app: Mapping[str, Any]) -> str | None:
    """The group of an app of Marathon, as the ID under which it is served."""
    labels = app.get("labels")
    group = labels.get("HAPROXY_DEPLOYMENT_GROUP") if isinstance(labels, dict) else None
    return "/" + group.lstrip("/") if isinstance(group, str) and group else None


def without_foreign(apps: Sequence[App], outsiders: Collection[str]) -> tuple[list[App], list[Excluded]]:
    """Without the members of a group that is named like an app outside of it: they would be served in its place."""
    reason = "HAPROXY_DEPLOYMENT_GROUP: {} is the ID of an app that is not of this group"
    wrong = [Excluded(app.id, reason.format(fields.shown(app.group))) for app in apps if app.group in outsiders]
    return [app for app in apps if app.group not in outsiders], wrong


def units(apps: Sequence[App]) -> list[Unit]:
    grouped: dict[str, list[App]] = {}
    found = []
    for app in apps:
        if app.group and app.candidates:
            grouped.setdefault(app.group, []).append(app)
        elif app.candidates:
            found.append(Unit(app.id, (app,)))
    for group, members in grouped.items():
        ordered = tuple(sorted(members, key=lambda app: (app.started_at, app.id)))
        found.append(Unit(group, ordered, _draining(ordered)))
    return found


def _draining(apps: tuple[App, ...]) -> frozenset[str]:
    """Tasks of older apps that the newest one replaces: never more than it has healthy ones."""
    *older, newest = apps
    if not older or newest.target_instances is None:
        return frozenset()
    tasks = sorted(task.id for app in older for task in app.tasks if verdict(task, True)[0] == SERVE)
    if newest.checked:
        healthy = sum(1 for task in newest.tasks if task.healthy)
    else:
        healthy = sum(1 for task in newest.tasks if verdict(task, False)[0] == SERVE)
    surplus = healthy + sum(app.instances for app in older) - newest.target_instances
    return frozenset(tasks[: max(0, min(len(tasks), healthy, surplus))])
