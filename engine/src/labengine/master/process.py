"""One mesos-master process: its parts and their lives."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Coroutine
from typing import Any

from labengine.common import log
from labengine.common.address import Address
from labengine.common.flagtable import Flags
from labengine.common.supervision import supervise
from labengine.common.verbosity import Verbosity
from labengine.master.acceptance import Acceptance
from labengine.master.agents import Agents
from labengine.master.allocator import Allocator
from labengine.master.drains import Drains
from labengine.master.election import Standing, master_info
from labengine.master.frameworks import Frameworks
from labengine.master.maintenance import Maintenance
from labengine.master.model import Cluster
from labengine.master.operator_events import OperatorEvents
from labengine.master.registry import Registry
from labengine.master.scheduler_api import SchedulerApi
from labengine.master.security import Security
from labengine.master.shares import Shares
from labengine.master.tasks import Tasks

logger = log.get(__name__)


class MasterProcess:
    def __init__(self, flags: Flags, address: Address, security: Security) -> None:
        self.flags = flags
        self.security = security
        self.started = time.time()
        self.cluster = Cluster(str(uuid.uuid4()))
        info = master_info(self.cluster.master_id, address)
        self.standing = Standing(flags, info, self._elected, self._peers_changed)
        self.registry = Registry(flags, self.cluster.master_id, lambda: self.standing.peers, security.tls)
        self.shares = Shares(self.registry)
        self.allocator = Allocator(self.cluster, flags, self.shares)
        self.events = events = OperatorEvents(flags.max_operator_event_stream_subscribers)
        self.tasks = Tasks(
            self.cluster, flags, self.allocator.wake, events, lambda agent_id: agent_id in self.registry.gone
        )
        self.frameworks = Frameworks(self.cluster, flags, self.tasks, self.allocator, info, security, events)
        acceptance = Acceptance(self.cluster, self.tasks, self.allocator, security)
        self.scheduler_api = SchedulerApi(
            self.cluster, self.registry, self.frameworks, self.tasks, self.allocator, acceptance
        )
        self.agents = Agents(self.cluster, flags, self.registry, self.tasks, self.frameworks, self.allocator, events)
        self.drains = Drains(self.cluster, self.registry, self.agents, self.allocator)
        self.verbosity = Verbosity()
        self.maintenance = Maintenance(self.registry, self.agents)
        self.recovered = False
        self._background: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._spawn(self.standing.run())
        # A follower's has nothing to give, but it counts its runs as the real one does.
        self._spawn(self.allocator.run())
        self._spawn(self.registry.obtain_vote())

    def _elected(self) -> None:
        self._spawn(self._lead())

    async def _lead(self) -> None:
        """Recover the registry, then serve agents and frameworks."""
        logger.info("Recovering from registrar")
        await self.registry.recover(lambda: self.standing.quorate)
        self.agents.recover()
        self.recovered = True
        logger.info(
            "Recovered %d agents from the registry; allowing %s for agents to reregister",
            len(self.cluster.recovered),
            self.flags.as_strings()["agent_reregister_timeout"],
        )
        for duty in (self.agents.watch(), self.frameworks.heartbeat(), self.drains.run()):
            self._spawn(duty)

    def _peers_changed(self) -> None:
        if self.recovered:
            self._spawn(self.registry.catch_up())

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = supervise(work)
        self._background.add(task)
        task.add_done_callback(self._background.discard)
