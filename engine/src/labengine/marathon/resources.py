"""What is left of an offer while launches are cut out of it."""

from __future__ import annotations

import copy
from typing import Any

Resource = dict[str, Any]


def role_of(resource: Resource) -> str:
    reservations = resource.get("reservations")
    if reservations:
        return reservations[-1].get("role", "*")
    return resource.get("role") or "*"


def _usable(resource: Resource) -> bool:
    # Persistent volumes and revocable capacity need an explicit request that apps here cannot make.
    disk = resource.get("disk") or {}
    return not (disk.get("persistence") or disk.get("source") or resource.get("revocable"))


class Remainder:
    """The resources of one offer; ``take_*`` return what a TaskInfo lists, or None when there is not enough."""

    def __init__(self, resources: list[Resource]) -> None:
        # Reserved resources first: nobody else can use them.
        usable = [copy.deepcopy(resource) for resource in resources if _usable(resource)]
        self._resources = sorted(usable, key=lambda resource: role_of(resource) == "*")

        self._sums: dict[tuple[str, frozenset[str]], float] = {}

    def _named(self, name: str, roles: set[str]) -> list[Resource]:
        return [resource for resource in self._resources if resource["name"] == name and role_of(resource) in roles]

    def scalar(self, name: str, roles: set[str]) -> float:
        key = name, frozenset(roles)
        if key not in self._sums:
            self._sums[key] = round(sum(resource["scalar"]["value"] for resource in self._named(name, roles)), 3)
        return self._sums[key]

    def take_scalar(self, name: str, amount: float, roles: set[str]) -> list[Resource] | None:
        amount = round(amount, 3)
        if self.scalar(name, roles) < amount:
            return None
        self._sums.clear()
        taken = []
        for resource in self._named(name, roles):
            part = round(min(amount, resource["scalar"]["value"]), 3)
            if part > 0:
                taken.append({**resource, "scalar": {"value": part}})
                resource["scalar"]["value"] = round(resource["scalar"]["value"] - part, 3)
                amount = round(amount - part, 3)
        return taken

    def ports(self, roles: set[str]) -> list[tuple[int, int]]:
        """Inclusive ranges."""
        return [
            (entry["begin"], entry["end"])
            for resource in self._named("ports", roles)
            for entry in resource["ranges"]["range"]
        ]

    def take_ports(self, wanted: list[int], roles: set[str]) -> list[Resource] | None:
        taken: list[Resource] = []
        missing = set(wanted)
        for resource in self._named("ports", roles):
            ranges = [(entry["begin"], entry["end"]) for entry in resource["ranges"]["range"]]
            here = sorted(port for port in missing if any(begin <= port <= end for begin, end in ranges))
            if here:
                taken.append({**resource, "ranges": {"range": [{"begin": port, "end": port} for port in here]}})
                for port in here:
                    ranges = _without(ranges, port)
                resource["ranges"] = {"range": [{"begin": begin, "end": end} for begin, end in ranges]}
                missing.difference_update(here)
        return None if missing else taken


def _without(ranges: list[tuple[int, int]], port: int) -> list[tuple[int, int]]:
    left = []
    for begin, end in ranges:
        if begin <= port <= end:
            left += [(low, high) for low, high in ((begin, port - 1), (port + 1, end)) if low <= high]
        else:
            left.append((begin, end))
    return left
