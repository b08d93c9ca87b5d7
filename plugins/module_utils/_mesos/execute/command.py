# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what is to run -> the messages FrameworkInfo and TaskInfo of Mesos."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Mapping

Message = dict[str, Any]


@dataclass(frozen=True)
class Command:
    """cmd is for a shell; without it an image runs its own command."""

    name: str
    cmd: str | None = None
    image: str | None = None
    containerizer: str = "docker"
    env: Mapping[str, Any] = field(default_factory=dict)
    user: str = "root"
    role: str = "*"

    def framework(self, principal: str | None, framework_id: str | None = None) -> Message:
        """One that Mesos removes, with all its tasks, as soon as its connection ends."""
        info: Message = {
            "name": self.name,
            "user": self.user,
            "roles": [self.role],
            "capabilities": [{"type": "MULTI_ROLE"}],
            "failover_timeout": 0.0,
            # A restart of the agent leaves the task alone.
            "checkpoint": True,
        }
        if principal:
            info["principal"] = principal
        if framework_id:
            info["id"] = {"value": framework_id}
        return info

    def task(self, task_id: str, agent_id: str, resources: list[Message]) -> Message:
        info: Message = {
            "name": self.name,
            "task_id": {"value": task_id},
            "agent_id": {"value": agent_id},
            "resources": resources,
            "command": self._command(),
        }
        if self.image:
            info["container"] = _container(self.image, self.containerizer)
        return info

    def _command(self) -> Message:
        command: Message = {"shell": False} if self.cmd is None else {"shell": True, "value": self.cmd}
        if self.env:
            variables = [{"name": name, "type": "VALUE", "value": _text(self.env[name])} for name in sorted(self.env)]
            command["environment"] = {"variables": variables}
        return command


def _container(image: str, containerizer: str) -> Message:
    if containerizer == "docker":
        return {"type": "DOCKER", "docker": {"image": image, "network": "HOST"}}
    return {"type": "MESOS", "mesos": {"image": {"type": "DOCKER", "docker": {"name": image}}}}


def _text(value: Any) -> str:
    """As YAML writes it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
