# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The last lines that an ended task printed, from its sandbox, for the message of a wait that failed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Callable, Iterable

from ..._mesos.agent_files import AgentFiles, Unavailable
from ..._words import printable
from .. import secrets
from ..diagnose.stability import Endings
from ..errors import MarathonError

_FILES = ("stderr", "stdout")
_SECONDS = 5.0
_LINES = 20
_LINES_IN_THE_MESSAGE = 3
_LONGEST_LINE = 300
# Shorter lines of a secret of several, like a brace, tell nothing and stand anywhere.
_SHORTEST_LINE = 8


@dataclass(frozen=True)
class Printed:
    """facts are for the result: task, host and either the lines of each file or the error."""

    sentence: str
    facts: dict[str, Any]


class Outputs:
    """client is that of Marathon, session sends requests to masters and agents without a login.

    hide takes the secrets out of a text; names are those of variables and labels that are secret.
    """

    def __init__(
        self,
        client: Any,
        session: Any,
        names: Iterable[str] = (),
        hide: Callable[[str], str] = str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._session = session
        self._names = tuple(names)
        self._hide = hide
        self._clock = clock

    def of_failure(self, app: dict[str, Any], endings: Endings) -> Printed | None:
        """Of the task that ended last; None if none is known to have ended."""
        task = endings.last
        if task is None or not endings.count or not task.get("id"):
            return None
        where = {name: str(task[key]) for name, key in (("task", "id"), ("host", "host")) if task.get(key)}
        try:
            where["host"], files = self._read(where["task"], where.get("host"), task.get("slaveId"))
        except (Unavailable, MarathonError) as error:
            return _unread(where, str(error))
        secret = secrets.values_to_hide(app, self._names, likely=True)
        lines = {name: self._lines(text, secret) for name, text in files.items()}
        told = [_told(name, found) for name, found in lines.items()]
        return Printed(f"the last lines of {where['task']} on {where['host']}: {'; '.join(told)}", {**where, **lines})

    def _read(self, task_id: str, host: str | None, agent_id: str | None) -> tuple[str, dict[str, str]]:
        """The host on which it ran, and its files."""
        end = self._clock() + _SECONDS

        def left() -> float:
            return end - self._clock()

        with self._client.limited(left):
            config = self._client.info().get("marathon_config") or {}
        files, master = AgentFiles(self._session, left), config.get("mesos_leader_ui_url")
        if not host:
            # Of a container of a pod only the look at its instance tells it, and that one came too late.
            host, agent_id = files.place(master, task_id)
        return host, files.ends(files.agent(master, agent_id, host), task_id, _FILES)

    def _lines(self, text: str, secret: list[str]) -> list[str]:
        # Before it is cut, since a part of a secret would not be found. Programs indent the lines of a long one.
        parts = {line.strip() for value in secret for line in value.splitlines()}
        whole = {*secret, *(line for line in parts if len(line) >= _SHORTEST_LINE)}
        for value in sorted(whole, key=len, reverse=True):
            text = text.replace(value, secrets.MASKED)
        lines = [line.rstrip() for line in self._hide(text).splitlines() if line.strip()]
        return [_short(printable(line)) for line in lines[-_LINES:]]


def _unread(where: dict[str, Any], error: str) -> Printed:
    return Printed(f"what it printed cannot be read: {error}", {**where, "error": error})


def _told(name: str, lines: list[str]) -> str:
    if not lines:
        return f"{name} is empty"
    return f"{name}: {' | '.join(lines[-_LINES_IN_THE_MESSAGE:])}"


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST_LINE else line[: _LONGEST_LINE - 3] + "..."
