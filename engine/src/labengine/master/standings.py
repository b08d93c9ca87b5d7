"""What roles and frameworks hold at one moment, and who comes next.

It is summed up once for an allocation and kept up with every offer: tasks and agents may be thousands.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from labengine.common.resources import Resources
from labengine.master.model import Cluster, Framework
from labengine.master.shares import Shares

# By these a share is measured.
NAMES = ("cpus", "mem", "disk")
Amounts = Counter[str]
Candidate = tuple[Framework, str]


class Standings:
    def __init__(self, cluster: Cluster, shares: Shares) -> None:
        self._shares = shares
        self._total: Amounts = Counter()
        self._by_role: dict[str, Amounts] = {}
        self._by_framework: dict[tuple[str, str], Amounts] = {}
        for agent in cluster.agents.values():
            _add(self._total, agent.total)
        for framework in cluster.frameworks.values():
            for role, resources in framework.holdings():
                self.add(framework, role, resources)

    def add(self, framework: Framework, role: str, resources: Resources) -> None:
        _add(self._by_role.setdefault(role, Counter()), resources)
        _add(self._by_framework.setdefault((framework.id, role), Counter()), resources)

    def held(self, role: str, name: str) -> float:
        """What is allocated or offered to the role."""
        return self._by_role.get(role, Counter())[name] / 1000

    def share(self, role: str) -> float:
        return self._dominant(self._by_role.get(role, Counter())) / self._shares.weight(role)

    def by_share(self, candidates: Iterable[Candidate]) -> list[Candidate]:
        """The smallest share first: that of the role, then that of the framework in it."""

        def rank(candidate: Candidate) -> tuple[float, float]:
            framework, role = candidate
            return self.share(role), self._dominant(self._by_framework.get((framework.id, role), Counter()))

        return sorted(candidates, key=rank)

    def _dominant(self, held: Amounts) -> float:
        return max((held[name] / self._total[name] for name in NAMES if self._total[name]), default=0.0)

    def within_limits(self, role: str, available: Resources) -> Resources:
        """No more than what the role's quota leaves to it."""
        limits = self._shares.limits(role)
        if not limits:
            return available
        return available.at_most({name: max(0.0, limit - self.held(role, name)) for name, limit in limits.items()})


def _add(amounts: Amounts, resources: Resources) -> None:
    """In thousandths."""
    for (name, _role), amount in resources.scalars.items():
        amounts[name] += amount
