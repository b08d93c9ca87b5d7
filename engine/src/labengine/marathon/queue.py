"""The launch queue: which apps still want instances, and what the offers lacked."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from labengine.common.resources import reservation
from labengine.marathon.clock import timestamp
from labengine.marathon.definition import pods
from labengine.marathon.instances import new_instance_id
from labengine.marathon.matcher import REASONS
from labengine.marathon.tree import App, is_pod

UNUSED_OFFERS_KEPT = 10


@dataclass
class Entry:
    """One app; ``rejected`` counts the first reason of every offer of this launch attempt.

    ``waiting`` are the ids of the instances that will be launched.
    """

    app: App
    waiting: list[str] = field(default_factory=list)
    since: float = field(default_factory=time.time)
    processed: int = 0
    unused: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    last_unused_at: float | None = None
    last_used_at: float | None = None
    last_offers: dict[str, tuple[dict[str, Any], list[str], float]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.waiting)

    def resize(self, count: int) -> None:
        missing = count - len(self.waiting)
        self.waiting += [new_instance_id(self.app["id"]) for _number in range(missing)]
        del self.waiting[count:]

    def declined(self, offer: dict[str, Any], reasons: list[str]) -> None:
        now = time.time()
        self.processed += 1
        self.unused += 1
        self.last_unused_at = now
        self.rejected[reasons[0]] = self.rejected.get(reasons[0], 0) + 1
        agent_id = offer["agent_id"]["value"]
        self.last_offers.pop(agent_id, None)
        self.last_offers[agent_id] = (offer, reasons, now)
        if len(self.last_offers) > UNUSED_OFFERS_KEPT:
            del self.last_offers[next(iter(self.last_offers))]

    def used(self, offer: dict[str, Any]) -> str:
        """The id of the instance that is launched from it."""
        self.processed += 1
        self.last_used_at = time.time()
        self.last_offers.pop(offer["agent_id"]["value"], None)
        return self.waiting.pop(0)


class LaunchQueue:
    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    def want(self, app: App, count: int) -> bool:
        """Set how many instances are to be launched; true when that is more than before."""
        entry = self._entries.get(app["id"])
        if entry is None or entry.app["version"] != app["version"]:
            entry = self._entries[app["id"]] = Entry(app)
        grown = count > entry.count
        entry.resize(count)
        return grown

    def drop(self, app_id: str) -> None:
        self._entries.pop(app_id, None)

    def get(self, app_id: str) -> Entry | None:
        return self._entries.get(app_id)

    def entries(self) -> list[Entry]:
        """Longest waiting first."""
        return sorted(self._entries.values(), key=lambda entry: entry.since)

    def __bool__(self) -> bool:
        return bool(self._entries)


def _funnel(processed: int, rejected: dict[str, int]) -> list[dict[str, Any]]:
    rows = []
    for reason in REASONS:
        declined = rejected.get(reason, 0)
        rows.append({"reason": reason, "declined": declined, "processed": processed})
        processed -= declined
    return rows


def render(entry: Entry, delay: float, *, with_offers: bool) -> dict[str, Any]:
    last: dict[str, int] = {}
    for _offer, reasons, _time in entry.last_offers.values():
        last[reasons[0]] = last.get(reasons[0], 0) + 1
    summary: dict[str, Any] = {
        "processedOffersCount": entry.processed,
        "unusedOffersCount": entry.unused,
        "rejectSummaryLastOffers": _funnel(len(entry.last_offers), last),
        "rejectSummaryLaunchAttempt": _funnel(entry.processed, entry.rejected),
    }
    if entry.last_unused_at is not None:
        summary["lastUnusedOfferAt"] = timestamp(entry.last_unused_at)
    if entry.last_used_at is not None:
        summary["lastUsedOfferAt"] = timestamp(entry.last_used_at)
    item: dict[str, Any] = {
        "count": entry.count,
        "delay": {"timeLeftSeconds": round(delay), "overdue": delay <= 0},
        "since": timestamp(entry.since),
        "processedOffersSummary": summary,
        "role": entry.app["role"],
    }
    if is_pod(entry.app):
        item["pod"] = pods.shown(entry.app)
    else:
        item["app"] = entry.app
    if with_offers:
        item["lastUnusedOffers"] = [
            {"offer": _offer_json(offer), "reason": reasons, "timestamp": timestamp(moment)}
            for offer, reasons, moment in entry.last_offers.values()
        ]
    return item


def _offer_json(offer: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": offer["id"]["value"],
        "hostname": offer["hostname"],
        "agentId": offer["agent_id"]["value"],
        "resources": [_resource_json(resource) for resource in offer["resources"]],
        "attributes": [_attribute_json(attribute) for attribute in offer.get("attributes", [])],
    }


def _resource_json(resource: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {"name": resource["name"], "role": reservation(resource)}
    if "scalar" in resource:
        item["scalar"] = resource["scalar"]["value"]
    elif "ranges" in resource:
        item["ranges"] = resource["ranges"]["range"]
    else:
        item["set"] = resource.get("set", {}).get("item", [])
    return item


def _attribute_json(attribute: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = {"name": attribute["name"]}
    kind = attribute["type"]
    if kind == "SCALAR":
        item["scalar"] = attribute["scalar"]["value"]
    elif kind == "RANGES":
        item["ranges"] = attribute["ranges"]["range"]
    elif kind == "SET":
        item["set"] = attribute["set"]["item"]
    else:
        item["text"] = attribute["text"]["value"]
    return item
