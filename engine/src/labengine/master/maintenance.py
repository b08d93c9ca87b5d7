"""Maintenance: a schedule of machines, those that are down, and what that does to their agents."""

from __future__ import annotations

import json
from typing import Any

from labengine.common import log
from labengine.master.agents import Agents
from labengine.master.machines import Key, Machine, machine_key
from labengine.master.registry import Registry

logger = log.get(__name__)


class MaintenanceError(Exception):
    """A call that is refused with 400 and this text."""


class Maintenance:
    def __init__(self, registry: Registry, agents: Agents) -> None:
        self._registry = registry
        self._agents = agents

    @property
    def schedule(self) -> dict[str, Any]:
        windows = self._registry.maintenance.get("windows", [])
        return {"windows": windows} if windows else {}

    @property
    def _down(self) -> list[Machine]:
        return self._registry.maintenance.get("down", [])

    @property
    def status(self) -> dict[str, Any]:
        down = {machine_key(one) for one in self._down}
        draining = [self._draining(one) for one in self._scheduled() if machine_key(one) not in down]
        return ({"down_machines": self._down} if down else {}) | ({"draining_machines": draining} if draining else {})

    def _draining(self, machine: Machine) -> dict[str, Any]:
        """With what frameworks answered to being asked to leave its agents."""
        statuses = self._agents.answers(machine_key(machine))
        return {"id": machine, "statuses": statuses} if statuses else {"id": machine}

    def _scheduled(self) -> list[Machine]:
        return _machines(self._registry.maintenance.get("windows", []))

    async def update(self, schedule: Any) -> None:
        """Replace the whole schedule."""
        if not isinstance(schedule, dict):
            raise MaintenanceError("Unexpected JSON type parsed")
        try:
            windows = list(schedule.get("windows") or [])
            machines = _machines(windows)
            keys = [machine_key(one) for one in machines]
            for window in windows:
                int(window["unavailability"]["start"]["nanoseconds"])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise MaintenanceError(f"Failed to convert JSON into Schedule: {error!r}") from None
        for machine, key in zip(machines, keys, strict=True):
            if keys.count(key) > 1:
                raise MaintenanceError(f"Machine '{_text(machine)}' appears more than once in the schedule")
        for machine in self._down:
            if machine_key(machine) not in keys:
                raise MaintenanceError(
                    f"Machine '{_text(machine)}' is deactivated and cannot be removed from the schedule"
                )
        concerned = {*keys, *(machine_key(one) for one in self._scheduled())}
        await self._registry.set_maintenance({"windows": windows, "down": self._down})
        self._agents.schedule(windows, concerned)

    async def start(self, machines: Any) -> None:
        """Their agents are told to shut down and are not let in again."""
        scheduled = {machine_key(one) for one in self._scheduled()}
        keys = _keys(machines)
        for machine, key in zip(machines, keys, strict=True):
            if key not in scheduled:
                raise MaintenanceError(f"Machine '{_text(machine)}' is not part of a maintenance schedule")
        already = {machine_key(one) for one in self._down}
        down = [*self._down, *(one for one in machines if machine_key(one) not in already)]
        await self._registry.set_maintenance({**self._registry.maintenance, "down": down})
        logger.info("Machines down for maintenance: %s", ", ".join(map(_text, machines)))
        for agent in self._agents.on_machines(keys):
            await self._agents.end(agent.id, "TASK_GONE", "Operator initiated 'Machine DOWN'")

    async def stop(self, machines: Any) -> None:
        """They leave the schedule."""
        down = {machine_key(one) for one in self._down}
        keys = _keys(machines)
        for machine, key in zip(machines, keys, strict=True):
            if key not in down:
                raise MaintenanceError(f"Machine '{_text(machine)}' is not in DOWN mode and cannot be brought up")
        windows = []
        for window in self._registry.maintenance.get("windows", []):
            left = [one for one in window["machine_ids"] if machine_key(one) not in keys]
            if left:
                windows.append({**window, "machine_ids": left})
        await self._registry.set_maintenance(
            {"windows": windows, "down": [one for one in self._down if machine_key(one) not in keys]}
        )


def _machines(windows: list[dict[str, Any]]) -> list[Machine]:
    return [machine for window in windows for machine in window["machine_ids"]]


def _keys(machines: Any) -> list[Key]:
    try:
        return [machine_key(one) for one in machines]
    except (AttributeError, TypeError):
        raise MaintenanceError("Unexpected JSON type parsed") from None


def _text(machine: Machine) -> str:
    return json.dumps(machine, separators=(",", ":"))
