"""Whether a new definition replaces the instances of the old one."""

from __future__ import annotations

import json
from typing import Any

from labengine.marathon.definition import app_fields, pods
from labengine.marathon.definition.app_fields import APP_FIELDS, Compared
from labengine.marathon.definition.container import App

NOTICED = app_fields.names(compared=Compared.AS_IS) + app_fields.names(compared=Compared.UNORDERED)


def _comparable(app: App, field: str) -> Any:
    value = app.get(field)
    if APP_FIELDS[field].compared is Compared.UNORDERED:
        return sorted(json.dumps(item, sort_keys=True) for item in value or [])
    return value or None if isinstance(value, (list, dict)) else value


def is_upgrade(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """True when anything but the number of instances and executorResources differs."""
    if "pod" in old or "pod" in new:
        return "pod" not in old or "pod" not in new or pods.is_upgrade(old["pod"], new["pod"])
    return any(_comparable(old, field) != _comparable(new, field) for field in NOTICED)
