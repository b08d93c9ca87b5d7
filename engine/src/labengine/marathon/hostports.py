"""Which host ports an app wants, and a choice of real ones for it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from labengine.marathon.tree import App, is_pod


@dataclass(frozen=True)
class PortSlot:
    """One entry of ``portDefinitions``, ``portMappings`` or ``endpoints``; ``wanted`` None is no host port, 0 any."""

    wanted: int | None
    declared: int
    protocol: str
    name: str | None
    container_port: int | None = None


def slots(app: App) -> list[PortSlot]:
    if is_pod(app):
        return [slot for box in app["pod"]["containers"] for slot in endpoint_slots(box)]
    if app["networks"][0]["mode"] == "host":
        fixed = app.get("requirePorts", False)
        return [
            PortSlot(
                entry["port"] if fixed else 0,
                entry["port"],
                entry.get("protocol", "tcp"),
                entry.get("name"),
            )
            for entry in app.get("portDefinitions", [])
        ]
    bridge = app["networks"][0]["mode"] == "container/bridge"
    mappings = (app.get("container") or {}).get("portMappings", [])
    return [
        PortSlot(
            entry.get("hostPort", 0 if bridge else None),
            entry["containerPort"],
            entry.get("protocol", "tcp"),
            entry.get("name"),
            entry["containerPort"],
        )
        for entry in mappings
    ]


def endpoint_slots(container: dict[str, Any]) -> list[PortSlot]:
    """Those of one container of a pod."""
    return [
        PortSlot(
            one.get("hostPort"),
            one.get("containerPort", 0),
            ",".join(one.get("protocol", [])) or "tcp",
            one["name"],
            one.get("containerPort"),
        )
        for one in container.get("endpoints", [])
    ]


def choose(wanted: list[int], ranges: list[tuple[int, int]]) -> list[int] | None:
    """Host ports for the wanted ones (0 = any), all different, within the ranges; None when there are too few."""
    fixed = [port for port in wanted if port]
    if len(set(fixed)) < len(fixed) or not all(any(low <= port <= high for low, high in ranges) for port in fixed):
        return None
    dynamic = len(wanted) - len(fixed)
    chosen = iter(_draw(dynamic, ranges, set(fixed))) if dynamic else iter(())
    ports = [port or next(chosen, 0) for port in wanted]
    return None if 0 in ports else ports


def _draw(count: int, ranges: list[tuple[int, int]], used: set[int]) -> list[int]:
    """Ports from a random place on, so that a port just freed is not taken again at once."""
    total = sum(high - low + 1 for low, high in ranges)
    if not total:
        return []
    start = random.randrange(total)
    drawn: list[int] = []
    for step in range(total):
        port = _at((start + step) % total, ranges)
        if port not in used:
            used.add(port)
            drawn.append(port)
            if len(drawn) == count:
                break
    return drawn


def _at(index: int, ranges: list[tuple[int, int]]) -> int:
    for low, high in ranges:
        if index <= high - low:
            return low + index
        index -= high - low + 1
    raise IndexError(index)


def task_port(check: dict[str, Any], ports: list[int], slots: list[PortSlot]) -> int:
    """The port a check means inside the task's own network: the container's where it has one."""
    if "port" in check:
        return check["port"]
    index = check.get("portIndex", 0)
    slot = slots[index]
    if slot.container_port:
        return slot.container_port
    return ports[sum(1 for other in slots[:index] if other.wanted is not None)]
