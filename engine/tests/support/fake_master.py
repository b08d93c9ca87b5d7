"""A Mesos master and its agents in one process, as far as a scheduler sees them. Tests decide what tasks do."""

from __future__ import annotations

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from labengine.common import recordio

OFFER_SECONDS = 0.03

Behaviour = Callable[[dict[str, Any]], list[dict[str, Any]]]


def runs(_task: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"state": "TASK_STARTING"}, {"state": "TASK_RUNNING"}]


def stays_staged(_task: dict[str, Any]) -> list[dict[str, Any]]:
    return []


def fails(_task: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"state": "TASK_FAILED", "message": "Failed to launch container: no such image",
             "reason": "REASON_CONTAINER_LAUNCH_FAILED"}]


@dataclass
class FakeAgent:
    """``behaviour`` gives the statuses a launched task reports at once."""

    hostname: str
    cpus: float = 4.0
    mem: float = 4096.0
    disk: float = 10240.0
    ports: tuple[int, int] = (31000, 31999)
    role: str = "*"
    attributes: dict[str, str] = field(default_factory=dict)
    unavailability: dict[str, Any] | None = None
    behaviour: Behaviour = runs
    connected: bool = True
    used: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    refused_until: float = 0.0
    offer_id: str | None = None

    @property
    def id(self) -> str:
        return f"agent-{self.hostname}"

    def resources(self) -> list[dict[str, Any]]:
        taken = [resource for resources in self.used.values() for resource in resources]
        left = []
        for name in ("cpus", "mem", "disk"):
            value = getattr(self, name) - sum(one["scalar"]["value"] for one in taken if one["name"] == name)
            left.append({"name": name, "type": "SCALAR", "scalar": {"value": round(value, 3)}, "role": self.role})
        busy = {one["begin"] for resource in taken if resource["name"] == "ports"
                for one in resource["ranges"]["range"]}
        ranges: list[dict[str, int]] = []
        for port in range(self.ports[0], self.ports[1] + 1):
            if port in busy:
                continue
            if ranges and ranges[-1]["end"] == port - 1:
                ranges[-1]["end"] = port
            else:
                ranges.append({"begin": port, "end": port})
        left.append({"name": "ports", "type": "RANGES", "ranges": {"range": ranges}, "role": self.role})
        return left


class FakeMaster:
    """The ASGI application is ``app``; everything runs in one event loop."""

    def __init__(self) -> None:
        self.app = Starlette(routes=[Route("/api/v1/scheduler", self._scheduler, methods=["POST"])])
        self.agents: dict[str, FakeAgent] = {}
        self.tasks: dict[str, dict[str, Any]] = {}
        self.states: dict[str, str] = {}
        self.calls: list[dict[str, Any]] = []
        self.acknowledged: list[str] = []
        self.kills_answered = True
        # Seconds until a SUPPRESS takes effect: calls go over several connections.
        self.slow_suppress = 0.0
        self.suppressed = False
        self.suppressions = 0
        self.framework: dict[str, Any] | None = None
        self._numbers = itertools.count()
        self._stream: asyncio.Queue[dict[str, Any] | None] | None = None
        self._stream_id = ""

    def add_agent(self, hostname: str, **options: Any) -> FakeAgent:
        agent = FakeAgent(hostname, **options)
        self.agents[agent.id] = agent
        return agent

    def disconnect(self) -> None:
        """Cut the scheduler's stream, as a dying master does."""
        if self._stream is not None:
            self._stream.put_nowait(None)
            self._stream = None

    def report(self, task_id: str, state: str, **fields: Any) -> None:
        """A status update of an agent."""
        task = self.tasks[task_id]
        self.states[task_id] = state
        agent = self.agents[task["agent_id"]["value"]]
        if state in ("TASK_FAILED", "TASK_KILLED", "TASK_FINISHED", "TASK_ERROR", "TASK_LOST"):
            agent.used.pop(task_id, None)
        self._update({"task_id": task["task_id"], "agent_id": task["agent_id"], "state": state,
                      "uuid": uuid.uuid4().hex, "timestamp": time.time(), "source": "SOURCE_EXECUTOR", **fields})

    def active(self) -> list[str]:
        return [task_id for task_id, state in self.states.items() if state in ("TASK_STARTING", "TASK_RUNNING")]

    def calls_of(self, kind: str) -> list[dict[str, Any]]:
        return [call for call in self.calls if call["type"] == kind]

    def _update(self, status: dict[str, Any]) -> None:
        self.send({"type": "UPDATE", "update": {"status": status}})

    def send(self, event: dict[str, Any]) -> None:
        if self._stream is not None:
            self._stream.put_nowait(event)

    async def _scheduler(self, request: Request) -> Response:
        call = json.loads(await request.body())
        self.calls.append(call)
        if call["type"] == "SUBSCRIBE":
            return self._subscribe(call)
        if request.headers.get("mesos-stream-id") != self._stream_id:
            return Response("unknown stream", 400)
        if call["type"] == "SUPPRESS":
            await asyncio.sleep(self.slow_suppress)
        getattr(self, "_" + call["type"].lower())(call.get(call["type"].lower(), {}))
        return Response(status_code=202)

    def _subscribe(self, call: dict[str, Any]) -> Response:
        self.disconnect()
        self.framework = call["subscribe"]["framework_info"]
        framework_id = self.framework.get("id", {}).get("value") or f"framework-{next(self._numbers)}"
        self._stream = asyncio.Queue()
        self._stream_id = uuid.uuid4().hex
        self.suppressed = False
        for agent in self.agents.values():
            agent.offer_id, agent.refused_until = None, 0.0
        self.send({"type": "SUBSCRIBED", "subscribed": {"framework_id": {"value": framework_id},
                                                         "heartbeat_interval_seconds": 15}})
        return StreamingResponse(self._records(self._stream), headers={"Mesos-Stream-Id": self._stream_id},
                                 media_type="application/json")

    async def _records(self, stream: asyncio.Queue[dict[str, Any] | None]) -> AsyncIterator[bytes]:
        while True:
            try:
                async with asyncio.timeout(OFFER_SECONDS):
                    event = await stream.get()
            except TimeoutError:
                if stream is self._stream:
                    self._offer()
                continue
            if event is None:
                return
            yield recordio.encode(event)

    def _offer(self) -> None:
        if self.suppressed:
            return
        offers = []
        for agent in self.agents.values():
            if agent.connected and agent.offer_id is None and time.time() >= agent.refused_until:
                agent.offer_id = f"offer-{next(self._numbers)}"
                offers.append({
                    "id": {"value": agent.offer_id}, "agent_id": {"value": agent.id}, "hostname": agent.hostname,
                    "framework_id": {"value": "framework"}, "resources": agent.resources(),
                    "attributes": [{"name": name, "type": "TEXT", "text": {"value": value}}
                                   for name, value in agent.attributes.items()],
                    **({"unavailability": agent.unavailability} if agent.unavailability else {})})
        if offers:
            self.send({"type": "OFFERS", "offers": {"offers": offers}})

    def _take_back(self, offer_ids: list[dict[str, str]], refuse_seconds: float) -> None:
        ids = {one["value"] for one in offer_ids}
        for agent in self.agents.values():
            if agent.offer_id in ids:
                agent.offer_id, agent.refused_until = None, time.time() + refuse_seconds

    def _accept(self, accept: dict[str, Any]) -> None:
        self._take_back(accept["offer_ids"], 0)
        for operation in accept["operations"]:
            if operation["type"] == "LAUNCH_GROUP":
                group = operation["launch_group"]
                # The executor's resources are held with the first task's.
                held, tasks = group["executor"]["resources"], group["task_group"]["tasks"]
            else:
                held, tasks = [], operation["launch"]["task_infos"]
            for task in tasks:
                self._launch(task, held)
                held = []

    def _launch(self, task: dict[str, Any], held: list[dict[str, Any]]) -> None:
        task_id = task["task_id"]["value"]
        agent = self.agents[task["agent_id"]["value"]]
        self.tasks[task_id] = task
        self.states[task_id] = "TASK_STAGING"
        agent.used[task_id] = [*task["resources"], *held]
        for status in agent.behaviour(task):
            self.report(task_id, **status)

    def _decline(self, decline: dict[str, Any]) -> None:
        self._take_back(decline["offer_ids"], decline.get("filters", {}).get("refuse_seconds", 5))

    def _revive(self, _body: dict[str, Any]) -> None:
        self.suppressed = False
        for agent in self.agents.values():
            agent.refused_until = 0.0

    def _suppress(self, _body: dict[str, Any]) -> None:
        self.suppressed = True
        self.suppressions += 1

    def _acknowledge(self, body: dict[str, Any]) -> None:
        self.acknowledged.append(body["uuid"])

    def _kill(self, kill: dict[str, Any]) -> None:
        task_id = kill["task_id"]["value"]
        if self.kills_answered and task_id in self.active():
            self.report(task_id, "TASK_KILLED")

    def _reconcile(self, body: dict[str, Any]) -> None:
        asked = [one["task_id"]["value"] for one in body["tasks"]]
        for task_id in asked or self.active():
            state = self.states.get(task_id, "TASK_GONE")
            status = {"task_id": {"value": task_id}, "state": state, "reason": "REASON_RECONCILIATION",
                      "source": "SOURCE_MASTER", "timestamp": time.time()}
            if task_id in self.tasks:
                status["agent_id"] = self.tasks[task_id]["agent_id"]
            self._update(status)
