"""What a file that the agent wrote says: its structure, its servers, and what each app holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from ..apps.conflicts import normal
from .text import CHOICE, HOLDS, SERVER, STRUCTURE

# Address and port.
Place = tuple[str, int]

_DIGEST = re.compile(rf"  setenv {STRUCTURE} ([0-9a-f]{{16}})")


@dataclass(frozen=True)
class Saved:
    structure: str = ""
    servers: frozenset[tuple[str, str]] = frozenset()
    claims: dict[str, str] = field(default_factory=dict)
    settings: str = ""
    numbers: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def places(self) -> frozenset[Place]:
        """Where HAProxy listens for apps."""
        found = [claim.partition(" ")[2].rpartition(":") for claim in self.claims if claim.startswith("port ")]
        return frozenset((address, int(port)) for address, _colon, port in found)


@lru_cache(maxsize=2)
def read(text: str) -> Saved:
    """A round looks at the file that runs and at the next one several times."""
    structure, backend, settings = "", "", ""
    servers, claims, numbers = set(), {}, {}
    for line in text.splitlines():
        if line.startswith(SERVER):
            words = line.split()
            servers.add((backend, words[1]))
            if words[3:4] == ["id"] and "".join(words[4:5]).isdecimal():
                numbers[backend, words[1]] = int(words[4])
        elif line.startswith("backend "):
            backend = line.split()[1]
        elif line.startswith(HOLDS):
            claim, _space, owner = line[len(HOLDS) :].rpartition(" ")
            # An older file may have two texts for one thing.
            claims.setdefault(normal(claim), owner)
        elif line.startswith(CHOICE):
            settings = line[len(CHOICE) :]
        else:
            found = _DIGEST.fullmatch(line)
            structure = found[1] if found else structure
    return Saved(structure, frozenset(servers), claims, settings, numbers)
