"""Inverse offers: frameworks are asked whether they can do without an agent while its machine is maintained."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from labengine.common import log
from labengine.master import refusals
from labengine.master.model import Agent, Cluster, Framework, InverseOffer

logger = log.get(__name__)


class InverseOffers:
    """``next_id()`` is the id of a new offer, of either kind."""

    def __init__(self, cluster: Cluster, next_id: Callable[[], str], timeout: float | None) -> None:
        self._cluster = cluster
        self._next_id = next_id
        self._timeout = timeout
        # By agent and framework: the last answer, and until when (monotonic) it is not asked again.
        self._answers: dict[str, dict[str, dict[str, Any]]] = {}
        self._refused: dict[tuple[str, str], float] = {}

    def statuses(self, agents: Iterable[str]) -> list[dict[str, Any]]:
        return [status for agent_id in agents for status in self._answers.get(agent_id, {}).values()]

    def make(self) -> None:
        """Ask whoever holds something of a machine that will be away, or was offered it, and was not asked yet."""
        asked = {(one.agent.id, one.framework_id) for one in self._cluster.inverse_offers.values()}
        found: dict[str, list[InverseOffer]] = {}
        for agent in self._cluster.agents.values():
            if agent.unavailability is None or not agent.active:
                continue
            for framework_id in _concerned(agent):
                framework = self._cluster.frameworks.get(framework_id)
                key = (agent.id, framework_id)
                if framework is None or not framework.connected or key in asked or self._refuses(key):
                    continue
                offer = InverseOffer(self._next_id(), framework_id, agent, agent.unavailability)
                self._cluster.inverse_offers[offer.id] = framework.inverse_offers[offer.id] = offer
                found.setdefault(framework_id, []).append(offer)
        for framework_id, offers in found.items():
            logger.info("Asking framework %s to leave %d agents for maintenance", framework_id, len(offers))
            inverse = {"inverse_offers": [one.to_json() for one in offers]}
            self._cluster.frameworks[framework_id].send({"type": "INVERSE_OFFERS", "inverse_offers": inverse})

    def _refuses(self, key: tuple[str, str]) -> bool:
        if self._refused.get(key, 0.0) > time.monotonic():
            return True
        self._refused.pop(key, None)
        return False

    def answer(self, framework: Framework, call: dict[str, Any], status: str) -> None:
        for offer_id in [entry["value"] for entry in call.get("inverse_offer_ids", [])]:
            if offer_id not in framework.inverse_offers:
                logger.warning("Ignoring the answer to inverse offer %s: it is no longer valid", offer_id)
                continue
            offer = self._take(offer_id)
            self._answers.setdefault(offer.agent.id, {})[framework.id] = {
                "status": status,
                "framework_id": {"value": framework.id},
                "timestamp": {"nanoseconds": time.time_ns()},
            }
            seconds = refusals.seconds(framework, call.get("filters"))
            self._refused[offer.agent.id, framework.id] = time.monotonic() + seconds

    def expire(self) -> None:
        if self._timeout:
            oldest = time.monotonic() - self._timeout
            self._rescind(lambda offer: offer.made < oldest)

    def change(self, agent: Agent, unavailability: dict[str, Any] | None) -> None:
        """A schedule was made: what was asked and answered before is void."""
        agent.unavailability = unavailability
        self.forget_agent(agent)

    def forget_agent(self, agent: Agent) -> None:
        self.withdraw(agent)
        self._answers.pop(agent.id, None)
        self._refused = {key: until for key, until in self._refused.items() if key[0] != agent.id}

    def withdraw(self, agent: Agent) -> None:
        """It is away, or out of use: there is nothing to leave."""
        self._rescind(lambda offer: offer.agent is agent)

    def forget_framework(self, framework: Framework) -> None:
        """It is away: there is nobody to tell."""
        for offer_id in list(framework.inverse_offers):
            self._take(offer_id)
        self.revive(framework)

    def revive(self, framework: Framework) -> None:
        self._refused = {key: until for key, until in self._refused.items() if key[1] != framework.id}

    def _take(self, offer_id: str) -> InverseOffer:
        offer = self._cluster.inverse_offers.pop(offer_id)
        self._cluster.frameworks[offer.framework_id].inverse_offers.pop(offer_id)
        return offer

    def _rescind(self, which: Callable[[InverseOffer], bool]) -> None:
        for offer in [one for one in self._cluster.inverse_offers.values() if which(one)]:
            self._take(offer.id)
            rescind = {"inverse_offer_id": {"value": offer.id}}
            event = {"type": "RESCIND_INVERSE_OFFER", "rescind_inverse_offer": rescind}
            self._cluster.frameworks[offer.framework_id].send(event)


def _concerned(agent: Agent) -> list[str]:
    living = (framework_id for (framework_id, _task), task in agent.tasks.items() if not task.terminal)
    return list(dict.fromkeys([*living, *(offer.framework_id for offer in agent.offers.values())]))
