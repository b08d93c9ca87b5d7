# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: events of the stream that a difference has told already.

The stream is open before the state is read, so that nothing falls between the two; what happens meanwhile is in both.
"""

from __future__ import annotations

import json
from typing import Any, Iterable

from .state import instance_of


class Told:
    def __init__(self, events: Iterable[dict[str, Any]] = ()) -> None:
        self._news: dict[str, str] = {}
        for event in events:
            about, news = _read(event)
            # What was told last is how it is.
            self._news[about] = news

    def has(self, event: dict[str, Any]) -> bool:
        """Asked once for each event: only the first about the same thing can be the one that was told."""
        about, news = _read(event)
        return self._news.pop(about, None) == news


def _read(event: dict[str, Any]) -> tuple[str, str]:
    """What an event is about, and what it says of that."""
    kind = event["eventType"]
    if kind == "status_update_event":
        return f"task {event.get('taskId')}", str(event.get("taskStatus"))
    if kind == "health_status_changed_event":
        return f"health {instance_of(str(event.get('instanceId') or event.get('taskId')))}", str(event.get("alive"))
    if kind == "instance_changed_event":
        return f"instance {event.get('instanceId')}", str(event.get("condition"))
    if kind in ("deployment_success", "deployment_failed"):
        return f"deployment {event.get('id')}", kind
    if kind == "deployment_info":
        plan = event.get("plan") or {}
        return f"deployment {plan.get('id')}", json.dumps(event.get("currentStep"), sort_keys=True)
    if kind == "api_post_event":
        definition = event.get("appDefinition") or {}
        return f"app {definition.get('id')}", str(definition.get("version"))
    return f"{kind} {event.get('appId') or event.get('uri') or ''}", kind
