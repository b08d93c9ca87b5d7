"""The other ends of a master's streams, for tests: a scheduler of the v1 API and an agent of the lab engine."""

from __future__ import annotations

import base64
import contextlib
import queue
import threading
import time
import uuid
from typing import Any

import requests
import urllib3

from labengine.common import recordio

WAIT_SECONDS = 30


class _Stream:
    """Events of one SUBSCRIBE, read in a thread."""

    def __init__(self, url: str, body: dict[str, Any]) -> None:
        self.events: queue.Queue[dict[str, Any]] = queue.Queue()
        self.response = requests.post(url, json=body, stream=True, timeout=(WAIT_SECONDS, None), allow_redirects=False)
        self.ended = threading.Event()
        if self.response.status_code == 200:
            threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        decoder = recordio.Decoder()
        with contextlib.suppress(requests.RequestException, urllib3.exceptions.HTTPError, AttributeError, ValueError):
            while chunk := self.response.raw.read1(65536, decode_content=True):
                for event in decoder.feed(chunk):
                    self.events.put(event)
        self.ended.set()

    def close(self) -> None:
        # Only a shutdown of the socket wakes the reading thread; close() alone waits for it.
        connection = self.response.raw.connection
        with contextlib.suppress(OSError, AttributeError):
            connection.sock.shutdown(2)
        self.ended.wait(WAIT_SECONDS)
        self.response.close()

    def expect(self, kind: str, seconds: float = WAIT_SECONDS, *, ignore: bool = True) -> dict[str, Any]:
        """The next event of this type; others before it are dropped."""
        deadline = time.monotonic() + seconds
        seen = []
        while True:
            try:
                event = self.events.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"no {kind} within {seconds} s; seen: {seen}") from None
            if event["type"] == kind:
                return event
            assert ignore, f"{event['type']} instead of {kind}"
            seen.append(event["type"])

    def nothing(self, kind: str, seconds: float) -> None:
        """Fails when such an event comes."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            with contextlib.suppress(queue.Empty):
                event = self.events.get(timeout=left)
                assert event["type"] != kind, event


def operator_events(master: str) -> _Stream:
    """What a subscriber of the operator API is told."""
    return _Stream(f"{master}/api/v1", {"type": "SUBSCRIBE"})


class Scheduler:
    def __init__(self, master: str, *, framework_id: str | None = None, name: str = "test", role: str = "*",
                 roles: list[str] | None = None, failover_timeout: float = 60.0, partition_aware: bool = True) -> None:
        self.url = f"{master}/api/v1/scheduler"
        self.info: dict[str, Any] = {
            "name": name, "user": "root", "role": role, "failover_timeout": failover_timeout, "checkpoint": True,
            "capabilities": [{"type": "PARTITION_AWARE"}] if partition_aware else []}
        if roles:
            del self.info["role"]
            self.info["roles"] = roles
            self.info["capabilities"].append({"type": "MULTI_ROLE"})
        self.id = framework_id
        self._offers: list[dict[str, Any]] = []
        if framework_id:
            self.info["id"] = {"value": framework_id}
        self.stream = _Stream(self.url, {"type": "SUBSCRIBE", "subscribe": {"framework_info": self.info}} | (
            {"framework_id": {"value": framework_id}} if framework_id else {}))
        self.stream_id = self.stream.response.headers.get("Mesos-Stream-Id")

    def subscribed(self) -> str:
        """The framework's id."""
        self.id = self.stream.expect("SUBSCRIBED")["subscribed"]["framework_id"]["value"]
        return self.id

    def call(self, kind: str, **content: Any) -> requests.Response:
        body: dict[str, Any] = {"type": kind, "framework_id": {"value": self.id}}
        if content:
            body[kind.lower()] = content
        return requests.post(self.url, json=body, headers={"Mesos-Stream-Id": self.stream_id or ""},
                             timeout=WAIT_SECONDS)

    def offer(self, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        """One after the other, also of those that came together."""
        if not self._offers:
            self._offers = self.stream.expect("OFFERS", seconds)["offers"]["offers"]
        return self._offers.pop(0)

    def launch(self, offer: dict[str, Any], *tasks: dict[str, Any], refuse_seconds: float = 0.0) -> None:
        answer = self.call("ACCEPT", offer_ids=[offer["id"]], filters={"refuse_seconds": refuse_seconds},
                           operations=[{"type": "LAUNCH", "launch": {"task_infos": list(tasks)}}])
        assert answer.status_code == 202, answer.text

    def update(self, seconds: float = WAIT_SECONDS) -> dict[str, Any]:
        return self.stream.expect("UPDATE", seconds)["update"]["status"]

    def acknowledge(self, status: dict[str, Any]) -> None:
        answer = self.call("ACKNOWLEDGE", agent_id=status["agent_id"], task_id=status["task_id"], uuid=status["uuid"])
        assert answer.status_code == 202, answer.text


class AgentEnd:
    """An agent that runs nothing: the test says what its tasks do. It answers pings unless ``silent``."""

    def __init__(self, master: str, *, agent_id: str | None = None, port: int = 5051, hostname: str = "agent",
                 resources: list[dict[str, Any]] | None = None, tasks: list[dict[str, Any]] | None = None,
                 frameworks: list[dict[str, Any]] | None = None) -> None:
        self.url = f"{master}/lab/v1/agent"
        info: dict[str, Any] = {
            "hostname": hostname, "port": port, "attributes": [
                {"name": "rack", "type": "TEXT", "text": {"value": "r1"}}],
            "resources": resources or [scalar("cpus", 4), scalar("mem", 4096), ports(31000, 32000)]}
        if agent_id:
            info["id"] = {"value": agent_id}
        self.silent = False
        self.stream = _Stream(self.url, {"type": "SUBSCRIBE", "agent_info": info, "ip": "127.0.0.1",
                                         "version": "1.11.0", "tasks": tasks or [], "frameworks": frameworks or []})
        self.id = agent_id
        self._pongs = threading.Thread(target=self._pong, daemon=True)

    def subscribed(self) -> str:
        self.id = self.stream.expect("SUBSCRIBED")["agent_id"]["value"]
        self._pongs.start()
        return self.id

    def _pong(self) -> None:
        while not self.stream.ended.wait(1) and not self.silent:
            with contextlib.suppress(requests.RequestException):
                requests.post(self.url, json={"type": "PONG", "agent_id": {"value": self.id}}, timeout=2)

    def report(self, event: dict[str, Any], state: str, **more: Any) -> dict[str, Any]:
        """The status of a task that RUN_TASK or KILL_TASK named, as the agent tells it."""
        task_id = event["task"]["task_id"] if "task" in event else event["task_id"]
        framework_id = event["framework"]["id"] if "framework" in event else event["framework_id"]
        status = {"task_id": task_id, "agent_id": {"value": self.id}, "state": state, "source": "SOURCE_EXECUTOR",
                  "timestamp": time.time(), "uuid": base64.b64encode(uuid.uuid4().bytes).decode(), **more}
        answer = requests.post(self.url, json={"type": "STATUS_UPDATE", "agent_id": {"value": self.id},
                                               "framework_id": framework_id, "status": status}, timeout=WAIT_SECONDS)
        assert answer.status_code == 202, answer.text
        return status


def scalar(name: str, value: float, role: str = "*") -> dict[str, Any]:
    return {"name": name, "type": "SCALAR", "scalar": {"value": value}, "role": role}


def ports(begin: int, end: int) -> dict[str, Any]:
    return {"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": begin, "end": end}]}, "role": "*"}


def task(offer: dict[str, Any], task_id: str = "t1", *, cpus: float = 0.5, mem: float = 64,
         **more: Any) -> dict[str, Any]:
    return {"name": task_id, "task_id": {"value": task_id}, "agent_id": offer["agent_id"],
            "resources": [scalar("cpus", cpus), scalar("mem", mem)], "command": {"value": "sleep 1000"}, **more}
