# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: which agents and which offers are good enough for a command, and why others are not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Iterable, Mapping

from .. import agents as known
from ..agents import Name
from ..info.records import value

Resource = Mapping[str, Any]
# Mesos counts in thousandths.
_SMALLEST = 0.0005
# Resources that are lent, shared, on a disk of their own or of another kind of provider.
_SPECIAL = ("disk", "revocable", "shared", "provider_id")


@dataclass(frozen=True)
class Placement:
    """name is the agent that is wanted, or None for any; attributes must all be equal."""

    needs: Mapping[str, float]
    role: str = "*"
    name: Name | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """Host names of agents that have room now, and of those that could have; why the others cannot."""

    now: list[str]
    later: list[str]
    refused: dict[str, str]
    # The host names of all that have room or could have, by the ids of the agents.
    hosts: dict[str, str]


def survey(content: Mapping[str, Any], place: Placement) -> Survey:
    """From GET_AGENTS."""
    now, later, refused, hosts = [], [], {}, {}
    for entry in content.get("agents") or []:
        agent = known.agent(entry)
        if place.name is not None and not place.name.fits(agent):
            continue
        why = _refusal(entry, agent, place)
        if why:
            refused[agent.hostname] = why
            continue
        hosts[agent.id] = agent.hostname
        free = _left(entry.get("total_resources") or [], entry.get("allocated_resources") or [], place.role)
        (now if _covers(free, place.needs) else later).append(agent.hostname)
    return Survey(sorted(now), sorted(later), refused, hosts)


def _refusal(entry: Mapping[str, Any], agent: known.Agent, place: Placement) -> str | None:
    if agent.state != "active":
        return f"is {agent.state}"
    attribute = _missing(entry["agent_info"].get("attributes") or [], place.attributes)
    if attribute:
        return attribute
    has = _left(entry.get("total_resources") or [], [], place.role)
    short = [
        f"{name} {has.get(name, 0):g} of {need:g}"
        for name, need in place.needs.items()
        if has.get(name, 0) + _SMALLEST < need
    ]
    return f"has only {', '.join(short)} for the role {place.role}" if short else None


def fits(offer: Mapping[str, Any], place: Placement, found: Survey) -> list[dict[str, Any]] | None:
    """The resources to take of an offer; None where it is not good enough."""
    if offer["agent_id"]["value"] not in found.hosts or _missing(offer.get("attributes") or [], place.attributes):
        return None
    return take(offer.get("resources") or [], place)


def take(resources: Iterable[Resource], place: Placement) -> list[dict[str, Any]] | None:
    """What is reserved for the role first."""
    usable = sorted((one for one in resources if _usable(one, place.role)), key=lambda one: _holder(one) == "*")
    taken: list[dict[str, Any]] = []
    for name, need in place.needs.items():
        left = need
        for one in usable:
            if left < _SMALLEST:
                break
            if one["name"] == name:
                amount = min(left, float(one["scalar"]["value"]))
                taken.append({**one, "scalar": {"value": round(amount, 3)}})
                left -= amount
        if left >= _SMALLEST:
            return None
    return taken


def _covers(free: Mapping[str, float], needs: Mapping[str, float]) -> bool:
    return all(free.get(name, 0) + _SMALLEST >= need for name, need in needs.items())


def _left(total: Iterable[Resource], allocated: Iterable[Resource], role: str) -> dict[str, float]:
    free = known.amounts([one for one in total if _usable(one, role)])
    for name, amount in known.amounts([one for one in allocated if _usable(one, role)]).items():
        free[name] = free.get(name, 0) - amount
    return free


def _usable(resource: Resource, role: str) -> bool:
    return (
        resource.get("type") == "SCALAR"
        and not any(name in resource for name in _SPECIAL)
        and _holder(resource) in ("*", role)
    )


def _holder(resource: Resource) -> str:
    """Whom it is reserved for, in the new form of Mesos or the old one."""
    reservations = resource.get("reservations")
    return str(reservations[-1].get("role") if reservations else resource.get("role") or "*")


def _missing(attributes: Iterable[Mapping[str, Any]], wanted: Mapping[str, Any]) -> str | None:
    has: dict[str, list[Any]] = {}
    for one in attributes:
        has.setdefault(one["name"], []).append(value(one))
    for name, text in wanted.items():
        if name not in has:
            return f"has no attribute {name}"
        if not any(_equal(found, text) for found in has[name]):
            return f"has the attribute {name}={', '.join(map(_shown, has[name]))}, not {text}"
    return None


def _equal(found: Any, wanted: Any) -> bool:
    """A number is compared as one: the agent makes 3.0 of 3."""
    if isinstance(found, float):
        try:
            return abs(found - float(wanted)) < _SMALLEST
        except (TypeError, ValueError):
            return False
    return bool(found == (str(wanted).lower() if isinstance(wanted, bool) else str(wanted)))


def _shown(found: Any) -> str:
    return f"{found:g}" if isinstance(found, float) else str(found)
