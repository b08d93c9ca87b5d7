"""Parts of the answer to GET /master/state, each checked before a name is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..apps import fields
from ..apps.fields import FieldError

_MOST_PORTS = 1000
_RANGE = re.compile(r"([0-9]{1,5})-([0-9]{1,5})")
_RUNNING = "TASK_RUNNING"


@dataclass(frozen=True)
class Port:
    number: int
    protocols: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Discovery:
    name: str
    ports: tuple[Port, ...]


@dataclass(frozen=True)
class Task:
    """A task that runs. ``healthy`` is None where Mesos does not check it; ``ports`` are those it has of its agent."""

    id: str
    name: str
    agent: str
    own_addresses: tuple[str, ...]
    ports: tuple[int, ...]
    healthy: bool | None
    discovery: Discovery | None


def entries(holder: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = holder.get(name)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def place(value: Any) -> tuple[str, int] | None:
    """The address and port of a process of Mesos, `master@10.0.0.1:5050`; None where it is none."""
    host, _colon, port = str(value or "").rpartition("@")[2].rpartition(":")
    address = fields.as_address(host.strip("[]"))
    if address is None or not (port.isascii() and port.isdigit() and 0 < int(port) <= 65535):
        return None
    return address, int(port)


def address(entry: Mapping[str, Any], addresses: Mapping[str, str]) -> str | None:
    """Where an agent or a framework is: by its process, else by its host name."""
    found = place(entry.get("pid"))
    if found:
        return found[0]
    host = entry.get("hostname")
    return (fields.as_address(host) or addresses.get(host.lower())) if isinstance(host, str) else None


def host_names(state: Mapping[str, Any]) -> list[str]:
    """The hosts of agents and frameworks whose address only their name tells."""
    found = set()
    for entry in entries(state, "slaves") + entries(state, "frameworks"):
        host = entry.get("hostname")
        if place(entry.get("pid")) is None and isinstance(host, str) and fields.as_address(host) is None:
            found.add(host)
    return sorted(found)


def running(framework: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for entry in entries(framework, "tasks"):
        if entry.get("state") == _RUNNING:
            yield entry


def task(entry: Mapping[str, Any]) -> Task:
    status = _newest(entry)
    healthy = status.get("healthy")
    return Task(
        id=_text("id", entry.get("id")),
        name=_text("name", entry.get("name")),
        agent=_text("slave_id", entry.get("slave_id")),
        own_addresses=_own_addresses(status),
        ports=_ports(entry),
        healthy=healthy if isinstance(healthy, bool) else None,
        discovery=_discovery(entry),
    )


def _newest(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """An update because of a health check has no less in it than the one before."""
    known = [status for status in entries(entry, "statuses") if status.get("state") == _RUNNING]
    return max(known, key=_time, default={})


def _time(status: Mapping[str, Any]) -> float:
    value = status.get("timestamp")
    return value if isinstance(value, (int, float)) else 0.0


def _own_addresses(status: Mapping[str, Any]) -> tuple[str, ...]:
    container = status.get("container_status")
    found = []
    for network in entries(container if isinstance(container, dict) else {}, "network_infos"):
        for one in entries(network, "ip_addresses"):
            found.append(fields.address("ip_address", one.get("ip_address")))
    return tuple(dict.fromkeys(found))


def _ports(entry: Mapping[str, Any]) -> tuple[int, ...]:
    resources = entry.get("resources")
    text = resources.get("ports") if isinstance(resources, dict) else None
    found: set[int] = set()
    for first, last in _RANGE.findall(text if isinstance(text, str) else ""):
        if int(last) - int(first) >= _MOST_PORTS or len(found) > _MOST_PORTS:
            raise FieldError(f"ports: more than {_MOST_PORTS}")
        found.update(fields.port("ports", number) for number in range(int(first), int(last) + 1))
    return tuple(sorted(found))


def _discovery(entry: Mapping[str, Any]) -> Discovery | None:
    info = entry.get("discovery")
    if not isinstance(info, dict):
        return None
    ports = info.get("ports")
    listed = entries(ports if isinstance(ports, dict) else {}, "ports")
    if len(listed) > _MOST_PORTS:
        raise FieldError(f"discovery.ports: more than {_MOST_PORTS}")
    name = info.get("name") or entry.get("name")
    return Discovery(_text("discovery.name", name), tuple(_port(port) for port in listed))


def _port(entry: Mapping[str, Any]) -> Port:
    protocol = _text("discovery.ports.protocol", entry.get("protocol") or "tcp,udp")
    name = entry.get("name")
    return Port(
        fields.port("discovery.ports.number", entry.get("number")),
        tuple(protocol.split(",")),
        "" if name is None else _text("discovery.ports.name", name),
    )


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise FieldError(f"{name}: {fields.shown(value)} is not text")
    return value
