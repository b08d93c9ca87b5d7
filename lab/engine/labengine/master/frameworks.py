"""Frameworks: subscription, failover, the scheduler's calls."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from labengine.common import log
from labengine.common.flagtable import Flags
from labengine.master import launches
from labengine.master.allocator import Allocator
from labengine.master.model import Agent, Cluster, Framework, Offer
from labengine.master.operator_events import OperatorEvents
from labengine.master.resources import Resources
from labengine.master.security import Security
from labengine.master.streams import EventStream
from labengine.master.tasks import Tasks

logger = log.get(__name__)

HEARTBEAT_SECONDS = 15.0


class CallError(Exception):
    """A scheduler call that is refused with this HTTP status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


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
        self._calls: dict[str, Callable[[Framework, dict[str, Any]], None]] = {
            "ACCEPT": self._accept,
            "DECLINE": self._decline,
            "ACCEPT_INVERSE_OFFERS": lambda framework, call: allocator.inverse.answer(framework, call, "ACCEPT"),
            "DECLINE_INVERSE_OFFERS": lambda framework, call: allocator.inverse.answer(framework, call, "DECLINE"),
            "REVIVE": self._revive,
            "SUPPRESS": self._suppress,
            "KILL": self._kill,
            "ACKNOWLEDGE": self._acknowledge,
            "RECONCILE": self._reconcile,
            "TEARDOWN": lambda framework, _call: self.teardown(framework, "it asked for it"),
            "UPDATE_FRAMEWORK": self._update_framework,
        }

    def subscribe(self, call: dict[str, Any], principal: str | None = None) -> EventStream:
        subscribe = call.get("subscribe")
        if not isinstance(subscribe, dict) or not isinstance(subscribe.get("framework_info"), dict):
            raise CallError(400, "Failed to validate scheduler::Call: Expecting 'subscribe' to be present")
        info = dict(subscribe["framework_info"])
        for required in ("user", "name"):
            if not isinstance(info.get(required), str):
                raise CallError(400, f"Failed to validate scheduler::Call: 'framework_info.{required}' is missing")
        framework_id = (info.get("id") or {}).get("value") or (call.get("framework_id") or {}).get("value")
        stream = EventStream(self._stream_closed)
        if framework_id in self._cluster.completed:
            stream.send({"type": "ERROR", "error": {"message": "Framework has been removed"}})
            stream.close()
            return stream
        if problem := self._security.framework_problem(info, principal):
            logger.warning("Refusing framework '%s': %s", info["name"], problem)
            stream.send({"type": "ERROR", "error": {"message": problem}})
            stream.close()
            return stream
        if not framework_id:
            framework_id = f"{self._cluster.master_id}-{self._next:04d}"
            self._next += 1
        info["id"] = {"value": framework_id}
        framework = self._cluster.frameworks.get(framework_id)
        announce = self._events.framework_added if framework is None else self._events.framework_updated
        if framework is None:
            framework = Framework(framework_id, info)
            self._cluster.frameworks[framework_id] = framework
            self._cluster.count("master/messages_register_framework")
            logger.info("Registered framework '%s' as %s", framework.name, framework_id)
        else:
            self._take_over(framework, info)
        framework.stream = stream
        framework.suppressed = set(subscribe.get("suppressed_roles", []))
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

    def _take_over(self, framework: Framework, info: dict[str, Any]) -> None:
        self._cluster.count("master/messages_reregister_framework")
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

    def call(self, call: dict[str, Any], stream_id: str | None) -> None:
        """Any call but SUBSCRIBE; CallError when it is refused."""
        kind = call.get("type")
        if kind not in self._calls:
            raise CallError(
                400,
                "Failed to validate scheduler::Call: Expecting 'type' to be present"
                if not kind
                else f"The lab engine does not implement the scheduler call {kind}",
            )
        framework_id = (call.get("framework_id") or {}).get("value")
        if not framework_id:
            raise CallError(400, "Failed to validate scheduler::Call: Expecting 'framework_id' to be present")
        framework = self._cluster.frameworks.get(framework_id)
        if framework is None:
            raise CallError(400, "Framework cannot be found")
        framework.count("calls", kind)
        if framework.stream is None:
            raise CallError(403, "Framework is not subscribed")
        if stream_id is None:
            raise CallError(400, "All non-subscribe calls should include the 'Mesos-Stream-Id' header")
        if stream_id != framework.stream.id:
            raise CallError(
                400,
                f"The stream ID '{stream_id}' included in this request didn't match the stream ID "
                f"currently associated with framework ID '{framework_id}'",
            )
        try:
            self._calls[kind](framework, call.get(kind.lower()) or {})
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise CallError(400, f"Failed to validate scheduler::Call: malformed {kind}: {error!r}") from error

    def _offers_of(self, framework: Framework, call: dict[str, Any]) -> tuple[list[Offer], str | None]:
        """The named offers (taken) and what is wrong with them."""
        ids = [entry["value"] for entry in call.get("offer_ids", [])]
        problem = None
        offers: list[Offer] = []
        for offer_id in ids:
            if offer_id not in framework.offers:
                problem = f"Offer {offer_id} is no longer valid"
                continue
            offer = self._allocator.take(offer_id)
            assert offer is not None
            offers.append(offer)
        if len({offer.agent.id for offer in offers}) > 1:
            problem = "Aggregated offers must belong to one single agent"
        return offers, problem

    def _decline(self, framework: Framework, call: dict[str, Any]) -> None:
        self._cluster.count("master/messages_decline_offers")
        offers, _problem = self._offers_of(framework, call)
        framework.counters["offers/declined"] += len(offers)
        for offer in offers:
            self._allocator.refuse(framework, offer, offer.resources, call.get("filters"))

    def _accept(self, framework: Framework, call: dict[str, Any]) -> None:
        self._cluster.count("master/messages_launch_tasks")
        offers, problem = self._offers_of(framework, call)
        framework.counters["offers/accepted"] += len(offers)
        left = Resources.total(offer.resources for offer in offers)
        for operation in call.get("operations", []):
            if operation.get("type") not in ("LAUNCH", "LAUNCH_GROUP"):
                logger.error(
                    "Framework %s sent the operation %s, which the lab engine does not implement: dropped",
                    framework.id,
                    operation.get("type"),
                )
                continue
            framework.count("operations", operation["type"])
            for launch in launches.of(operation):
                if problem or not offers:
                    dropped = self._tasks.lost_state(framework, "TASK_DROPPED")
                    message = f"Task launched with invalid offers: {problem or 'No offers specified'}"
                    self._refuse(framework, launch, launches.Fault(dropped, "REASON_INVALID_OFFERS", message))
                    continue
                left = self._launch(framework, offers[0], launch, left)
        for offer in {(offer.agent.id, offer.role): offer for offer in offers}.values():
            self._allocator.refuse(framework, offer, left, call.get("filters"))

    def _refuse(self, framework: Framework, launch: launches.Launch, fault: launches.Fault) -> None:
        for info in launch.tasks:
            self._tasks.refuse(framework, info, fault.state, fault.reason, fault.message)

    def _launch(self, framework: Framework, offer: Offer, launch: launches.Launch, left: Resources) -> Resources:
        agent = offer.agent
        fault, wanted = launches.check(framework, agent, launch, left)
        if fault is None:
            fault = self._obstacle(framework, agent, launch)
        if fault:
            self._refuse(framework, launch, fault)
            return left
        launches.allocate(launch, offer.role)
        if launch.executor is None:
            self._tasks.launch(framework, agent, launch.tasks[0], offer.role)
        else:
            infos = [{**info, "executor": launch.executor} for info in launch.tasks]
            self._tasks.launch_group(framework, agent, infos, offer.role)
        return left - wanted

    def _obstacle(self, framework: Framework, agent: Agent, launch: launches.Launch) -> launches.Fault | None:
        """What stands against a valid launch."""
        for info in launch.tasks:
            user = str((info.get("command") or {}).get("user") or framework.info.get("user", ""))
            if not self._security.acls.allows("run_tasks", framework.info.get("principal"), user):
                reason = "REASON_TASK_UNAUTHORIZED" if launch.executor is None else "REASON_TASK_GROUP_UNAUTHORIZED"
                return launches.Fault("TASK_ERROR", reason, f"Not authorized to launch as user '{user}'")
        if not agent.connected:
            return launches.Fault(
                self._tasks.lost_state(framework, "TASK_DROPPED"),
                "REASON_SLAVE_DISCONNECTED",
                f"Agent {agent.hostname} is disconnected",
            )
        return None

    def _revive(self, framework: Framework, call: dict[str, Any]) -> None:
        self._cluster.count("master/messages_revive_offers")
        self._allocator.revive(framework, _roles(call))

    def _suppress(self, framework: Framework, call: dict[str, Any]) -> None:
        self._cluster.count("master/messages_suppress_offers")
        self._allocator.suppress(framework, _roles(call))

    def _kill(self, framework: Framework, call: dict[str, Any]) -> None:
        self._cluster.count("master/messages_kill_task")
        self._tasks.kill(
            framework, call["task_id"]["value"], (call.get("agent_id") or {}).get("value"), call.get("kill_policy")
        )

    def _acknowledge(self, framework: Framework, call: dict[str, Any]) -> None:
        self._cluster.count("master/messages_status_update_acknowledgement")
        self._tasks.acknowledge(framework, call["agent_id"]["value"], call["task_id"]["value"], call["uuid"])

    def _reconcile(self, framework: Framework, call: dict[str, Any]) -> None:
        self._cluster.count("master/messages_reconcile_tasks")
        self._tasks.reconcile(framework, call.get("tasks", []))

    def _update_framework(self, framework: Framework, call: dict[str, Any]) -> None:
        info = {**call["framework_info"], "id": {"value": framework.id}}
        if info != framework.info:
            framework.info = info
            self._events.framework_updated(framework)
        framework.suppressed = set(call.get("suppressed_roles", []))
        self._allocator.wake()


def _roles(call: dict[str, Any]) -> list[str]:
    return [*call.get("roles", []), *([call["role"]] if call.get("role") else [])]
