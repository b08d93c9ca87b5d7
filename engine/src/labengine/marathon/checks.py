"""Which health checks are in force, as the events tell it: from an app's first deployment to its end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from labengine.marathon.events import EventBus
from labengine.marathon.tree import App


class ActiveChecks:
    """By app and version: instances of an older version keep the checks they were launched with."""

    def __init__(self, events: EventBus) -> None:
        self._events = events
        self._active: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def resume(self, apps: Iterable[App]) -> None:
        for app in apps:
            self.add(app)

    def add(self, app: App) -> None:
        for check in app.get("healthChecks", []):
            known = self._active.setdefault(app["id"], {}).setdefault(app["version"], [])
            if check not in known:
                known.append(check)
                self._events.publish(
                    "add_health_check_event", appId=app["id"], version=app["version"], healthCheck=check
                )

    def remove(self, app_id: str) -> None:
        for known in self._active.pop(app_id, {}).values():
            for _check in known:
                self._events.publish("remove_health_check_event", appId=app_id)
