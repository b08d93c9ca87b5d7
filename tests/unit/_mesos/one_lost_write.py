"""A connection that breaks once, when a write is sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._http.errors import NoAnswer
from ansible_collections.quorum.mesos.plugins.module_utils._http.exchange import Answer

Master = Callable[[dict[str, Any]], Answer]


def lost(master: Master, arrives: bool) -> Master:
    """The master behind it; the write may have arrived there."""
    gone: list[str] = []

    def answer(call: dict[str, Any]) -> Answer:
        if call["type"].startswith("GET_") or gone:
            return master(call)
        gone.append(call["type"])
        if arrives:
            master(call)
        raise NoAnswer("it closed the connection without an answer", arrived=True)

    return answer
