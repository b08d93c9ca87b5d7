"""Instances of apps, one Mesos task each, and of pods, a task for every container: from the launch to the end."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from labengine.marathon.clock import seconds, timestamp
from labengine.marathon.state import file_name
from labengine.marathon.store import Store
from labengine.marathon.tree import App

RUNNING, STAGING, UNREACHABLE, KILLING = "TASK_RUNNING", "TASK_STAGING", "TASK_UNREACHABLE", "TASK_KILLING"
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
        "TASK_UNKNOWN",
    }
)

_TASK_ID = re.compile(r"(.+)\.((?:instance-|marathon-)[^.]+)(?:\.[^.]+(?:\.\d+)?)?")


@dataclass
class Instance:
    """``version`` is that of the definition it was launched with; ``state`` is the last state of its task.

    An instance of a pod has ``containers`` (see :mod:`labengine.marathon.podupdates`), each with a task of its own;
    its ``state`` is made of theirs, and its ``task_id`` is its own id.
    """

    instance_id: str
    task_id: str
    app_id: str
    version: str
    agent_id: str
    host: str
    role: str
    ports: list[int] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    state: str = STAGING
    staged_at: float = 0.0
    started_at: float | None = None
    state_since: float = 0.0
    ip_addresses: list[dict[str, str]] = field(default_factory=list)
    containers: list[dict[str, Any]] = field(default_factory=list)
    healthy: bool | None = None
    confirmed: bool = False
    # How many the definition wanted with which it was launched.
    wanted: int = 1
    kill_reason: str | None = None
    # Mesos says that its agent ends it, whoever asked for that.
    ending: bool = False
    unreachable_since: float | None = None

    @property
    def killing(self) -> bool:
        return self.kill_reason is not None

    @property
    def living_tasks(self) -> list[str]:
        if not self.containers:
            return [self.task_id]
        return [one["task_id"] for one in self.containers if one["state"] not in TERMINAL]

    @property
    def running(self) -> bool:
        return self.state == RUNNING and not self.killing

    def expired(self, app: App | None, limit: str) -> bool:
        """Unreachable for longer than the app's ``inactiveAfterSeconds`` or ``expungeAfterSeconds``."""
        if self.state != UNREACHABLE or self.unreachable_since is None:
            return False
        strategy = app["unreachableStrategy"] if app else {}
        if not isinstance(strategy, dict):
            return False
        return time.time() - self.unreachable_since >= strategy.get(limit, 0)

    def condition(self) -> str:
        return condition_of(KILLING if (self.killing or self.ending) and self.state not in TERMINAL else self.state)


def condition_of(state: str) -> str:
    """A task's state as events name it."""
    state = {"TASK_GONE_BY_OPERATOR": "TASK_GONE", "TASK_LOST": "TASK_UNKNOWN"}.get(state, state)
    return state.removeprefix("TASK_").replace("_", " ").title().replace(" ", "")


def new_instance_id(service_id: str) -> str:
    return f"{file_name(service_id)}.instance-{uuid.uuid4()}"


def parsed(task_id: str) -> tuple[str, str] | None:
    """The instance's id and the service's of a task's id; None for what no Marathon has given."""
    found = _TASK_ID.fullmatch(task_id)
    return (f"{found[1]}.{found[2]}", "/" + found[1].replace("_", "/")) if found else None


def new_task_id(instance_id: str, container: str = "_app") -> str:
    return f"{instance_id}.{container}.1"


def task_state(instance: Instance) -> str:
    """As GET shows it: a task that was told to end is killing until Mesos confirms."""
    return KILLING if (instance.killing or instance.ending) and instance.state == RUNNING else instance.state


class Tracker:
    """All instances, by task and by app."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_task: dict[str, Instance] = {}
        self._by_app: dict[str, dict[str, Instance]] = {}

    def load(self, documents: dict[str, Any]) -> None:
        known = {one.name for one in fields(Instance)}
        for key, document in documents.items():
            if key.startswith("instances/"):
                self._index(Instance(**{name: value for name, value in document.items() if name in known}))

    def _index(self, instance: Instance) -> None:
        for task_id in _tasks(instance):
            self._by_task[task_id] = instance
        self._by_app.setdefault(instance.app_id, {})[instance.task_id] = instance

    def add(self, instance: Instance) -> None:
        self._index(instance)
        self.save(instance)

    def save(self, instance: Instance) -> None:
        self._store.put(f"instances/{instance.instance_id}", vars(instance))

    def remove(self, instance: Instance) -> None:
        for task_id in _tasks(instance):
            self._by_task.pop(task_id, None)
        of_app = self._by_app.get(instance.app_id, {})
        of_app.pop(instance.task_id, None)
        if not of_app:
            self._by_app.pop(instance.app_id, None)
        self._store.delete(f"instances/{instance.instance_id}")

    def get(self, task_id: str) -> Instance | None:
        return self._by_task.get(task_id)

    def of(self, app_id: str) -> list[Instance]:
        return list(self._by_app.get(app_id, {}).values())

    def app_ids(self) -> set[str]:
        return set(self._by_app)

    def __iter__(self) -> Iterator[Instance]:
        return iter([one for of_app in self._by_app.values() for one in of_app.values()])

    def __len__(self) -> int:
        return sum(len(of_app) for of_app in self._by_app.values())


def _tasks(instance: Instance) -> list[str]:
    return [one["task_id"] for one in instance.containers] or [instance.task_id]


def has_config(instance: Instance, app: App) -> bool:
    """Launched with the app's present definition, scaling aside."""
    return instance.version >= app["versionInfo"]["lastConfigChangeAt"]


def render(instance: Instance, health: list[dict[str, Any]]) -> dict[str, Any]:
    """A task as the API shows it."""
    task: dict[str, Any] = {
        "id": instance.task_id,
        "appId": instance.app_id,
        "host": instance.host,
        "role": instance.role,
        "state": task_state(instance),
        "slaveId": instance.agent_id,
        "ports": instance.ports,
        "ipAddresses": instance.ip_addresses,
        "stagedAt": timestamp(instance.staged_at),
        "version": instance.version,
        "localVolumes": [],
        "healthCheckResults": health,
    }
    if instance.started_at is not None:
        task["startedAt"] = timestamp(instance.started_at)
    for name in ("region", "zone"):
        if instance.facts.get(name):
            task[name] = instance.facts[name]
    return task


def change(instance: Instance, condition: str) -> dict[str, Any]:
    """What the event of a change says."""
    return {
        "instanceId": instance.instance_id,
        "condition": condition,
        "runSpecId": instance.app_id,
        "agentId": instance.agent_id,
        "host": instance.host,
        "runSpecVersion": instance.version,
    }


def kill_order(app: App, instances: list[Instance]) -> list[Instance]:
    """Which go first: unreachable, then not yet running, then by ``killSelection``."""
    youngest_first = app.get("killSelection", "YOUNGEST_FIRST") == "YOUNGEST_FIRST"

    def rank(instance: Instance) -> tuple[int, float]:
        stage = 0 if instance.state == UNREACHABLE else 2 if instance.state == RUNNING else 1
        age = instance.started_at or instance.staged_at
        return stage, -age if youngest_first else age

    return sorted(instances, key=rank)


def status_time(status: dict[str, Any]) -> float:
    value = status.get("timestamp")
    if isinstance(value, str):
        return seconds(value)
    return float(value) if value else time.time()
