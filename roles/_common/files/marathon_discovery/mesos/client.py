"""The leading master of Mesos, which alone knows the state of the cluster."""

from __future__ import annotations

import json
from typing import Any

from .. import fetch
from ..fetch import ReadError
from ..hosts import Hosts

_STATE = "/master/state"


class MesosError(ReadError):
    """Mesos cannot be read: why, in one sentence."""


class Masters(Hosts):
    """All masters of one cluster.

    A redirect is not followed, for credentials go to the configured hosts alone: the leader is one of them.
    """

    def state(self) -> dict[str, Any]:
        return self._first(self._read, MesosError)

    def _read(self, url: str) -> dict[str, Any]:
        path = url + _STATE
        with self._session.in_time(), fetch.ask(self._session, path, "application/json", fetch.READ_SECONDS) as found:
            if 300 <= found.status_code < 400:
                raise ReadError("it is not the leading master")
            return state(fetch.whole(fetch.accepted(found)))


def state(body: bytes | str) -> dict[str, Any]:
    """The answer of a leading master to GET /master/state."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        raise MesosError("the answer is not JSON") from None
    if not isinstance(answer, dict) or not all(isinstance(answer.get(name), list) for name in ("slaves", "frameworks")):
        raise MesosError("the answer has no list of agents and of frameworks")
    if not isinstance(answer.get("leader"), str):
        raise MesosError("it knows no leading master")
    if answer.get("pid") != answer["leader"]:
        raise MesosError("it is not the leading master")
    return answer
