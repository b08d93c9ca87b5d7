# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings an agent into a state and waits until it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Callable

from . import agents
from .agents import Agent, Name, Task
from .errors import CallRefused, InsufficientResources, WaitFailed
from .operator_api import OperatorApi

POLL_SECONDS = 1.0
# An agent may stay DRAINING long after its last task; another DRAIN_AGENT ends that.
REPEAT_SECONDS = 10.0

# The states that need no step toward the wanted one.
_THERE = {
    "active": ("active", "disconnected"),
    "drained": ("drained", "draining"),
    "deactivated": ("deactivated", "draining", "drained"),
    "gone": (),
}


@dataclass(frozen=True)
class DesiredState:
    name: Name
    state: str
    wait: bool = True
    wait_timeout: float = 300
    max_grace_period: int | None = None
    force: bool = False


class AgentState:
    def __init__(
        self, api: OperatorApi, desired: DesiredState, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self._api = api
        self._wish = desired
        self._clock = clock
        self._sleep = sleep

    def run(self, check_mode: bool) -> dict[str, Any]:
        start = self._clock()
        agent = self._first_look(start)
        before = agent.state if agent else "gone"
        if agent is None:
            return _result(None, before, before, changed=False)
        changed = before not in _THERE[self._wish.state]
        if changed:
            self._refuse_harm(agent)
        if check_mode:
            return _result(agent, before, self._wish.state if changed else before, changed)
        if changed:
            self._ask(agent)
        if self._wish.wait and self._wish.state != "gone":
            agent = self._wait(agent, start)
        elif changed:
            agent = self._look() or agent
        return _result(agent, before, agent.state if self._wish.state != "gone" else "gone", changed)

    # Looking

    def _look(self) -> Agent | None:
        return agents.find(agents.agents(self._api.call("GET_AGENTS")), self._wish.name)

    def _first_look(self, start: float) -> Agent | None:
        """After a fail-over an agent is known and not there for a moment; a gone one is there no more at all."""
        while True:
            content = self._api.call("GET_AGENTS")
            everyone = agents.agents(content)
            agent = agents.find(everyone, self._wish.name)
            late = next((one for one in agents.recovered(content) if self._wish.name.fits(one)), None)
            if agent or self._wish.state == "gone":
                return agent or late
            if late is None or not self._wish.wait or self._clock() - start >= self._wish.wait_timeout:
                raise agents.not_registered(everyone, self._wish.name)
            self._sleep(POLL_SECONDS)

    def _tasks(self, agent: Agent) -> list[Task]:
        return agents.tasks_on(agent.id, self._api.call("GET_TASKS"), self._api.call("GET_FRAMEWORKS"))

    # Asking

    def _refuse_harm(self, agent: Agent) -> None:
        if self._wish.force or self._wish.state not in ("drained", "gone"):
            return
        tasks = self._tasks(agent)
        if self._wish.state == "gone" and tasks:
            raise InsufficientResources(
                f"{agent.hostname} still runs {len(tasks)} tasks ({agents.listed(tasks)}), and they would be lost "
                "with it: drain it first, or set force",
                tasks=[task.summary for task in tasks],
            )
        others = [other for other in agents.agents(self._api.call("GET_AGENTS")) if other.address != agent.address]
        left = agents.homeless(tasks, others)
        if left:
            raise InsufficientResources(
                f"No other active agent has room for {len(left)} of the {len(tasks)} tasks on {agent.hostname} "
                f"({agents.listed(left)}), and they would not run until it is back: add room, or set force",
                tasks=[task.summary for task in left],
            )

    def _ask(self, agent: Agent) -> None:
        agent_id = {"value": agent.id}
        if self._wish.state == "drained":
            self._drain(agent)
        elif self._wish.state == "deactivated":
            self._api.call("DEACTIVATE_AGENT", agent_id=agent_id)
        elif self._wish.state == "gone":
            self._api.call("MARK_AGENT_GONE", agent_id=agent_id)
        elif agent.drain != "DRAINING":
            self._reactivate(agent)

    def _drain(self, agent: Agent) -> None:
        grace = self._wish.max_grace_period
        limit = {} if grace is None else {"max_grace_period": {"seconds": grace}}
        self._api.call("DRAIN_AGENT", agent_id={"value": agent.id}, **limit)

    def _reactivate(self, agent: Agent) -> None:
        try:
            self._api.call("REACTIVATE_AGENT", agent_id={"value": agent.id})
        except CallRefused as refused:
            # Somebody was faster, or the answer to our own call was lost; the next look tells.
            if "not deactivated" not in refused.reason:
                raise

    # Waiting

    def _wait(self, agent: Agent, start: float) -> Agent:
        asked = self._clock()
        while agent.state != self._wish.state and not (
            self._wish.state == "deactivated" and agent.state in _THERE["deactivated"]
        ):
            if self._clock() - start >= self._wish.wait_timeout:
                self._give_up(agent)
            self._sleep(POLL_SECONDS)
            seen = self._look()
            if seen is None:
                raise WaitFailed(
                    f"{agent.hostname} is no registered agent any more: it was lost while it was to become "
                    f"{self._wish.state}"
                )
            agent = seen
            if agent.drain == "DRAINING" and self._clock() - asked >= REPEAT_SECONDS:
                asked = self._clock()
                self._drain(agent)
            elif self._wish.state == "active" and agent.state in ("drained", "deactivated"):
                self._reactivate(agent)
        return agent

    def _give_up(self, agent: Agent) -> None:
        tasks = self._tasks(agent)
        if tasks:
            why = f"{len(tasks)} tasks still run on it ({agents.listed(tasks)})"
        elif not agent.connected:
            why = "its agent is not connected to the master"
        else:
            why = "no task runs on it any more"
        raise WaitFailed(
            f"{agent.hostname} is {agent.state} and not {self._wish.state} after {self._wish.wait_timeout:g} s: {why}. "
            "Run again to go on waiting, raise wait_timeout, or "
            + ("look at the agent" if self._wish.state == "active" else "take it back with state: active"),
            tasks=[task.summary for task in tasks],
        )


def _result(agent: Agent | None, before: str, after: str, changed: bool) -> dict[str, Any]:
    shown = {"id": agent.id, "hostname": agent.hostname, "address": agent.address, "state": after} if agent else None
    name = agent.hostname if agent else "agent"
    return {
        "changed": changed,
        "agent": shown,
        "diff": {
            "before": {"state": before},
            "after": {"state": after},
            "before_header": name,
            "after_header": name,
        },
    }
