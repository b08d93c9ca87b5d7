"""Offers: cut into launches, or declined with the reasons kept for the queue."""

from __future__ import annotations

import asyncio
import random
import time
from typing import Any

from labengine.common import log
from labengine.marathon import podtasks, podupdates
from labengine.marathon.backoff import Backoff
from labengine.marathon.definition import constraints
from labengine.marathon.events import EventBus
from labengine.marathon.instances import (
    UNREACHABLE,
    Instance,
    Tracker,
    change,
    has_config,
    new_task_id,
)
from labengine.marathon.matcher import is_away, match
from labengine.marathon.queue import Entry, LaunchQueue
from labengine.marathon.remainder import Remainder
from labengine.marathon.scheduler import SchedulerClient
from labengine.marathon.store import Store
from labengine.marathon.taskinfo import task_info
from labengine.marathon.tree import App, is_pod

logger = log.get(__name__)

Facts = dict[str, Any]
# While something waits to be launched, offers are wanted back soon, but not before the rest of the work was done.
SHORT_REFUSAL_SECONDS = 2.0
PAUSES = 4


class OfferMatcher:
    def __init__(
        self,
        flags: Any,
        store: Store,
        tracker: Tracker,
        queue: LaunchQueue,
        backoff: Backoff,
        events: EventBus,
    ) -> None:
        self._flags = flags
        self._store = store
        self._tracker = tracker
        self._queue = queue
        self._backoff = backoff
        self._events = events
        self._suppressed = False
        self._revive_wanted = False
        self._last_revive = 0.0
        # Marathon's own fault, kept because clients meet it: its launch queue ends with the first such pod.
        self._ended = False
        self.scheduler: SchedulerClient

    def hungry(self) -> None:
        """There is more to launch than before."""
        self._revive_wanted = True

    def subscribed(self) -> None:
        self._suppressed = False
        self._revive_wanted = bool(self._queue)

    async def revive_if_wanted(self) -> None:
        """Declined offers back, at most once per ``min_revive_offers_interval``."""
        if not self._revive_wanted or time.time() - self._last_revive < self._flags.min_revive_offers_interval:
            return
        if await self.scheduler.call("REVIVE"):
            self._revive_wanted = self._suppressed = False
            self._last_revive = time.time()

    async def offered(self, offers: list[dict[str, Any]]) -> None:
        began = time.monotonic()
        refused, calls = [], []
        for offer in random.sample(offers, len(offers)):
            launches = self._match(offer)
            if launches:
                calls.append(self._accept(offer, launches))
            else:
                refused.append(offer["id"])
            await asyncio.sleep(0)
        filters = self._filters(time.monotonic() - began)
        await self._store.flush()
        await asyncio.gather(*calls)
        if refused:
            await self.scheduler.call("DECLINE", {"offer_ids": refused, "filters": filters})
        if not self._queue and not self._suppressed and self._flags.suppress_offers:
            self._suppressed = await self.scheduler.call("SUPPRESS")
            if self._queue:
                # It may have been overtaken by the REVIVE of what came meanwhile.
                self.hungry()

    def _filters(self, took: float) -> dict[str, float]:
        """``took``: to look at these offers. With many apps and agents that is long, and would be all that is done."""
        longest = self._flags.decline_offer_duration
        return {"refuse_seconds": min(longest, max(SHORT_REFUSAL_SECONDS, took * PAUSES)) if self._queue else longest}

    def _match(self, offer: dict[str, Any]) -> list[dict[str, Any]]:
        """The operations of an ACCEPT."""
        left = Remainder(offer["resources"])
        facts = constraints.agent_facts(offer)
        launches: list[dict[str, Any]] = []
        for entry in self._queue.entries():
            while entry.count > 0 and len(launches) < self._flags.max_instances_per_offer:
                launch = None if self._ended else self._place(entry, offer, facts, left, first=not launches)
                if launch is None:
                    break
                launches.append(launch)
            if entry.count <= 0:
                self._queue.drop(entry.app["id"])
        return launches

    def _place(
        self, entry: Entry, offer: dict[str, Any], facts: Facts, left: Remainder, *, first: bool
    ) -> dict[str, Any] | None:
        app = entry.app
        agent_id = offer["agent_id"]["value"]
        if self._backoff.left(app) > 0 or self._backoff.agent_blocked(app["id"], agent_id):
            return None
        placed, share = self._placed(app) if app.get("constraints") else ([], app["instances"])
        flags = self._flags
        away = flags.maintenance_mode and is_away(offer, flags.draining_seconds, time.time())
        default_behavior = flags.accepted_resource_roles_default_behavior
        found = match(app, offer, facts, left, placed, default_behavior, share=share, away=away)
        if isinstance(found, list):
            # What an offer lacks after a launch from it says nothing about the offer.
            if first:
                entry.declined(offer, found)
            return None
        if is_pod(app) and (endpoint := podtasks.unlaunchable(app["pod"])):
            logger.error(
                "unexpected combination of network mode and endpoint ports for Endpoint %s of %s: the launch queue "
                "ends, and nothing is launched before another leader is elected",
                endpoint,
                app["id"],
            )
            self._ended = True
            return None
        instance_id = entry.used(offer)
        now = time.time()
        instance = Instance(
            instance_id,
            instance_id if is_pod(app) else new_task_id(instance_id),
            app["id"],
            app["version"],
            agent_id,
            offer["hostname"],
            app["role"],
            found.ports,
            facts,
            wanted=app["instances"],
            staged_at=now,
            state_since=now,
            containers=podupdates.new_containers(app, instance_id, now) if is_pod(app) else [],
        )
        self._tracker.add(instance)
        self._events.publish("instance_changed_event", **change(instance, "Provisioned"))
        logger.info("Launching %s on %s", instance.task_id, offer["hostname"])
        if is_pod(app):
            return podtasks.launch_group(app, instance, found, offer["framework_id"], self._flags.mesos_bridge_name)
        task = task_info(app, instance, found, user=self._flags.mesos_user, env_prefix=self._flags.env_vars_prefix)
        return {"type": "LAUNCH", "launch": {"task_infos": [task]}}

    def _placed(self, app: App) -> tuple[list[Facts], int]:
        """The agents of its instances, and how many the first of them was launched to be.

        Instances of an older configuration are on their way out: their successors may be where they are.
        """
        placed = [one for one in self._tracker.of(app["id"]) if one.state != UNREACHABLE and has_config(one, app)]
        return [one.facts for one in placed], placed[0].wanted if placed else app["instances"]

    async def _accept(self, offer: dict[str, Any], launches: list[dict[str, Any]]) -> None:
        await self.scheduler.call(
            "ACCEPT",
            {
                "offer_ids": [offer["id"]],
                "filters": {"refuse_seconds": SHORT_REFUSAL_SECONDS},
                "operations": launches,
            },
        )
