"""Launch delays: of an app after failures, and of an app on one agent that could not start it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from labengine.marathon.tree import App

STABLE_SECONDS = 60.0
LONGEST_AGENT_BLOCK = 60.0
FIRST_AGENT_BLOCK = 5.0


@dataclass
class _Delay:
    config: str
    length: float
    until: float


class Backoff:
    """Grows by ``backoffFactor`` with each failure; belongs to one configuration of the app."""

    def __init__(self) -> None:
        self._delays: dict[str, _Delay] = {}
        self._blocks: dict[tuple[str, str], tuple[float, float]] = {}

    def failed(self, app: App) -> None:
        now = time.time()
        config = app["versionInfo"]["lastConfigChangeAt"]
        delay = self._delays.get(app["id"])
        length = (
            min(delay.length * app["backoffFactor"], app["maxLaunchDelaySeconds"])
            if delay and delay.config == config
            else min(app["backoffSeconds"], app["maxLaunchDelaySeconds"])
        )
        self._delays[app["id"]] = _Delay(config, length, now + length)

    def stable(self, app_id: str) -> None:
        """An instance stayed up; without a failure in the meantime the next one starts anew."""
        delay = self._delays.get(app_id)
        if delay and time.time() - delay.until >= STABLE_SECONDS:
            del self._delays[app_id]

    def reset(self, app_id: str) -> None:
        self._delays.pop(app_id, None)
        for key in [key for key in self._blocks if key[0] == app_id]:
            del self._blocks[key]

    def left(self, app: App) -> float:
        """Seconds until the app may be launched."""
        delay = self._delays.get(app["id"])
        if delay is None or delay.config != app["versionInfo"]["lastConfigChangeAt"]:
            return 0.0
        return max(0.0, delay.until - time.time())

    def agent_failed(self, app_id: str, agent_id: str) -> None:
        _until, length = self._blocks.get((app_id, agent_id), (0.0, FIRST_AGENT_BLOCK / 2))
        length = min(length * 2, LONGEST_AGENT_BLOCK)
        self._blocks[app_id, agent_id] = (time.time() + length, length)

    def agent_works(self, app_id: str, agent_id: str) -> None:
        self._blocks.pop((app_id, agent_id), None)

    def agent_blocked(self, app_id: str, agent_id: str) -> bool:
        return self._blocks.get((app_id, agent_id), (0.0, 0.0))[0] > time.time()
