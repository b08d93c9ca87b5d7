"""What the leading master knows: agents, frameworks, tasks, offers."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from labengine.common.resources import UNRESERVED, Resources
from labengine.master.streams import EventStream

TERMINAL = frozenset(
    {
        "TASK_FINISHED",
        "TASK_FAILED",
        "TASK_KILLED",
        "TASK_ERROR",
        "TASK_LOST",
        "TASK_DROPPED",
        "TASK_GONE",
        "TASK_GONE_BY_OPERATOR",
    }
)


@dataclass
class Task:
    info: dict[str, Any]
    framework_id: str
    agent_id: str
    role: str
    state: str = "TASK_STAGING"
    statuses: list[dict[str, Any]] = field(default_factory=list)
    update_state: str | None = None
    update_uuid: str | None = None

    @property
    def id(self) -> str:
        return str(self.info["task_id"]["value"])

    @property
    def terminal(self) -> bool:
        return self.state in TERMINAL

    @property
    def executor_id(self) -> str:
        """Of a task group; the executor of a lone task is as good as not there."""
        return str(self.info["executor"]["executor_id"]["value"]) if "executor" in self.info else ""

    @cached_property
    def executor_resources(self) -> Resources:
        return Resources.parse(self.info.get("executor", {}).get("resources", []))

    @cached_property
    def resources(self) -> Resources:
        return Resources.parse(self.info.get("resources", []))

    def record(self, status: dict[str, Any]) -> None:
        """Take over a status; a repeated state replaces the one before it."""
        self.state = status["state"]
        if self.statuses and self.statuses[-1]["state"] == status["state"]:
            self.statuses.pop()
        self.statuses.append(status)
        if status.get("uuid"):
            self.update_state, self.update_uuid = status["state"], status["uuid"]


def holdings(tasks: Iterable[Task]) -> Iterator[tuple[str, Resources]]:
    """What living tasks hold, piece by piece with the role; an executor once, whatever it runs."""
    living = [task for task in tasks if not task.terminal]
    executors = {(task.framework_id, task.executor_id): task for task in living if task.executor_id}
    yield from ((task.role, task.resources) for task in living)
    yield from ((task.role, task.executor_resources) for task in executors.values())


def held(tasks: Iterable[Task]) -> list[Resources]:
    return [resources for _role, resources in holdings(tasks)]


class Subscriber:
    """What an agent and a framework have in common: an open stream, tasks and offers."""

    stream: EventStream | None
    tasks: dict[Any, Task]
    offers: dict[str, Offer]

    @property
    def connected(self) -> bool:
        return self.stream is not None

    @property
    def used(self) -> Resources:
        return Resources.total(held(self.tasks.values()))

    @property
    def offered(self) -> Resources:
        return Resources.total(offer.resources for offer in self.offers.values())

    def send(self, event: dict[str, Any]) -> None:
        if self.stream is not None:
            self.stream.send(event)


@dataclass
class Agent(Subscriber):
    id: str
    info: dict[str, Any]
    ip: str
    version: str
    total: Resources
    registered: float = field(default_factory=time.time)
    reregistered: float | None = None
    stream: EventStream | None = None
    last_pong: float = field(default_factory=time.monotonic)
    tasks: dict[tuple[str, str], Task] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    pending_kills: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    # When its machine is to be maintained.
    unavailability: dict[str, Any] | None = None
    # What an operator wants of it: {} is deactivated; with "drain_info" and "started" it is drained too.
    drain: dict[str, Any] | None = None

    @property
    def active(self) -> bool:
        return self.connected and self.drain is None

    @property
    def hostname(self) -> str:
        return str(self.info["hostname"])

    @property
    def port(self) -> int:
        return int(self.info.get("port", 5051))

    @property
    def pid(self) -> str:
        return f"slave(1)@{self.ip}:{self.port}"

    @property
    def url(self) -> dict[str, Any]:
        address = {"hostname": self.hostname, "ip": self.ip, "port": self.port}
        return {"scheme": "http", "address": address, "path": "/slave(1)"}

    @property
    def free(self) -> Resources:
        return self.total - self.used - self.offered


@dataclass
class Offer:
    id: str
    framework_id: str
    agent: Agent
    resources: Resources
    role: str
    made: float = field(default_factory=time.monotonic)

    def to_json(self) -> dict[str, Any]:
        agent = self.agent
        result = {
            "id": {"value": self.id},
            "framework_id": {"value": self.framework_id},
            "agent_id": {"value": agent.id},
            "hostname": agent.hostname,
            "url": {**agent.url, "query": []},
            "allocation_info": {"role": self.role},
            "resources": self.resources.to_json(allocated_to=self.role),
            "attributes": agent.info.get("attributes", []),
        }
        if agent.unavailability is not None:
            result["unavailability"] = agent.unavailability
        return result


@dataclass(frozen=True)
class InverseOffer:
    """The framework is asked to leave the agent, whole: so no resources are named."""

    id: str
    framework_id: str
    agent: Agent
    unavailability: dict[str, Any]
    made: float = field(default_factory=time.monotonic)

    def to_json(self) -> dict[str, Any]:
        return {
            "id": {"value": self.id},
            "url": self.agent.url,
            "framework_id": {"value": self.framework_id},
            "agent_id": {"value": self.agent.id},
            "unavailability": self.unavailability,
        }


@dataclass
class Refusal:
    """A framework does not want this much of an agent until ``expires`` (monotonic)."""

    resources: Resources
    expires: float


@dataclass
class Framework(Subscriber):
    id: str
    info: dict[str, Any]
    registered: float = field(default_factory=time.time)
    reregistered: float | None = None
    unregistered: float = 0.0
    recovered: bool = False
    stream: EventStream | None = None
    suppressed: set[str] = field(default_factory=set)
    # By role and agent.
    refusals: dict[tuple[str, str], list[Refusal]] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    unreachable: dict[str, Task] = field(default_factory=dict)
    completed: deque[Task] = field(default_factory=deque)
    offers: dict[str, Offer] = field(default_factory=dict)
    inverse_offers: dict[str, InverseOffer] = field(default_factory=dict)
    failover: asyncio.TimerHandle | None = None
    # See ``framework_metrics``.
    counters: Counter[str] = field(default_factory=Counter)

    def send(self, event: dict[str, Any]) -> None:
        if self.stream is not None:
            self.count("events", str(event["type"]))
        super().send(event)

    def count(self, what: str, kind: str) -> None:
        """In total and by kind."""
        self.counters[what] += 1
        self.counters[f"{what}/{kind.lower()}"] += 1

    @property
    def name(self) -> str:
        return str(self.info.get("name", ""))

    @property
    def roles(self) -> list[str]:
        if "MULTI_ROLE" in self.capabilities:
            return list(self.info.get("roles", []))
        return [str(self.info.get("role", UNRESERVED))]

    @property
    def capabilities(self) -> list[str]:
        return [entry["type"] for entry in self.info.get("capabilities", []) if "type" in entry]

    @property
    def partition_aware(self) -> bool:
        return "PARTITION_AWARE" in self.capabilities

    @property
    def failover_timeout(self) -> float:
        return float(self.info.get("failover_timeout", 0.0))

    def holdings(self) -> Iterator[tuple[str, Resources]]:
        """What is allocated or offered to it, piece by piece with the role."""
        yield from holdings(self.tasks.values())
        yield from ((offer.role, offer.resources) for offer in self.offers.values())


@dataclass
class Cluster:
    """Everything that a new leader starts without."""

    master_id: str
    agents: dict[str, Agent] = field(default_factory=dict)
    # Admitted by an earlier leader and not yet back: AgentInfo by id.
    recovered: dict[str, dict[str, Any]] = field(default_factory=dict)
    # When the agent went out of reach, in seconds, by id.
    unreachable: dict[str, float] = field(default_factory=dict)
    frameworks: dict[str, Framework] = field(default_factory=dict)
    completed: dict[str, Framework] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    inverse_offers: dict[str, InverseOffer] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, by: int = 1) -> None:
        self.counters[name] = self.counters.get(name, 0) + by
