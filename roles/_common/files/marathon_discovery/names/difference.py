"""What must be said to a server of DNS so that its zone has the records that it must have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from .model import Key, Records
from .records import MOST_BYTES, size

# What a set has besides its values and its name, and the most that one update has: a message of DNS has 64 KB.
_SET_BYTES = 60
_MESSAGE_BYTES = MOST_BYTES + _SET_BYTES + 255


@dataclass(frozen=True)
class Change:
    """A whole set of records of one name and type; without values it goes."""

    key: Key
    values: frozenset[str] = frozenset()

    @property
    def bytes(self) -> int:
        return size(self.values) + len(self.key[0]) + _SET_BYTES

    def __str__(self) -> str:
        name, kind = self.key
        return f"{name} {kind} {', '.join(sorted(self.values)) or 'goes'}"


def changes(now: Mapping[Key, tuple[int, frozenset[str]]], wanted: Records, ttl: int) -> list[Change]:
    """Addresses come before the services that lead to them, and what goes goes last."""
    new = [Change(key, wanted[key]) for key in wanted if now.get(key) != (ttl, wanted[key])]
    gone = [Change(key) for key in now if key not in wanted]
    return sorted(new, key=_order) + sorted(gone, key=_order, reverse=True)


def messages(found: Iterable[Change]) -> Iterator[list[Change]]:
    """Each is one update, which a server does whole or not at all."""
    part: list[Change] = []
    room = _MESSAGE_BYTES
    for change in found:
        if part and room < change.bytes:
            yield part
            part, room = [], _MESSAGE_BYTES
        part.append(change)
        room -= change.bytes
    if part:
        yield part


def _order(change: Change) -> tuple[bool, str, str]:
    name, kind = change.key
    return kind == "SRV", name, kind
