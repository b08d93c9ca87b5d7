"""Masters that answer from what they were told, and a clock that only sleeping moves."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.operator_api import PATH, OperatorApi

Reply = Answer | Exception | Callable[[dict[str, Any]], Answer]


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Masters:
    """What each URL answers; a list is used up one by one, and its last answer stays."""

    def __init__(self, **replies: Reply | list[Reply]) -> None:
        self.replies = {f"http://{name}:5050": reply for name, reply in replies.items()}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def prepare(self, urls: list[str]) -> None:
        pass

    def post(self, url: str, body: dict[str, Any]) -> Answer:
        master = url.removesuffix(PATH)
        self.asked.append((master, body))
        reply = self.replies[master]
        if isinstance(reply, list):
            reply = reply.pop(0) if len(reply) > 1 else reply[0]
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, Answer) else reply(body)

    def api(self, time: FakeTime, *names: str) -> OperatorApi:
        urls = [f"http://{name}:5050" for name in names] if names else list(self.replies)
        return OperatorApi(urls, self, time.sleep)


def leader_at(name: str) -> Answer:
    return redirected(f"//{name}:5050/master{PATH}")


def redirected(location: str) -> Answer:
    return Answer(307, "", {"Location": location})


def agent(number: int = 1, *, active: bool = True, deactivated: bool = False, drain: str | None = None,
          cpus: float = 4, used: float = 0) -> dict[str, Any]:  # fmt: skip
    """An entry of GET_AGENTS, in the form of the recorded ones."""

    def amounts(value: float) -> list[dict[str, Any]]:
        return [
            {"name": "cpus", "type": "SCALAR", "scalar": {"value": value}, "role": "*"},
            {"name": "mem", "type": "SCALAR", "scalar": {"value": value * 256}, "role": "*"},
            {"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 31000, "end": 32000}]}},
        ]

    entry: dict[str, Any] = {
        "agent_info": {"hostname": f"slave{number}", "port": 5051, "id": {"value": f"S{number}"}},
        "active": active and not deactivated,
        "deactivated": deactivated,
        "pid": f"slave(1)@10.0.0.{number}:5051",
        "registered_time": {"nanoseconds": number},
        "total_resources": amounts(cpus),
        "allocated_resources": amounts(used),
    }
    if drain:
        entry["drain_info"] = {"state": drain, "config": {"mark_gone": False}}
    return entry


def task(name: str = "web.1", on: int = 1, state: str = "TASK_RUNNING", cpus: float = 1) -> dict[str, Any]:
    return {
        "task_id": {"value": name},
        "framework_id": {"value": "F1"},
        "agent_id": {"value": f"S{on}"},
        "state": state,
        "resources": [
            {"name": "cpus", "type": "SCALAR", "scalar": {"value": cpus}},
            {"name": "ports", "type": "RANGES", "ranges": {"range": [{"begin": 31000, "end": 31000}]}},
        ],
    }


class Leader:
    """A master that does what it is asked, one state later at every look."""

    def __init__(self, *agents: dict[str, Any], tasks: tuple[dict[str, Any], ...] = ()) -> None:
        self.agents = list(agents)
        self.tasks = list(tasks)
        self.recovered: list[dict[str, Any]] = []
        self.calls: list[str] = []
        self.contents: list[dict[str, Any]] = []
        # Number of DRAIN_AGENT calls after which an agent without tasks is DRAINED; looks after which tasks are gone.
        self.drains_needed = 1
        self.looks_until_idle = 2

    def __call__(self, call: dict[str, Any]) -> Answer:
        kind = call["type"]
        reply: Any
        if kind == "GET_AGENTS":
            self._time_passes()
            reply = {"agents": self.agents, "recovered_agents": self.recovered}
        elif kind == "GET_TASKS":
            reply = {"tasks": self.tasks}
        elif kind == "GET_FRAMEWORKS":
            reply = {"frameworks": [{"framework_info": {"id": {"value": "F1"}, "name": "marathon"}}]}
        else:
            self.calls.append(kind)
            content = call[kind.lower()]
            self.contents.append(content)
            return self._done(kind, content["agent_id"]["value"])
        return Answer(200, json.dumps({"type": kind, kind.lower(): reply}))

    def _done(self, kind: str, agent_id: str) -> Answer:
        one = next(entry for entry in self.agents if entry["agent_info"]["id"]["value"] == agent_id)
        if kind == "REACTIVATE_AGENT":
            if not one["deactivated"]:
                return Answer(400, "Agent is not deactivated")
            one.pop("drain_info", None)
            one.update(deactivated=False, active=True)
        elif kind == "MARK_AGENT_GONE":
            self.agents.remove(one)
        else:
            one.update(deactivated=True, active=False)
            if kind == "DRAIN_AGENT":
                one["drain_info"] = {"state": "DRAINING"}
        return Answer(200, "")

    def _time_passes(self) -> None:
        for one in self.agents:
            if one.get("drain_info", {}).get("state") != "DRAINING":
                continue
            self.looks_until_idle -= 1
            if self.looks_until_idle <= 0:
                self.tasks = [entry for entry in self.tasks if entry["agent_id"] != one["agent_info"]["id"]]
                if self.calls.count("DRAIN_AGENT") >= self.drains_needed:
                    one["drain_info"] = {"state": "DRAINED"}
