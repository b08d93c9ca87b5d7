"""Does an offer suit an app, and if not, why not."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from labengine.common.resources import reservation
from labengine.marathon import hostports
from labengine.marathon.definition import constraints, container
from labengine.marathon.remainder import Remainder, Resource
from labengine.marathon.tree import App, is_pod

# In the order in which an offer is sorted out.
REASONS = (
    "UnfulfilledRole",
    "UnfulfilledConstraint",
    "NoCorrespondingReservationFound",
    "AgentMaintenance",
    "InsufficientCpus",
    "InsufficientMemory",
    "InsufficientDisk",
    "InsufficientGpus",
    "InsufficientPorts",
    "DeclinedScarceResources",
)
_SCALARS = (
    ("cpus", "InsufficientCpus"),
    ("mem", "InsufficientMemory"),
    ("disk", "InsufficientDisk"),
    ("gpus", "InsufficientGpus"),
)


@dataclass(frozen=True)
class Match:
    """``parts`` are the resources of a pod's containers, in their order; ``resources`` those of its executor then."""

    resources: list[Resource]
    ports: list[int]
    parts: list[list[Resource]] = field(default_factory=list)


def accepted_roles(app: App, default_behavior: str) -> set[str]:
    """The roles of the resources that the app may use."""
    given = app.get("acceptedResourceRoles")
    if given:
        return set(given)
    return {"any": {"*", app["role"]}, "unreserved": {"*"}, "reserved": {app["role"]}}[default_behavior]


def is_away(offer: dict[str, Any], draining_seconds: float, now: float) -> bool:
    """The agent's maintenance has begun, or begins within the time it is given to become empty."""
    window = offer.get("unavailability")
    if not window:
        return False
    start = window["start"]["nanoseconds"] / 1e9
    end = start + window["duration"]["nanoseconds"] / 1e9 if "duration" in window else math.inf
    return start - draining_seconds <= now < end


def match(
    app: App,
    offer: dict[str, Any],
    facts: dict[str, Any],
    left: Remainder,
    placed: list[dict[str, Any]],
    default_behavior: str,
    *,
    share: int,
    away: bool = False,
) -> Match | list[str]:
    """A match takes its resources out of ``left``; otherwise the reasons, first in the funnel first.

    ``facts`` are those of the offer's agent, ``placed`` those of the agents that have an instance already; ``share``
    is the number of instances that GROUP_BY divides; ``away`` says that the agent is in maintenance.
    """
    roles = accepted_roles(app, default_behavior)
    reasons: list[str] = []
    if not any(reservation(resource) in roles for resource in offer["resources"]):
        reasons.append("UnfulfilledRole")
    if not all(
        constraints.accepts(constraint, facts, placed, instances=share) for constraint in app.get("constraints", [])
    ):
        reasons.append("UnfulfilledConstraint")
    if away:
        # The real one counts it as a constraint too, which is what its queue shows first.
        reasons = [*dict.fromkeys([*reasons, "UnfulfilledConstraint"]), "AgentMaintenance"]
    if container.is_resident(app) or container.volumes(app, "external"):
        # The engine makes no reservations and mounts no external storage: without them nothing must start.
        reasons.append("NoCorrespondingReservationFound")
    for name, reason in _SCALARS:
        if app[name] > left.scalar(name, roles):
            reasons.append(reason)
    wanted = [slot.wanted for slot in hostports.slots(app) if slot.wanted is not None]
    ports = hostports.choose(wanted, left.ports(roles))
    if ports is None:
        reasons.append("InsufficientPorts")
    if reasons or ports is None:
        return reasons
    wanting = [app]
    if is_pod(app):
        wanting = [app["pod"]["executorResources"], *(box["resources"] for box in app["pod"]["containers"])]
    resources, *parts = [_scalars(one, left, roles) for one in wanting]
    if ports:
        # The executor of a pod holds the ports of its containers, as the real Marathon has it.
        resources += left.take_ports(ports, roles) or []
    return Match(resources, ports, parts)


def _scalars(wanted: dict[str, Any], left: Remainder, roles: set[str]) -> list[Resource]:
    taken: list[Resource] = []
    for name, _reason in _SCALARS:
        if wanted.get(name):
            taken += left.take_scalar(name, wanted[name], roles) or []
    return taken
