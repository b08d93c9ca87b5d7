"""What is left of an offer while launches are cut out of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from labengine.common.resources import UNRESERVED, Ranges, as_ranges, cut, reservation, spans, thousandths

Resource = dict[str, Any]


def _usable(resource: Resource) -> bool:
    # Persistent volumes and revocable capacity need an explicit request that apps here cannot make.
    disk = resource.get("disk") or {}
    return not (disk.get("persistence") or disk.get("source") or resource.get("revocable"))


@dataclass
class _Piece:
    """One resource of the offer, which a launch names as it was offered, and what is left of it."""

    resource: Resource
    role: str
    thousandths: int
    ports: Ranges


def _piece(resource: Resource) -> _Piece:
    amount = thousandths(resource["scalar"]["value"]) if "scalar" in resource else 0
    return _Piece(resource, reservation(resource), amount, tuple(spans(resource)) if "ranges" in resource else ())


class Remainder:
    """The resources of one offer; ``take_*`` return what a TaskInfo lists, or None when there is not enough."""

    def __init__(self, resources: list[Resource]) -> None:
        pieces = [_piece(resource) for resource in resources if _usable(resource)]
        # Reserved resources first: nobody else can use them.
        self._pieces = sorted(pieces, key=lambda piece: piece.role == UNRESERVED)

    def _named(self, name: str, roles: set[str]) -> list[_Piece]:
        return [piece for piece in self._pieces if piece.resource["name"] == name and piece.role in roles]

    def scalar(self, name: str, roles: set[str]) -> float:
        return sum(piece.thousandths for piece in self._named(name, roles)) / 1000

    def take_scalar(self, name: str, amount: float, roles: set[str]) -> list[Resource] | None:
        missing = thousandths(amount)
        pieces = self._named(name, roles)
        if sum(piece.thousandths for piece in pieces) < missing:
            return None
        taken = []
        for piece in pieces:
            part = min(missing, piece.thousandths)
            if part > 0:
                taken.append({**piece.resource, "scalar": {"value": part / 1000}})
                piece.thousandths -= part
                missing -= part
        return taken

    def ports(self, roles: set[str]) -> list[tuple[int, int]]:
        """Inclusive ranges."""
        return [pair for piece in self._named("ports", roles) for pair in piece.ports]

    def take_ports(self, wanted: list[int], roles: set[str]) -> list[Resource] | None:
        taken: list[Resource] = []
        missing = set(wanted)
        for piece in self._named("ports", roles):
            here = sorted(port for port in missing if any(begin <= port <= end for begin, end in piece.ports))
            if here:
                single = tuple((port, port) for port in here)
                taken.append({**piece.resource, "ranges": as_ranges(single)})
                piece.ports = cut(piece.ports, single)
                missing.difference_update(here)
        return None if missing else taken
