"""Records of DNS as values that can be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..apps.model import Excluded, Waiting
from ..apps.tasks import Task as MarathonTask

# Owner name without a dot at its end, and A, AAAA or SRV.
Key = tuple[str, str]
# Values as text, as a zone file would have them; names in them are whole, with a dot at their end.
Records = Mapping[Key, frozenset[str]]


@dataclass(frozen=True)
class Settings:
    """``masters`` and ``nameservers`` are addresses; ``ip_sources`` are netinfo and host, the first that knows wins."""

    domain: str = "mesos"
    ip_sources: tuple[str, ...] = ("netinfo", "host")
    enforce_rfc952: bool = False
    masters: tuple[str, ...] = ()
    nameservers: tuple[str, ...] = ()
    nameserver: str = "ns1"


@dataclass(frozen=True)
class Now:
    """What is known besides the state of Mesos.

    ``served`` are names that are in DNS now; ``tasks`` and ``bridged`` are tasks by their id as Marathon has them, and
    those that cannot be reached by an address of their own.
    """

    served: frozenset[str] = frozenset()
    addresses: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, MarathonTask] = field(default_factory=dict)
    bridged: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Names:
    """``tasks`` are the ends of the names of single tasks, of all that run; ``cut`` are names with too many values."""

    records: Records = field(default_factory=dict)
    tasks: frozenset[str] = frozenset()
    excluded: tuple[Excluded, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    cut: tuple[str, ...] = ()
