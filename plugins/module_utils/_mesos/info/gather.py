# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers what the leading master knows: each call once, however many kinds need its answer."""

from __future__ import annotations

from typing import Any, Callable, Iterable

from ..errors import Unexpected
from ..operator_api import OperatorApi
from . import records

# Some metrics are computed while the master is asked for them.
_METRICS_NANOSECONDS = 5_000_000_000

Ask = Callable[[str], dict[str, Any]]

_READERS: dict[str, Callable[[Ask, bool], Any]] = {
    "agents": lambda ask, _completed: records.agents(ask("GET_AGENTS")),
    "flags": lambda ask, _completed: records.flags(ask("GET_FLAGS")),
    "frameworks": lambda ask, completed: records.frameworks(ask("GET_FRAMEWORKS"), completed),
    "leader": lambda ask, _completed: records.leader(ask("GET_MASTER")),
    "maintenance": lambda ask, _completed: records.maintenance(
        ask("GET_MAINTENANCE_SCHEDULE"), ask("GET_MAINTENANCE_STATUS")
    ),
    "metrics": lambda ask, _completed: records.metrics(ask("GET_METRICS")),
    "quota": lambda ask, _completed: records.quota(ask("GET_QUOTA")),
    "roles": lambda ask, _completed: records.roles(ask("GET_ROLES")),
    "tasks": lambda ask, completed: records.tasks(
        ask("GET_TASKS"), ask("GET_FRAMEWORKS"), ask("GET_AGENTS"), completed
    ),
    "version": lambda ask, _completed: ask("GET_VERSION").get("version_info") or {},
}
KINDS = tuple(_READERS)
# Mesos refuses this call without its content.
_CONTENTS: dict[str, dict[str, Any]] = {"GET_METRICS": {"timeout": {"nanoseconds": _METRICS_NANOSECONDS}}}


def gather(api: OperatorApi, kinds: Iterable[str], completed: bool) -> dict[str, Any]:
    """Each kind under its own name. completed: also tasks and frameworks that have ended."""
    answers: dict[str, dict[str, Any]] = {}

    def ask(call: str) -> dict[str, Any]:
        if call not in answers:
            answers[call] = api.call(call, **_CONTENTS.get(call, {}))
        return answers[call]

    return {kind: _read(kind, ask, completed) for kind in dict.fromkeys(kinds)}


def _read(kind: str, ask: Ask, completed: bool) -> Any:
    try:
        return _READERS[kind](ask, completed)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unexpected(f"What the Mesos master answers about {kind} cannot be read: {error!r}") from error
