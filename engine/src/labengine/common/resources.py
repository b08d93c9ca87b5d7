"""Arithmetic on Mesos resources in their v1 JSON form, and on the amounts of a definition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

UNRESERVED = "*"
SCALARS = ("cpus", "mem", "disk", "gpus")
Key = tuple[str, str]
Ranges = tuple[tuple[int, int], ...]


def reservation(resource: Mapping[str, Any]) -> str:
    """The role a resource is reserved for, in the new form or the old one; ``*`` when it is not."""
    reservations = resource.get("reservations")
    if reservations:
        return str(reservations[-1].get("role", UNRESERVED))
    return str(resource.get("role") or UNRESERVED)


def merged(ranges: Iterable[tuple[int, int]]) -> Ranges:
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(ranges):
        if merged and begin <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((begin, end))
    return tuple(merged)


def cut(ranges: Ranges, holes: Ranges) -> Ranges:
    left = list(ranges)
    for low, high in holes:
        cut: list[tuple[int, int]] = []
        for begin, end in left:
            if end < low or begin > high:
                cut.append((begin, end))
                continue
            if begin < low:
                cut.append((begin, low - 1))
            if end > high:
                cut.append((high + 1, end))
        left = cut
    return tuple(left)


def spans(resource: Mapping[str, Any]) -> list[tuple[int, int]]:
    """The ranges of one resource or attribute, as it has them."""
    return [(int(one["begin"]), int(one["end"])) for one in resource["ranges"].get("range", [])]


def as_ranges(pairs: Iterable[tuple[int, int]]) -> dict[str, Any]:
    return {"range": [{"begin": begin, "end": end} for begin, end in pairs]}


def value_text(value: Mapping[str, Any]) -> Any:
    """A resource or an attribute as ``/state`` shows it: a number, ``[1-3, 5-6]``, ``{a, b}`` or the text."""
    kind = value["type"]
    if kind == "RANGES":
        return "[" + ", ".join(f"{begin}-{end}" for begin, end in spans(value)) + "]"
    if kind == "SET":
        return "{" + ", ".join(value["set"].get("item", [])) + "}"
    return value[kind.lower()]["value"]


def thousandths(amount: float) -> int:
    """Mesos keeps scalars to three decimals."""
    return round(amount * 1000)


def sums(parts: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The scalars that parts of a definition want together."""
    parts = list(parts)
    return {name: round(sum(part.get(name, 0) for part in parts), 3) for name in SCALARS}


def _within(inner: Ranges, outer: Ranges) -> bool:
    return all(any(low <= begin and end <= high for low, high in outer) for begin, end in inner)


class Resources:
    """An immutable bag: scalars in thousandths (as Mesos keeps them), ranges, and sets, by name and reservation."""

    __slots__ = ("ranges", "scalars", "sets")

    def __init__(
        self,
        scalars: Mapping[Key, int] | None = None,
        ranges: Mapping[Key, Ranges] | None = None,
        sets: Mapping[Key, frozenset[str]] | None = None,
    ) -> None:
        self.scalars = {key: value for key, value in (scalars or {}).items() if value > 0}
        self.ranges = {key: value for key, value in (ranges or {}).items() if value}
        self.sets = {key: value for key, value in (sets or {}).items() if value}

    @classmethod
    def parse(cls, resources: Iterable[Mapping[str, Any]]) -> Resources:
        """From a list of v1 ``Resource``; ValueError or KeyError when it is malformed."""
        parts: list[Resources] = []
        for resource in resources:
            key = (str(resource["name"]), reservation(resource))
            kind = resource.get("type")
            if kind == "SCALAR":
                parts.append(cls(scalars={key: thousandths(float(resource["scalar"]["value"]))}))
            elif kind == "RANGES":
                parts.append(cls(ranges={key: merged(spans(resource))}))
            elif kind == "SET":
                parts.append(cls(sets={key: frozenset(resource["set"].get("item", []))}))
            else:
                raise ValueError(f"resource '{resource['name']}' has the type '{kind}'; SCALAR, RANGES or SET expected")
        return cls.total(parts)

    @classmethod
    def total(cls, bags: Iterable[Resources]) -> Resources:
        """The sum of many."""
        scalars: dict[Key, int] = {}
        pairs: dict[Key, list[tuple[int, int]]] = {}
        sets: dict[Key, frozenset[str]] = {}
        for bag in bags:
            for key, amount in bag.scalars.items():
                scalars[key] = scalars.get(key, 0) + amount
            for key, ranges in bag.ranges.items():
                pairs.setdefault(key, []).extend(ranges)
            for key, items in bag.sets.items():
                sets[key] = sets.get(key, frozenset()) | items
        return cls(scalars, {key: merged(one) for key, one in pairs.items()}, sets)

    def __bool__(self) -> bool:
        return bool(self.scalars or self.ranges or self.sets)

    def __add__(self, other: Resources) -> Resources:
        return Resources.total((self, other))

    def __sub__(self, other: Resources) -> Resources:
        return Resources(
            {key: value - other.scalars.get(key, 0) for key, value in self.scalars.items()},
            {key: cut(value, other.ranges.get(key, ())) for key, value in self.ranges.items()},
            {key: value - other.sets.get(key, frozenset()) for key, value in self.sets.items()},
        )

    def contains(self, other: Resources) -> bool:
        return (
            all(self.scalars.get(key, 0) >= value for key, value in other.scalars.items())
            and all(_within(value, self.ranges.get(key, ())) for key, value in other.ranges.items())
            and all(value <= self.sets.get(key, frozenset()) for key, value in other.sets.items())
        )

    def usable_by(self, roles: Iterable[str]) -> Resources:
        """What is unreserved or reserved for one of ``roles``."""
        allowed = {UNRESERVED, *roles}
        return Resources(
            {key: value for key, value in self.scalars.items() if key[1] in allowed},
            {key: value for key, value in self.ranges.items() if key[1] in allowed},
            {key: value for key, value in self.sets.items() if key[1] in allowed},
        )

    def reserved_for(self, role: str) -> Resources:
        return Resources(
            {key: value for key, value in self.scalars.items() if key[1] == role},
            {key: value for key, value in self.ranges.items() if key[1] == role},
            {key: value for key, value in self.sets.items() if key[1] == role},
        )

    def at_most(self, amounts: Mapping[str, float]) -> Resources:
        """The same with no more of each named scalar than that."""
        left = {name: thousandths(amount) for name, amount in amounts.items()}
        scalars = {}
        for key, value in self.scalars.items():
            scalars[key] = min(value, left.get(key[0], value))
            if key[0] in left:
                left[key[0]] -= scalars[key]
        return Resources(scalars, self.ranges, self.sets)

    def roles(self) -> list[str]:
        """The roles that something is reserved for."""
        return sorted({role for _name, role in [*self.scalars, *self.ranges, *self.sets]} - {UNRESERVED})

    def scalar(self, name: str) -> float:
        return sum(value for (key, _role), value in self.scalars.items() if key == name) / 1000

    def to_json(self, allocated_to: str | None = None) -> list[dict[str, Any]]:
        """A list of v1 ``Resource``, cpus, mem, disk and ports first."""
        result: list[dict[str, Any]] = []
        order = {"cpus": 0, "mem": 1, "disk": 2, "gpus": 3, "ports": 4}

        def rank(item: tuple[Key, Any]) -> tuple[int, Key]:
            return order.get(item[0][0], len(order)), item[0]

        bodies: list[tuple[Key, dict[str, Any]]] = [
            (key, {"type": "SCALAR", "scalar": {"value": value / 1000}}) for key, value in self.scalars.items()
        ]
        bodies += [(key, {"type": "RANGES", "ranges": as_ranges(value)}) for key, value in self.ranges.items()]
        bodies += [(key, {"type": "SET", "set": {"item": sorted(value)}}) for key, value in self.sets.items()]
        for (name, role), body in sorted(bodies, key=rank):
            resource = {"name": name, **body, "role": role}
            if role != UNRESERVED:
                resource["reservations"] = [{"role": role, "type": "STATIC"}]
            if allocated_to is not None:
                resource["allocation_info"] = {"role": allocated_to}
            result.append(resource)
        return result

    def summary(self) -> dict[str, Any]:
        """The short form of ``/state``: ``{"cpus": 2.0, "ports": "[31000-32000]", …}``."""
        result: dict[str, Any] = {name: self.scalar(name) for name in SCALARS}
        for name, _role in self.scalars:
            result.setdefault(name, self.scalar(name))
        for name in {name for name, _role in self.ranges}:
            pairs = merged(pair for (key, _role), value in self.ranges.items() if key == name for pair in value)
            result[name] = value_text({"type": "RANGES", "ranges": as_ranges(pairs)})
        for name in {name for name, _role in self.sets}:
            items = sorted({item for (key, _role), value in self.sets.items() if key == name for item in value})
            result[name] = value_text({"type": "SET", "set": {"item": items}})
        return result
