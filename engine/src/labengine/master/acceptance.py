"""What a framework answers to offers: ACCEPT with its operations, and DECLINE."""

from __future__ import annotations

from typing import Any

from labengine.common import log
from labengine.common.resources import Resources
from labengine.master import launches, operations
from labengine.master.allocator import Allocator
from labengine.master.model import Agent, Cluster, Framework, Offer
from labengine.master.security import Security
from labengine.master.tasks import Tasks

logger = log.get(__name__)


class Acceptance:
    def __init__(self, cluster: Cluster, tasks: Tasks, allocator: Allocator, security: Security) -> None:
        self._cluster = cluster
        self._tasks = tasks
        self._allocator = allocator
        self._security = security

    def decline(self, framework: Framework, call: dict[str, Any]) -> None:
        self._cluster.count("master/messages_decline_offers")
        for offer_id in _ids(call):
            if offer_id not in framework.offers:
                logger.warning("Ignoring decline of offer %s since it is no longer valid", offer_id)
                continue
            offer = self._allocator.take(offer_id)
            assert offer is not None
            framework.counters["offers/declined"] += 1
            self._allocator.refuse(framework, offer, offer.resources, call.get("filters"))

    def accept(self, framework: Framework, call: dict[str, Any]) -> None:
        for operation in call.get("operations", []):
            if operation.get("type") == "LAUNCH":
                launching = bool(operation.get("launch", {}).get("task_infos"))
                self._cluster.count(f"master/messages_{'launch_tasks' if launching else 'decline_offers'}")
        ids = _ids(call)
        problem = self._problem(framework, ids)
        offers = [offer for offer_id in ids if (offer := self._allocator.take(offer_id))]
        if problem:
            logger.warning("ACCEPT of framework %s used invalid offers: %s", framework.id, problem)
            for operation in call.get("operations", []):
                self._refuse_all(framework, operation, problem)
            # Nobody refused them: they may be offered again at once.
            self._allocator.wake()
            return
        framework.counters["offers/accepted"] += len(offers)
        left = Resources.total(offer.resources for offer in offers)
        for operation in call.get("operations", []):
            kind = operation.get("type")
            if kind not in operations.LAUNCHING:
                operations.drop(self._cluster, framework, operation, f"The lab engine has no operation {kind}")
                continue
            framework.count("operations", kind)
            for launch in launches.of(operation):
                left = self._launch(framework, offers[0], launch, left)
        self._allocator.refuse(framework, offers[0], left, call.get("filters"))

    def _problem(self, framework: Framework, ids: list[str]) -> str | None:
        """What makes the offers, together, no basis for operations."""
        if not ids:
            return "No offers specified"
        for offer_id in ids:
            if ids.count(offer_id) > 1:
                return f"Duplicate offer {offer_id} in offer list"
        offers = []
        for offer_id in ids:
            offer = self._cluster.offers.get(offer_id)
            if offer is None:
                return f"Offer {offer_id} is no longer valid"
            offers.append(offer)
        first = offers[0]
        for offer in offers:
            if offer.framework_id != framework.id:
                return (
                    f"Offer {offer.id} has invalid framework {offer.framework_id} while framework {framework.id} is "
                    "expected"
                )
        for offer in offers:
            if offer.role != first.role:
                return (
                    f"Aggregated offers must be allocated to the same role. Offer {offer.id} uses role '{offer.role}' "
                    f"but another is using role '{first.role}'"
                )
        for offer in offers:
            if offer.agent is not first.agent:
                return (
                    f"Aggregated offers must belong to one single agent. Offer {offer.id} uses agent {offer.agent.id} "
                    f"and agent {first.agent.id}"
                )
        return None

    def _refuse_all(self, framework: Framework, operation: dict[str, Any], problem: str) -> None:
        if operation.get("type") not in operations.LAUNCHING:
            operations.drop(self._cluster, framework, operation, f"Operation attempted with invalid offers: {problem}")
            return
        state = self._tasks.lost_state(framework, "TASK_DROPPED")
        fault = launches.Fault(state, "REASON_INVALID_OFFERS", f"Task launched with invalid offers: {problem}")
        for launch in launches.of(operation):
            self._refuse(framework, launch, fault)

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


def _ids(call: dict[str, Any]) -> list[str]:
    return [entry["value"] for entry in call.get("offer_ids", [])]
