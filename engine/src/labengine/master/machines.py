"""Machines as maintenance knows them."""

from __future__ import annotations

from typing import Any

Machine = dict[str, str]
Key = tuple[str, str]


def machine_key(machine: Machine) -> Key:
    """A machine is the pair of its host name and address."""
    return machine.get("hostname", "").lower(), machine.get("ip", "")


def unavailability(windows: list[dict[str, Any]], key: Key) -> dict[str, Any] | None:
    """When the machine is to be away."""
    for window in windows:
        if any(machine_key(one) == key for one in window["machine_ids"]):
            return dict(window["unavailability"])
    return None
