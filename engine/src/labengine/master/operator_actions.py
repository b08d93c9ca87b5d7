"""The calls of Mesos' operator API that change something; their answer is empty."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from labengine.master.drains import DrainError
from labengine.master.maintenance import MaintenanceError
from labengine.master.operator_api import OperatorCallError
from labengine.master.process import MasterProcess
from labengine.master.shares import ShareError

Action = Callable[[MasterProcess, dict[str, Any]], Awaitable[None]]


def _agent_id(content: dict[str, Any]) -> str:
    return str(content["agent_id"]["value"])


# Call -> the permission it needs, and what it does with its content.
_ACTIONS: dict[str, tuple[str, Action]] = {
    "DRAIN_AGENT": (
        "drain_agents",
        lambda master, content: master.drains.drain(
            _agent_id(content), content.get("max_grace_period"), bool(content.get("mark_gone", False))
        ),
    ),
    "DEACTIVATE_AGENT": ("deactivate_agents", lambda master, content: master.drains.deactivate(_agent_id(content))),
    "REACTIVATE_AGENT": ("reactivate_agents", lambda master, content: master.drains.reactivate(_agent_id(content))),
    "MARK_AGENT_GONE": ("mark_agents_gone", lambda master, content: master.drains.mark_gone(_agent_id(content))),
    "UPDATE_MAINTENANCE_SCHEDULE": (
        "update_maintenance_schedules",
        lambda master, content: master.maintenance.update(content["schedule"]),
    ),
    "START_MAINTENANCE": ("start_maintenances", lambda master, content: master.maintenance.start(content["machines"])),
    "UPDATE_QUOTA": ("update_quotas", lambda master, content: master.shares.set_quotas(content["quota_configs"])),
    "SET_QUOTA": ("update_quotas", lambda master, content: master.shares.set_guarantee(content["quota_request"])),
    "REMOVE_QUOTA": ("update_quotas", lambda master, content: master.shares.set_quotas([{"role": content["role"]}])),
    "UPDATE_WEIGHTS": ("update_weights", lambda master, content: master.shares.set_weights(content["weight_infos"])),
    "SET_LOGGING_LEVEL": ("set_log_level", lambda master, content: _set_logging_level(master, content)),
    "STOP_MAINTENANCE": ("stop_maintenances", lambda master, content: master.maintenance.stop(content["machines"])),
}


async def _set_logging_level(master: MasterProcess, content: dict[str, Any]) -> None:
    master.verbosity.set(int(content["level"]), int(content["duration"]["nanoseconds"]) / 1e9)


def known(body: Any) -> bool:
    return isinstance(body, dict) and body.get("type") in _ACTIONS


def permission(body: dict[str, Any]) -> str:
    return _ACTIONS[body["type"]][0]


async def act(master: MasterProcess, body: dict[str, Any]) -> None:
    """OperatorCallError when it is refused."""
    kind = body["type"]
    content = body.get(kind.lower())
    if not isinstance(content, dict):
        raise OperatorCallError(f"Failed to validate master::Call: Expecting '{kind.lower()}' to be present")
    try:
        await _ACTIONS[kind][1](master, content)
    except (DrainError, MaintenanceError, ShareError) as error:
        raise OperatorCallError(str(error)) from None
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise OperatorCallError(f"Failed to validate master::Call: malformed {kind.lower()}: {error!r}") from None
