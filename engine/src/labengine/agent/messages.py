"""What an agent says to the master; see "Between the programs" in the engine's README."""

from __future__ import annotations

import base64
import time
import uuid
from typing import Any

from labengine.agent.record import TaskRecord

Message = dict[str, Any]


def pong(agent_id: str) -> Message:
    return {"type": "PONG", "agent_id": {"value": agent_id}}


def status_update(agent_id: str, framework_id: str, status: dict[str, Any]) -> Message:
    return {
        "type": "STATUS_UPDATE",
        "agent_id": {"value": agent_id},
        "framework_id": {"value": framework_id},
        "status": status,
    }


def task_entry(agent_id: str, record: TaskRecord) -> Message:
    """A task that the agent brings along when it subscribes."""
    staging = {
        "task_id": {"value": record.task_id},
        "agent_id": {"value": agent_id},
        "state": "TASK_STAGING",
        "source": "SOURCE_AGENT",
        "timestamp": time.time(),
    }
    return {
        "framework_id": {"value": record.framework_id},
        "task": record.info,
        "status": record.statuses[-1] if record.statuses else staging,
    }


def unknown_task(agent_id: str, framework_id: str, framework: dict[str, Any], task_id: str) -> Message:
    """The answer to the kill of a task that is not here."""
    partition_aware = {"type": "PARTITION_AWARE"} in framework.get("capabilities", [])
    status = {
        "task_id": {"value": task_id},
        "agent_id": {"value": agent_id},
        "state": "TASK_DROPPED" if partition_aware else "TASK_LOST",
        "source": "SOURCE_AGENT",
        "reason": "REASON_EXECUTOR_TERMINATED",
        "timestamp": time.time(),
        "message": "Cannot kill the task: it is not on this agent",
        "uuid": base64.b64encode(uuid.uuid4().bytes).decode(),
    }
    return status_update(agent_id, framework_id, status)
