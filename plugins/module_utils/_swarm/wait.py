# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a service: until its tasks run and stay, or until it is clear that they will not."""

from __future__ import annotations

import time
import typing as t

from .._docker.engine import Engine, EngineRefusal, EngineSilence, filters, name
from .._words import readable
from . import nodes as node_views
from . import reasons as why
from . import tasks as looks

# As long as Docker itself looks at a task before it takes the next.
STAY = 5.0
_EVERY = 1.0
_LINES = 5


class WaitFailed(Exception):
    """The text says what was seen and why; the reasons are for programs."""

    __str__ = readable

    def __init__(self, text: str, reasons: t.Sequence[why.Reason]) -> None:
        super().__init__(text)
        self.reasons = list(reasons)


def until_it_runs(
    engine: Engine,
    service_id: str,
    timeout: float,
    show: t.Callable[[str], None] = lambda _line: None,
    clock: t.Callable[[], float] = time.monotonic,
    sleep: t.Callable[[float], None] = time.sleep,
) -> str:
    """The last line; a manager that restarts meanwhile is asked again."""
    deadline = clock() + timeout
    seen, since, last = None, 0.0, ""
    while True:
        try:
            service, tasks, nodes = observe(engine, service_id)
        except (EngineSilence, EngineRefusal) as error:
            if isinstance(error, EngineRefusal) and error.is_missing:
                raise WaitFailed("it was removed meanwhile", []) from error
            if clock() > deadline:
                raise WaitFailed("Docker stopped answering: %s" % error, []) from error
            sleep(_EVERY)
            continue
        now = looks.look(service, tasks, len([node for node in nodes if node_views.takes_tasks(node)]))
        if now.line != last:
            show(now.line)
            last = now.line
        if now.state == looks.DONE:
            if now.tasks != seen:
                seen, since = now.tasks, clock()
            if clock() - since >= STAY:
                return now.line
        else:
            seen = None
        if now.state == looks.FAILED or clock() > deadline:
            raise _failure(engine, service, tasks, nodes, now, timeout)
        sleep(_EVERY)


def observe(engine: Engine, service_id: str) -> tuple[dict[str, t.Any], list[t.Any], list[t.Any]]:
    service = engine.get("/services/" + name(service_id))
    return service, engine.get("/tasks", filters=filters(service=service_id)), engine.get("/nodes")


def _failure(
    engine: Engine,
    service: t.Mapping[str, t.Any],
    tasks: t.Sequence[t.Mapping[str, t.Any]],
    nodes: t.Sequence[t.Mapping[str, t.Any]],
    now: looks.Look,
    timeout: float,
) -> WaitFailed:
    found = why.reasons(service, tasks, nodes)
    texts = []
    for reason in found:
        lines = engine.last_lines(reason.task, _LINES) if reason.task else []
        printed = "; it printed last: %s" % " | ".join(lines) if lines else ""
        texts.append(reason.text + printed)
    head = now.line if now.state == looks.FAILED else "not within %g seconds: %s" % (timeout, now.line)
    return WaitFailed("%s. %s" % (head, ". ".join(texts) if texts else "Docker gives no reason"), found)
