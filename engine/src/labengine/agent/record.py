"""What is known of one task; everything in it is checkpointed."""

from __future__ import annotations

import base64
import time
import uuid
from dataclasses import asdict, dataclass, field
from typing import Any

TERMINAL_STATES = frozenset(
    {"TASK_FINISHED", "TASK_FAILED", "TASK_KILLED", "TASK_ERROR", "TASK_LOST", "TASK_DROPPED", "TASK_GONE"}
)


@dataclass
class TaskRecord:
    framework_id: str
    info: dict[str, Any]
    container_id: str
    statuses: list[dict[str, Any]] = field(default_factory=list)
    # Not yet acknowledged, oldest first; only the first one is on its way.
    pending: list[dict[str, Any]] = field(default_factory=list)
    # Of a task group: the container of the executor that the tasks share, and what the task is launched as.
    group_id: str | None = None
    launched_as: dict[str, Any] = field(default_factory=dict)

    @property
    def launch_info(self) -> dict[str, Any]:
        return {**self.info, **self.launched_as}

    @property
    def executor_id(self) -> str:
        return str(self.info["executor"]["executor_id"]["value"]) if self.group_id else self.task_id

    @property
    def task_id(self) -> str:
        return self.info["task_id"]["value"]

    @property
    def key(self) -> tuple[str, str]:
        return self.framework_id, self.task_id

    @property
    def name(self) -> str:
        return self.info.get("name", self.task_id)

    @property
    def resources(self) -> list[dict[str, Any]]:
        return self.info.get("resources", [])

    @property
    def command(self) -> dict[str, Any]:
        return self.launch_info.get("command") or {}

    @property
    def container(self) -> dict[str, Any]:
        return self.launch_info.get("container") or {}

    @property
    def is_docker(self) -> bool:
        return self.container.get("type") == "DOCKER"

    @property
    def state(self) -> str:
        return str(self.statuses[-1]["state"]) if self.statuses else "TASK_STAGING"

    @property
    def terminal(self) -> bool:
        return self.state in TERMINAL_STATES

    @property
    def executor_name(self) -> str:
        if self.group_id:
            return ""
        words = self.command.get("value") or " ".join(self.command.get("arguments", []))
        text = f"sh -c '{words}'" if self.command.get("shell", True) else words
        short = text if len(text) <= 24 else text[:21] + "..." + ("'" if text.endswith("'") else "")
        return f"Command Executor (Task: {self.task_id}) (Command: {short})"

    def first_time(self, state: str) -> float | None:
        return next((status["timestamp"] for status in self.statuses if status["state"] == state), None)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def new_status(
    record: TaskRecord,
    agent_id: str,
    state: str,
    *,
    message: str | None = None,
    reason: str | None = None,
    source: str = "SOURCE_EXECUTOR",
    healthy: bool | None = None,
    ip_addresses: list[str] | None = None,
    executor_pid: int | None = None,
) -> dict[str, Any]:
    container_status: dict[str, Any] = {"container_id": {"value": record.container_id}}
    if ip_addresses:
        container_status["network_infos"] = [
            {
                "ip_addresses": [
                    {"protocol": "IPv6" if ":" in address else "IPv4", "ip_address": address}
                    for address in ip_addresses
                ]
            }
        ]
    if executor_pid:
        container_status["executor_pid"] = executor_pid
    status: dict[str, Any] = {
        "task_id": {"value": record.task_id},
        "state": state,
        "source": source,
        "agent_id": {"value": agent_id},
        "executor_id": {"value": record.executor_id},
        "timestamp": time.time(),
        "uuid": base64.b64encode(uuid.uuid4().bytes).decode(),
        "container_status": container_status,
    }
    optional = {"message": message, "reason": reason, "healthy": healthy}
    status.update({name: value for name, value in optional.items() if value is not None})
    return status
