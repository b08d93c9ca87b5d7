# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the ends of files in a task's sandbox by the HTTP API of its agent, which the master knows.

Only GET is asked, of /slaves and /tasks (master), /state and /files/read (agent), which need no login unless
authenticate_http_readonly is on. An agent gives at most 64 KB of a file at once.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Iterator

from .._http.errors import NoAnswer

# What agents listen on by default.
_AGENT_PORT = 5051
# Of a file, from its end.
_BYTES = 8192


class Unavailable(Exception):
    """The files cannot be had; the text says why."""


class AgentFiles:
    """left is how many seconds all requests may take; login says whether session sends one; most is for each file."""

    def __init__(self, session: Any, left: Callable[[], float], login: bool = False, most: int = _BYTES) -> None:
        self._session = session
        self._left = left
        self._login = login
        self._most = most

    def place(self, master: str | None, task_id: str) -> tuple[str, str]:
        """Host name and id of the agent on which a task ran, from the master, where Marathon does not tell it."""
        unknown = Unavailable(f"Marathon does not tell on which host {task_id} ran")
        if not master:
            raise unknown
        tasks = self._get(master.rstrip("/"), "/tasks", {"task_id": task_id}).get("tasks") or []
        agent_id = next((str(one.get("slave_id") or "") for one in tasks if one.get("id") == task_id), "")
        found = self._known(master, agent_id) if agent_id else None
        if found is None:
            raise unknown
        return str(found.get("hostname") or ""), agent_id

    def agent(self, master: str | None, agent_id: str | None, host: str) -> str:
        """The address of an agent; where no master tells it, the one that an agent has by default."""
        fallback = f"http://{host}:{_AGENT_PORT}"
        if not master or not agent_id:
            return fallback
        try:
            found = self._known(master, agent_id)
        except Unavailable:
            return fallback
        address = str((found or {}).get("pid") or "").rpartition("@")[2]
        if not address:
            return fallback
        scheme = master.partition("://")[0]
        # A certificate is for the name.
        return f"https://{host}:{address.rpartition(':')[2]}" if scheme == "https" else f"http://{address}"

    def ends(self, agent: str, task_id: str, names: tuple[str, ...]) -> dict[str, str]:
        """The last part of each of these files of a task; its first line may be a part of one and is left out."""
        directory = _sandbox(self._get(agent, "/state"), task_id)
        if directory is None:
            raise Unavailable(f"the agent {agent} does not know the task any more")
        return {name: self._end(agent, f"{directory}/{name}") for name in names}

    def _known(self, master: str, agent_id: str) -> dict[str, Any] | None:
        """What the master knows of an agent."""
        agents = self._get(master.rstrip("/"), "/slaves", {"slave_id": agent_id}).get("slaves") or []
        return next((one for one in agents if one.get("id") == agent_id), None)

    def _end(self, agent: str, path: str) -> str:
        # Without an offset the answer is the size.
        size = int(self._get(agent, "/files/read", {"path": path}).get("offset") or 0)
        start = max(0, size - self._most)
        params = {"path": path, "offset": str(start), "length": str(self._most)}
        text = str(self._get(agent, "/files/read", params).get("data") or "")
        if not start:
            return text
        return text.partition("\n")[2] or f"(the last line is longer than {self._most} bytes)"

    def _get(self, base: str, path: str, params: dict[str, str] | None = None) -> dict[str, Any]:
        left = self._left()
        if left <= 0:
            raise Unavailable(f"{base} is too slow")
        try:
            answer = self._session.exchange("GET", base + path, params, None, left)
        except NoAnswer as no_answer:
            raise Unavailable(f"{base} does not answer: {no_answer}") from no_answer
        if answer.status in (401, 403):
            sent = "and refuses the one of the masters" if self._login else "and none is sent to it"
            raise Unavailable(f"{base} requires authentication for {path} ({answer.status}), {sent}")
        if answer.status == 404:
            raise Unavailable(f"{base} does not have its files any more")
        try:
            data = json.loads(answer.text)
        except ValueError:
            data = None
        if answer.status != 200 or not isinstance(data, dict):
            raise Unavailable(f"{base} answers {path} with HTTP {answer.status}")
        return data


def _sandbox(state: dict[str, Any], task_id: str) -> str | None:
    for executor in _executors(state):
        tasks = [task for kind in ("tasks", "queued_tasks", "completed_tasks") for task in executor.get(kind) or []]
        task = next((one for one in tasks if one.get("id") == task_id), None)
        if task is None and executor.get("id") != task_id:
            continue
        directory = str(executor.get("directory") or "")
        container = _container(task or {})
        nested = container is not None and container != executor.get("container")
        return (f"{directory}/containers/{container}" if nested else directory) if directory else None
    return None


def _executors(state: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for frameworks in ("frameworks", "completed_frameworks"):
        for framework in state.get(frameworks) or []:
            for executors in ("executors", "completed_executors"):
                # The newest one is the last.
                yield from reversed(framework.get(executors) or [])


def _container(task: dict[str, Any]) -> str | None:
    for status in reversed(task.get("statuses") or []):
        value = ((status.get("container_status") or {}).get("container_id") or {}).get("value")
        if value:
            return str(value)
    return None
