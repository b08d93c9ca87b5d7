"""Numbers of an app's instances by their state, altogether and by the version they were launched with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from labengine.marathon.instances import RUNNING, STAGING, Instance
from labengine.marathon.tree import App


def counts(instances: list[Instance]) -> dict[str, int]:
    return {
        "staged": sum(one.state in (STAGING, "TASK_STARTING") for one in instances),
        "running": sum(one.state == RUNNING for one in instances),
        "healthy": sum(one.state == RUNNING and one.healthy is True for one in instances),
        "unhealthy": sum(one.state == RUNNING and one.healthy is False for one in instances),
    }


def by_version(app: App, instances: list[Instance], now: float) -> dict[str, Any]:
    """A part that no instance belongs to is left out."""
    info = app["versionInfo"]
    parts: dict[str, Callable[[Instance], bool]] = {
        "startedAfterLastScaling": lambda one: one.version >= info["lastScalingAt"],
        "withLatestConfig": lambda one: one.version >= info["lastConfigChangeAt"],
        "withOutdatedConfig": lambda one: one.version < info["lastConfigChangeAt"],
        "totalSummary": lambda one: True,
    }
    found = {name: [one for one in instances if belongs(one)] for name, belongs in parts.items()}
    return {name: {"stats": _stats(some, now)} for name, some in found.items() if some}


def _stats(instances: list[Instance], now: float) -> dict[str, Any]:
    stats: dict[str, Any] = {"counts": counts(instances)}
    lives = sorted(now - one.started_at for one in instances if one.started_at is not None)
    if lives:
        stats["lifeTime"] = {
            "averageSeconds": round(sum(lives) / len(lives), 3),
            "medianSeconds": round(lives[len(lives) // 2], 3),
        }
    return stats
