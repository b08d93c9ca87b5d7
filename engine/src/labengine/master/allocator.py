"""Offers: the whole free part of one agent to the framework with the smallest dominant share."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from labengine.common import log
from labengine.common.flagtable import Flags
from labengine.common.resources import Resources
from labengine.common.timing import Timing
from labengine.master import refusals
from labengine.master.inverse_offers import InverseOffers
from labengine.master.model import Agent, Cluster, Framework, Offer, Refusal
from labengine.master.shares import Shares
from labengine.master.standings import Candidate, Standings

logger = log.get(__name__)

TIMING_SECONDS = 3600.0
SHORTEST_PAUSE_SECONDS = 0.1
# After an allocation, as many times what it took.
PAUSES = 9


class Allocator:
    def __init__(self, cluster: Cluster, flags: Flags, shares: Shares) -> None:
        self._cluster = cluster
        self._shares = shares
        self._flags = flags
        self._wake = asyncio.Event()
        self._next_offer = 0
        self._minimum = _parse_minimum(flags.min_allocatable_resources)
        self.inverse = InverseOffers(cluster, self._new_id, flags.offer_timeout)
        self._woken = 0.0
        self.runs = 0
        self.run_time = Timing("allocator/mesos/allocation_run_ms", TIMING_SECONDS)
        self.latency = Timing("allocator/mesos/allocation_run_latency_ms", TIMING_SECONDS)

    def wake(self) -> None:
        """Something became free, or wanted: allocate soon instead of at the next interval."""
        if not self._wake.is_set():
            self._woken = time.monotonic()
            self._wake.set()

    @property
    def waiting(self) -> int:
        """Allocations that are wanted and have not begun."""
        return int(self._wake.is_set())

    async def run(self) -> None:
        """Allocates at every interval and when woken, but for a small part of the time only."""
        took = 0.0
        while True:
            due = time.monotonic() + self._flags.allocation_interval
            try:
                await asyncio.wait_for(self._wake.wait(), self._flags.allocation_interval)
                await asyncio.sleep(max(SHORTEST_PAUSE_SECONDS, took * PAUSES))
                due = self._woken
            except TimeoutError:
                pass
            began = time.monotonic()
            self.latency.record(began - due)
            self._wake.clear()
            self._expire_offers()
            self.runs += 1
            with self.run_time.measure():
                self.allocate()
                self.inverse.make()
            took = time.monotonic() - began

    def allocate(self) -> None:
        candidates = self._candidates()
        if not candidates:
            return
        standings = self.standings()
        now = time.monotonic()
        made: dict[str, list[Offer]] = {}
        for agent in self._cluster.agents.values():
            if not agent.active:
                continue
            free = agent.free
            for framework, role in standings.by_share(candidates):
                available = standings.within_limits(role, free.usable_by([role]))
                if not self._allocatable(available) or self._refused(framework, role, agent, available, now):
                    continue
                made.setdefault(framework.id, []).append(self._offer(framework, agent, available, role))
                standings.add(framework, role, available)
                free = free - available
        for framework_id, offers in made.items():
            event = {"type": "OFFERS", "offers": {"offers": [offer.to_json() for offer in offers]}}
            self._cluster.frameworks[framework_id].send(event)

    def _candidates(self) -> list[Candidate]:
        """The frameworks that want offers, in each of their roles."""
        return [
            (framework, role)
            for framework in self._cluster.frameworks.values()
            if framework.connected
            for role in framework.roles
            if role not in framework.suppressed
        ]

    def standings(self) -> Standings:
        return Standings(self._cluster, self._shares)

    def filters(self, role: str) -> int:
        """How many refusals of frameworks keep something from them in this role."""
        now = time.monotonic()
        return sum(
            refusal.expires > now
            for framework in self._cluster.frameworks.values()
            for (of_role, _agent), refusals in framework.refusals.items()
            if of_role == role
            for refusal in refusals
        )

    def _allocatable(self, available: Resources) -> bool:
        return any(
            all(available.scalar(name) >= amount for name, amount in alternative.items())
            for alternative in self._minimum
        )

    @staticmethod
    def _refused(framework: Framework, role: str, agent: Agent, available: Resources, now: float) -> bool:
        live = [refusal for refusal in framework.refusals.get((role, agent.id), []) if refusal.expires > now]
        framework.refusals[role, agent.id] = live
        return any(refusal.resources.contains(available) for refusal in live)

    def _offer(self, framework: Framework, agent: Agent, resources: Resources, role: str) -> Offer:
        offer = Offer(self._new_id(), framework.id, agent, resources, role)
        self._cluster.offers[offer.id] = offer
        framework.offers[offer.id] = offer
        agent.offers[offer.id] = offer
        framework.counters["offers/sent"] += 1
        return offer

    def _new_id(self) -> str:
        self._next_offer += 1
        return f"{self._cluster.master_id}-O{self._next_offer - 1}"

    def take(self, offer_id: str) -> Offer | None:
        """Remove an outstanding offer, because it was answered or is void."""
        offer = self._cluster.offers.pop(offer_id, None)
        if offer is not None:
            offer.agent.offers.pop(offer_id, None)
            framework = self._cluster.frameworks.get(offer.framework_id)
            if framework is not None:
                framework.offers.pop(offer_id, None)
        return offer

    def rescind(self, offer: Offer) -> None:
        self.take(offer.id)
        framework = self._cluster.frameworks.get(offer.framework_id)
        if framework is not None:
            framework.counters["offers/rescinded"] += 1
            framework.send({"type": "RESCIND", "rescind": {"offer_id": {"value": offer.id}}})

    def refuse(self, framework: Framework, offer: Offer, resources: Resources, filters: dict[str, Any] | None) -> None:
        """Keep what the framework did not take away from it for a while; others may have it at once."""
        seconds = refusals.seconds(framework, filters)
        if seconds > 0 and resources:
            expires = time.monotonic() + seconds
            framework.refusals.setdefault((offer.role, offer.agent.id), []).append(Refusal(resources, expires))
        self.wake()

    def suppress(self, framework: Framework, roles: list[str]) -> None:
        framework.suppressed.update(roles or framework.roles)

    def revive(self, framework: Framework, roles: list[str]) -> None:
        wanted = set(roles or framework.roles)
        framework.suppressed -= wanted
        framework.refusals = {key: value for key, value in framework.refusals.items() if key[0] not in wanted}
        self.inverse.revive(framework)
        self.wake()

    def forget_agent(self, agent: Agent) -> None:
        self.inverse.withdraw(agent)
        for offer in list(agent.offers.values()):
            self.rescind(offer)
        for framework in self._cluster.frameworks.values():
            for role in framework.roles:
                framework.refusals.pop((role, agent.id), None)

    def forget_framework(self, framework: Framework) -> None:
        self.inverse.forget_framework(framework)
        for offer in list(framework.offers.values()):
            self.take(offer.id)
        framework.refusals.clear()
        self.wake()

    def _expire_offers(self) -> None:
        self.inverse.expire()
        if not self._flags.offer_timeout:
            return
        oldest = time.monotonic() - self._flags.offer_timeout
        for offer in list(self._cluster.offers.values()):
            if offer.made < oldest:
                self.rescind(offer)


def _parse_minimum(text: str) -> list[dict[str, float]]:
    """``cpus:0.01|mem:32`` -> either of the two is enough."""
    alternatives = []
    for alternative in text.split("|"):
        wanted: dict[str, float] = {}
        for part in filter(None, alternative.split(";")):
            name, _colon, amount = part.partition(":")
            try:
                wanted[name.strip()] = float(amount)
            except ValueError:
                log.die(f"Failed to parse min_allocatable_resources '{text}': expecting 'name:amount' for '{part}'")
        alternatives.append(wanted)
    return alternatives
