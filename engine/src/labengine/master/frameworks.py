"""Frameworks: subscription, failover, removal."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from labengine.common import log
from labengine.common.flagtable import Flags
from labengine.master import framework_rules
from labengine.master.allocator import Allocator
from labengine.master.model import Cluster, Framework
from labengine.master.operator_events import OperatorEvents
from labengine.master.security import Security
from labengine.master.streams import EventStream
from labengine.master.tasks import Tasks

logger = log.get(__name__)

HEARTBEAT_SECONDS = 15.0


class Frameworks:
    def __init__(
        self,
        cluster: Cluster,
        flags: Flags,
        tasks: Tasks,
        allocator: Allocator,
        master_info: dict[str, Any],
        security: Security,
        events: OperatorEvents,
    ) -> None:
        self._cluster = cluster
        self._flags = flags
        self._tasks = tasks
        self._allocator = allocator
        self._master_info = master_info
        self._security = security
        self._events = events
        self._next = 0

    def subscribe(self, call: dict[str, Any], principal: str | None = None) -> EventStream:
        """The stream of a checked SUBSCRIBE; it holds the reason alone where the framework is refused."""
        subscribe = call["subscribe"]
        info = dict(subscribe["framework_info"])
        if principal is not None:
            info.setdefault("principal", principal)
        suppressed = subscribe.get("suppressed_roles", [])
        framework_id = info.get("id", {}).get("value")
        self._cluster.count(f"master/messages_{'reregister' if framework_id else 'register'}_framework")
        framework = self._cluster.frameworks.get(framework_id)
        if framework is not None and framework.info["user"]:
            # An agent may have brought tasks of a framework of which it knows nothing else.
            info = framework_rules.with_fixed_fields(framework.info, info)
        stream = EventStream(self._stream_closed)
        if problem := self._problem(framework, info, suppressed):
            logger.warning("Refusing subscription of framework '%s': %s", info["name"], problem)
            stream.send({"type": "ERROR", "error": {"message": problem}})
            stream.close()
            return stream
        if not framework_id:
            framework_id = f"{self._cluster.master_id}-{self._next:04d}"
            self._next += 1
        info["id"] = {"value": framework_id}
        announce = self._events.framework_added if framework is None else self._events.framework_updated
        if framework is None:
            framework = Framework(framework_id, info)
            self._cluster.frameworks[framework_id] = framework
            logger.info("Registered framework '%s' as %s", framework.name, framework_id)
        else:
            self._take_over(framework, info)
        framework.stream = stream
        framework.suppressed = set(suppressed)
        framework.count("calls", "SUBSCRIBE")
        framework.send(
            {
                "type": "SUBSCRIBED",
                "subscribed": {
                    "framework_id": {"value": framework_id},
                    "heartbeat_interval_seconds": HEARTBEAT_SECONDS,
                    "master_info": self._master_info,
                },
            }
        )
        framework.send({"type": "HEARTBEAT"})
        announce(framework)
        for agent in self._cluster.agents.values():
            # What is on its way to the scheduler before this one has got lost.
            agent.send({"type": "RESEND_UPDATES", "framework_id": {"value": framework_id}})
        self._allocator.wake()
        return stream

    def _problem(self, known: Framework | None, info: dict[str, Any], suppressed: list[str]) -> str | None:
        if found := framework_rules.problem(info, self._flags):
            return found
        if info.get("id", {}).get("value") in self._cluster.completed:
            return "Framework has been removed"
        if found := framework_rules.suppression_problem(info, suppressed) or self._security.framework_problem(info):
            return found
        return framework_rules.update_problem(known.info, info) if known is not None and known.info["user"] else None

    def _take_over(self, framework: Framework, info: dict[str, Any]) -> None:
        if framework.failover:
            framework.failover.cancel()
            framework.failover = None
        if framework.stream is not None:
            framework.send({"type": "ERROR", "error": {"message": "Framework failed over"}})
            old, framework.stream = framework.stream, None
            old.close()
        self._allocator.forget_framework(framework)
        framework.info = info
        framework.recovered = False
        framework.reregistered = time.time()
        logger.info("Framework '%s' %s is back", framework.name, framework.id)

    def recover(self, info: dict[str, Any]) -> Framework | None:
        """The framework of a task that an agent brought along; None where it was removed for good."""
        framework_id = info["id"]["value"]
        if framework_id in self._cluster.completed:
            return None
        framework = self._cluster.frameworks.get(framework_id)
        if framework is None:
            framework = Framework(framework_id, dict(info), recovered=True)
            self._cluster.frameworks[framework_id] = framework
            self._events.framework_added(framework)
            self._await_return(framework, max(framework.failover_timeout, self._flags.agent_reregister_timeout))
        return framework

    async def heartbeat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS)
            for framework in list(self._cluster.frameworks.values()):
                framework.send({"type": "HEARTBEAT"})

    def _stream_closed(self, stream: EventStream) -> None:
        framework = next((one for one in self._cluster.frameworks.values() if one.stream is stream), None)
        if framework is None:
            return
        framework.stream = None
        self._allocator.forget_framework(framework)
        logger.info(
            "Framework '%s' %s disconnected; it may come back within %g seconds",
            framework.name,
            framework.id,
            framework.failover_timeout,
        )
        self._await_return(framework, framework.failover_timeout)

    def _await_return(self, framework: Framework, seconds: float) -> None:
        framework.failover = asyncio.get_running_loop().call_later(
            seconds, self.remove, framework, f"it did not come back within {seconds:g} seconds"
        )

    def teardown(self, framework: Framework, why: str) -> None:
        self._cluster.count("master/messages_unregister_framework")
        self.remove(framework, why)

    def remove(self, framework: Framework, why: str) -> None:
        """For good: its tasks are killed and its id is never accepted again."""
        logger.info("Removing framework '%s' %s: %s", framework.name, framework.id, why)
        if framework.failover:
            framework.failover.cancel()
            framework.failover = None
        self._allocator.forget_framework(framework)
        stream, framework.stream = framework.stream, None
        for agent in self._cluster.agents.values():
            agent.send({"type": "SHUTDOWN_FRAMEWORK", "framework_id": {"value": framework.id}})
        for task in list(framework.tasks.values()):
            self._tasks.end(
                framework, task, "TASK_KILLED", "REASON_FRAMEWORK_REMOVED", f"Framework {framework.id} was removed"
            )
        framework.unregistered = time.time()
        del self._cluster.frameworks[framework.id]
        self._cluster.completed[framework.id] = framework
        while len(self._cluster.completed) > self._flags.max_completed_frameworks:
            self._cluster.completed.pop(next(iter(self._cluster.completed)))
        self._events.framework_removed(framework)
        if stream is not None:
            stream.close()

    def update(self, framework: Framework, call: dict[str, Any]) -> str | None:
        """UPDATE_FRAMEWORK; what stands against it, and then nothing has changed."""
        info, suppressed = call["framework_info"], call.get("suppressed_roles", [])
        if found := framework_rules.problem(info, self._flags):
            return f"Supplied FrameworkInfo is not valid: {found}"
        if found := framework_rules.update_problem(framework.info, info):
            return f"FrameworkInfo update is not valid: {found}"
        if found := framework_rules.suppression_problem(info, suppressed):
            return f"'UpdateFramework' call is not valid: {found}"
        if info != framework.info:
            framework.info = info
            self._events.framework_updated(framework)
        framework.suppressed = set(suppressed)
        self._allocator.wake()
        return None
