"""The rules of ``--acls`` that the engine acts upon: who may do what to what."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from labengine.common import log

# Action -> the name of its objects. Others of the real programs are accepted and do nothing.
OBJECTS = {
    "register_frameworks": "roles",
    "run_tasks": "users",
    "teardown_frameworks": "framework_principals",
    "register_agents": "agents",
    "get_endpoints": "paths",
    "view_flags": "flags",
    "drain_agents": "agents",
    "deactivate_agents": "agents",
    "reactivate_agents": "agents",
    "mark_agents_gone": "agents",
    "update_maintenance_schedules": "machines",
    "get_maintenance_schedules": "machines",
    "get_maintenance_statuses": "machines",
    "start_maintenances": "machines",
    "stop_maintenances": "machines",
    "update_quotas": "roles",
    "update_weights": "roles",
    "set_log_level": "level",
}


class Acls:
    """The first rule that fits decides; where none does, ``permissive``."""

    def __init__(self, content: dict[str, Any] | None = None) -> None:
        content = content or {}
        self._permissive = content.get("permissive", True)
        self._rules = {action: content.get(action, []) for action in OBJECTS}

    @classmethod
    def load(cls, given: str | None) -> Acls:
        """From a flag: ``file:///path``, a path or JSON; ends the program when it is not that."""
        if not given:
            return cls()
        text = given
        if not given.lstrip().startswith("{"):
            try:
                text = Path(given.removeprefix("file://")).read_text(encoding="utf-8")
            except OSError as error:
                log.die(f"Failed to load flag 'acls': Error reading file '{given}': {error.strerror}")
        try:
            content = json.loads(text)
            if not isinstance(content, dict):
                raise ValueError("expecting an object")
            acls = cls(content)
            for action in OBJECTS:
                acls.allows(action, "", "")
            return acls
        except (ValueError, AttributeError, TypeError) as error:
            log.die(f"Failed to load flag 'acls': Failed to parse it: {error}")

    def allows(self, action: str, principal: str | None, *objects: str) -> bool:
        """No ``objects`` means any."""
        kind = OBJECTS[action]
        for rule in self._rules[action]:
            subject, target = rule.get("principals", {}), rule.get(kind, {})
            asking = [principal] if principal else []
            if _fits(subject, asking) and _fits(target, objects):
                return subject.get("type") != "NONE" and target.get("type") != "NONE"
        return bool(self._permissive)


def _fits(entity: dict[str, Any], asked: Iterable[str]) -> bool:
    if entity.get("type", "SOME") in ("ANY", "NONE"):
        return True
    wanted = list(asked)
    return bool(wanted) and set(wanted) <= set(entity.get("values", []))
