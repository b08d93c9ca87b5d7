"""The Marathon flags that decide how a definition is read."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    mesos_role: str = "*"
    default_network_name: str | None = None
    mesos_bridge_name: str = "mesos-bridge"
    local_port_min: int = 10000
    local_port_max: int = 20000
    enable_features: frozenset[str] = field(default_factory=frozenset)
    new_group_enforce_role: str = "off"
