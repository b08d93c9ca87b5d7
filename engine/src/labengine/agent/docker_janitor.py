"""Removes containers that are over: dead ones after docker_remove_delay, left-behind ones as soon as Docker answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from labengine.agent.docker_cli import DockerAway, DockerCli, DockerError
from labengine.common import log
from labengine.common.supervision import supervise

logger = log.get(__name__)

FIRST_RETRY_SECONDS = 2.0
MAX_RETRY_SECONDS = 60.0


class DockerJanitor:
    def __init__(self, docker: DockerCli, remove_delay: float) -> None:
        self._docker = docker
        self._remove_delay = remove_delay
        self._jobs: set[asyncio.Task[None]] = set()

    def remove_later(self, name: str) -> None:
        self._start(self._remove(name, self._remove_delay))

    def remove_now(self, name: str) -> None:
        self._start(self._remove(name, 0.0))

    def remove_while_alive(self, name: str, alive: Callable[[], bool]) -> None:
        """A container that outlived its daemon; without a process it can wait like any dead one.

        Docker is asked only while there is something to stop: with socket activation a question starts the daemon.
        """
        self._start(self._remove_survivor(name, alive))

    def _start(self, job: Coroutine[Any, Any, None]) -> None:
        task = supervise(job)
        self._jobs.add(task)
        task.add_done_callback(self._jobs.discard)

    async def _remove(self, name: str, delay: float) -> None:
        await asyncio.sleep(delay)
        interval = FIRST_RETRY_SECONDS
        while True:
            try:
                await self._docker.ping()
                await self._docker.remove(name)
                return
            except DockerAway:
                await asyncio.sleep(interval)
                interval = min(interval * 2, MAX_RETRY_SECONDS)
            except DockerError as error:
                logger.warning("Cannot remove container %s: %s", name, error)
                return

    async def _remove_survivor(self, name: str, alive: Callable[[], bool]) -> None:
        interval = FIRST_RETRY_SECONDS
        while alive():
            try:
                await self._docker.ping()
                await self._docker.remove(name)
                return
            except DockerError:
                await asyncio.sleep(interval)
                interval = min(interval * 2, MAX_RETRY_SECONDS)
        await self._remove(name, self._remove_delay)
