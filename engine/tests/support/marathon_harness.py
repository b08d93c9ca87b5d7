"""The engine's Marathon in the test's own process, on a fake master and a store in memory."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import requests
from fake_master import FakeAgent, FakeMaster
from local_cluster import free_port, wait_until

from labengine.common import flags as flag_module
from labengine.common import httpserver
from labengine.common.zk import MasterDetector
from labengine.marathon.api.routes import application
from labengine.marathon.endings import Status
from labengine.marathon.leader import Leader
from labengine.marathon.node import Node
from labengine.marathon.store import MemoryStore

HOST = "127.0.0.1"
SECONDS = 30.0
FAST = {"min_revive_offers_interval": "50", "zk": f"zk://{HOST}:1/marathon"}


class Standing:
    """What the candidate of a real program says: who leads, and the application when this node does."""

    def __init__(self) -> None:
        self.application: Any = None
        self.leader: str | None = None


class Marathon:
    """One node; ``session`` sends requests to it. ``stop`` and a second one with the same documents is a fail-over."""

    def __init__(self, harness: Harness, documents: dict[str, str], **flags: str) -> None:
        self._harness = harness
        given = {"master": harness.master_address, "hostname": HOST, "http_address": HOST,
                 "http_port": str(free_port(HOST)), **FAST, **flags}
        arguments = [f"--{name}={value}" for name, value in given.items()]
        self.flags = flag_module.load("marathon", arguments, {})
        self.address = f"{HOST}:{self.flags.http_port}"
        self.url = f"http://{self.address}"
        self.standing = Standing()
        self.failures: list[tuple[str, int]] = []
        self.documents = documents
        self.leader: Leader | None = None
        harness.run(self._serve())
        wait_until(f"{self.address} listens", self._listens, SECONDS)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((HOST, self.flags.http_port), 1):
            return True
        return False

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._node = Node(self.flags, self.address, self.standing)
        listener = httpserver.bind(HOST, self.flags.http_port)
        self._serving = asyncio.create_task(
            httpserver.serve(self._node, HOST, self.flags.http_port, stop=self._stop, listener=listener))

    def lead(self) -> Marathon:
        async def start() -> None:
            detector = MasterDetector(self._harness.master_address)
            await detector.start()
            self.leader = Leader(self.flags, MemoryStore(self.documents), detector, self.url, self._failed)
            await self.leader.start()
            self.standing.application = application(self.leader)
            self.standing.leader = self.address

        self._harness.run(start())
        wait_until("the framework is subscribed", lambda: self.leader and self.leader.scheduler.subscribed, SECONDS)
        return self

    def _failed(self, reason: str, status: Status = Status.EXCEPTION) -> None:
        self.failures.append((reason, status))

    def stop(self) -> None:
        async def end() -> None:
            self.standing.application = None
            if self.leader:
                await self.leader.stop()
            self._stop.set()
            await self._serving
            await self._node.close()

        self._harness.run(end())

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        return requests.request(method, self.url + path, json=body, timeout=SECONDS, **options)

    def get(self, path: str, **options: Any) -> Any:
        answer = self.send("GET", path, **options)
        answer.raise_for_status()
        return answer.json()

    def write(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    def refused(self, method: str, path: str, body: Any = None, status: int = 422) -> dict[str, Any]:
        answer = self.send(method, path, body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def app(self, app_id: str) -> dict[str, Any]:
        return self.get(f"/v2/apps{app_id}")["app"]

    def wait(self, what: str, condition: Callable[[], Any], seconds: float = SECONDS) -> Any:
        return wait_until(what, condition, seconds, interval=0.02)

    def settled(self, seconds: float = SECONDS) -> None:
        """No deployment runs any more."""
        self.wait("the deployments are finished", lambda: self.get("/v2/deployments") == [], seconds)

    def running(self, app_id: str, count: int) -> list[dict[str, Any]]:
        """The app's tasks as soon as that many run and no others are left."""

        def tasks() -> Any:
            found = self.get(f"/v2/apps{app_id}/tasks")["tasks"]
            done = len(found) == count and all(task["state"] == "TASK_RUNNING" for task in found)
            return (found or True) if done else None

        found = self.wait(f"{count} tasks of {app_id} run", tasks)
        return [] if found is True else found


class Harness:
    """An event loop in a thread of its own, with the fake master in it."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.master = FakeMaster()
        self._marathons: list[Marathon] = []
        port = free_port(HOST)
        self.master_address = f"{HOST}:{port}"
        self.run(self._serve(port))

    async def _serve(self, port: int) -> None:
        self._stop = asyncio.Event()
        self._serving = asyncio.create_task(httpserver.serve(
            self.master.app, HOST, port, stop=self._stop, listener=httpserver.bind(HOST, port)))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    def call(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run a plain function in the loop."""

        async def inside() -> Any:
            return function(*arguments, **named)

        return self.run(inside())

    def agent(self, hostname: str, **options: Any) -> FakeAgent:
        return self.call(self.master.add_agent, hostname, **options)

    def report(self, task_id: str, state: str, **fields: Any) -> None:
        self.call(self.master.report, task_id, state, **fields)

    def marathon(self, documents: dict[str, str] | None = None, *, standby: bool = False, **flags: str) -> Marathon:
        node = Marathon(self, {} if documents is None else documents, **flags)
        self._marathons.append(node)
        return node if standby else node.lead()

    def retire(self, node: Marathon) -> None:
        self._marathons.remove(node)
        node.stop()

    def close(self) -> None:
        for node in self._marathons:
            node.stop()

        async def end() -> None:
            self.master.disconnect()
            self._stop.set()
            await self._serving

        self.run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()
