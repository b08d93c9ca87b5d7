"""What the allocator has to give and whom it gave it to, under the names of the real master."""

from __future__ import annotations

from labengine.common.resources import SCALARS, UNRESERVED, Resources
from labengine.master.allocator import Allocator
from labengine.master.model import Cluster, held
from labengine.master.shares import Shares
from labengine.master.standings import Standings

_NAMES = ("cpus", "disk", "mem")
_QUOTAS = "allocator/mesos/quota/roles"


def of(cluster: Cluster, allocator: Allocator, shares: Shares) -> dict[str, float]:
    agents = cluster.agents.values()
    total = Resources.total(agent.total for agent in agents)
    given = Resources.total(part for agent in agents for part in (agent.used, agent.offered))
    values: dict[str, float] = {
        "allocator/event_queue_dispatches": allocator.waiting,
        "allocator/mesos/event_queue_dispatches": allocator.waiting,
        "allocator/mesos/allocation_runs": allocator.runs,
        **allocator.run_time.snapshot(),
        **allocator.latency.snapshot(),
    }
    for name in _NAMES:
        values[f"allocator/mesos/resources/{name}/total"] = total.scalar(name)
        values[f"allocator/mesos/resources/{name}/offered_or_allocated"] = given.scalar(name)
    standings = allocator.standings()
    subscribed = {role for framework in cluster.frameworks.values() for role in framework.roles}
    for role in subscribed:
        values[f"allocator/mesos/roles/{role}/shares/dominant"] = standings.share(role)
    for role in subscribed | shares.with_quota:
        values[f"allocator/mesos/offer_filters/roles/{role}/active"] = allocator.filters(role)
    values |= _consumed(cluster) | _granted(standings, shares)
    return {name: float(value) for name, value in values.items()}


def _consumed(cluster: Cluster) -> dict[str, float]:
    """What is reserved for a role, and what else it runs, counts for those above it too; all are below the root."""
    by_role: dict[str, list[Resources]] = {}
    for agent in cluster.agents.values():
        for role in agent.total.roles():
            by_role.setdefault(role, []).append(agent.total.reserved_for(role))
        for role in {task.role for task in agent.tasks.values()}:
            mine = Resources.total(held(task for task in agent.tasks.values() if task.role == role))
            by_role.setdefault(role, []).append(mine.reserved_for(UNRESERVED))
    values: dict[str, float] = {}
    for role, parts in by_role.items():
        consumed = Resources.total(parts)
        for name in SCALARS:
            if amount := consumed.scalar(name):
                for above in _with_ancestors(role):
                    key = f"{_QUOTAS}/{above}/resources/{name}/consumed"
                    values[key] = values.get(key, 0.0) + amount
    return values


def _with_ancestors(role: str) -> list[str]:
    """Itself, those above it, and the root, which has no name."""
    parts = role.split("/")
    return ["", *("/".join(parts[: length + 1]) for length in range(len(parts)))]


def _granted(standings: Standings, shares: Shares) -> dict[str, float]:
    values: dict[str, float] = {}
    for role in shares.with_quota:
        guarantees, limits = shares.guarantees(role), shares.limits(role)
        for name in {*guarantees, *limits}:
            prefix = f"{_QUOTAS}/{role}/resources/{name}"
            values[f"{prefix}/offered_or_allocated"] = standings.held(role, name)
            if name in guarantees:
                values[f"{prefix}/guarantee"] = guarantees[name]
            if name in limits:
                values[f"{prefix}/limit"] = limits[name]
    return values
