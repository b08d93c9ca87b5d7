"""Whether a state of Mesos has lost tasks without a trace, and what is held then.

Mesos keeps what has ended in its state, so a task that vanished from DNS has a trace there. After an election a master
knows an agent's tasks only when the agent has registered again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..mesos import state as mesos
from . import labels
from .model import Key, Names, Records

_SINGLE = re.compile(r"(?:[a-z0-9_-]+\.)*[a-z0-9_-]+(-[a-z0-9]{5}-s[0-9]+)\..*")
_FOLLOWED = r"(_leader\._(tcp|udp)|leader|master[0-9]*)\."
_ENDED = ("completed_tasks", "unreachable_tasks")


def lost(served: Iterable[str], names: Names, state: Mapping[str, Any]) -> tuple[dict[str, list[str]], int]:
    """Tasks that are served and of which the state has no trace, with their names, and how many tasks are served."""
    of_tasks: dict[str, list[str]] = {}
    for name in sorted(served):
        found = _SINGLE.fullmatch(name)
        if found:
            of_tasks.setdefault(found[1], []).append(name)
    known = names.tasks | _ended(state)
    # An app may be called as if it were one task of another; what still has its records is not lost.
    wanted = {name for name, _kind in names.records}
    gone = {end: found for end, found in of_tasks.items() if end not in known and not wanted.issuperset(found)}
    return gone, len(of_tasks)


def doubt(gone: int, count: int, state: Mapping[str, Any], fraction: float) -> str | None:
    """Why the state is not believed."""
    absent = len(mesos.entries(state, "recovered_slaves"))
    if gone and absent:
        return f"{gone} of {count} tasks are gone without a trace, and Mesos waits for {absent} agents (guard)"
    if gone > fraction * count:
        return f"{gone} of {count} tasks are gone without a trace (guard)"
    return None


def held(now: Mapping[Key, tuple[int, frozenset[str]]], wanted: Records, domain: str) -> dict[Key, frozenset[str]]:
    """What is new, and all that there was, but for the masters: who leads is known for certain."""
    found = dict(wanted)
    # An app may be called like a master, but its names are below its framework.
    followed = re.compile(_FOLLOWED + re.escape(domain))
    for key, (_ttl, values) in now.items():
        if not followed.fullmatch(key[0]):
            found[key] = found.get(key, frozenset()) | values
    return found


def _ended(state: Mapping[str, Any]) -> set[str]:
    found = set()
    for framework in mesos.entries(state, "frameworks") + mesos.entries(state, "completed_frameworks"):
        for name in _ENDED:
            for task in mesos.entries(framework, name):
                found.add(labels.of_task(str(task.get("id")), str(task.get("slave_id"))))
        for task in mesos.entries(framework, "tasks"):
            if task.get("state") != "TASK_RUNNING":
                found.add(labels.of_task(str(task.get("id")), str(task.get("slave_id"))))
    return found
