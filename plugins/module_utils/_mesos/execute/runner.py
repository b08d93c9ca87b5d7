# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command from the options to its output: where it may run, its run, what it printed."""

from __future__ import annotations

import time
from typing import Any, Callable

from ..._words import ended
from .. import agents
from ..agent_files import AgentFiles, Unavailable
from ..errors import InsufficientResources, Unauthorized
from ..operator_api import OperatorApi
from .command import Command
from .ending import Ending
from .execution import Execution
from .interruption import Interrupted, Interruption
from .placement import Placement, Survey, survey
from .scheduler import Scheduler

# The most that an agent gives at once, of the end of each file.
OUTPUT_BYTES = 65536
_OUTPUT_SECONDS = 30
_FILES = ("stdout", "stderr")

Facts = dict[str, Any]


class CommandRunner:
    """transport is the one of the API; principal the one that the framework registers with, or None."""

    def __init__(self, api: OperatorApi, transport: Any, principal: str | None, warn: Callable[[str], None]) -> None:
        self._api = api
        self._transport = transport
        self._principal = principal
        self._warn = warn

    def survey(self, place: Placement) -> Survey:
        """Raises NotFound and InsufficientResources where no agent could ever run it."""
        content = self._api.call("GET_AGENTS")
        found = survey(content, place)
        everyone = agents.agents(content)
        if not found.hosts and not found.refused:
            if place.name is None:
                raise InsufficientResources("No agent is registered with the masters, so nothing can run: start one")
            raise agents.not_registered(everyone, place.name)
        if not found.hosts:
            told = "; ".join(f"{host} {why}" for host, why in sorted(found.refused.items()))
            raise InsufficientResources(f"No agent can run it: {ended(told)} Ask for less, or for another agent")
        return found

    def run(self, command: Command, place: Placement, found: Survey, seconds: float) -> tuple[Facts, str | None]:
        """The result, and why it is a failure, or None. Whatever happens, no framework is left behind."""
        with Interruption() as interruption:
            scheduler = Scheduler(self._api, self._transport)
            execution = Execution(scheduler, command, place, found, self._principal, time.monotonic, interruption.check)
            try:
                ended = execution.run(seconds)
                facts = {**_facts(scheduler, execution, found), **self._output(execution, found)}
            except Interrupted as interrupted:
                facts = _facts(scheduler, execution, found)
                return facts, f"It was {interrupted}; {_what_was_killed(execution)}"
            finally:
                execution.close()
        if ended is None:
            return facts, _late(execution, found, seconds)
        return facts, None if ended.succeeded else f"The command failed on {facts['agent']['hostname']}: {ended.words}"

    def _output(self, execution: Execution, found: Survey) -> Facts:
        if execution.task_id is None or execution.agent_id is None:
            return dict.fromkeys(_FILES, "")
        end = time.monotonic() + _OUTPUT_SECONDS
        files = AgentFiles(
            self._transport, lambda: end - time.monotonic(), login=self._principal is not None, most=OUTPUT_BYTES
        )
        try:
            address = files.agent(self._api.leader, execution.agent_id, found.hosts[execution.agent_id])
            return dict(files.ends(address, execution.task_id, _FILES))
        except (Unavailable, Unauthorized) as unread:
            self._warn(f"What the command printed cannot be read: {unread}")
            return dict.fromkeys(_FILES, "")


def _facts(scheduler: Scheduler, execution: Execution, found: Survey) -> Facts:
    end, agent_id = execution.ending or Ending(execution.state or ""), execution.agent_id
    return {
        "framework_id": scheduler.framework_id,
        "task_id": execution.task_id,
        "state": end.state or None,
        "reason": end.reason or None,
        "message": end.message,
        "rc": end.rc,
        "agent": {"id": agent_id, "hostname": found.hosts[agent_id]} if agent_id else None,
    }


def _what_was_killed(execution: Execution) -> str:
    if execution.task_id is None:
        return "nothing had been started"
    return "its task was killed" if execution.ending else "its framework was removed, and Mesos kills its task"


def _late(execution: Execution, found: Survey, seconds: float) -> str:
    if execution.task_id is not None:
        return f"The command did not end within {seconds:g} s (wait_timeout); {_what_was_killed(execution)}"
    if found.now:
        why = f"{', '.join(found.now)} had room when it began: does another framework hold the offers, or is it quota?"
    else:
        why = f"only {', '.join(found.later)} could run it, and what runs there has to end first"
    return f"Mesos offered no agent with enough resources within {seconds:g} s (wait_timeout); {why}"
