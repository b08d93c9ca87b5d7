"""What a file that the agent wrote says: its structure, its servers, and what each app holds."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .text import HOLDS, SERVER, STRUCTURE

_DIGEST = re.compile(rf"  setenv {STRUCTURE} ([0-9a-f]{{16}})")


@dataclass(frozen=True)
class Saved:
    structure: str = ""
    servers: frozenset[tuple[str, str]] = frozenset()
    claims: dict[str, str] = field(default_factory=dict)


def read(text: str) -> Saved:
    structure, backend = "", ""
    servers, claims = set(), {}
    for line in text.splitlines():
        if line.startswith(SERVER):
            servers.add((backend, line.split()[1]))
        elif line.startswith("backend "):
            backend = line.split()[1]
        elif line.startswith(HOLDS):
            claim, _space, owner = line[len(HOLDS) :].rpartition(" ")
            claims[claim] = owner
        else:
            found = _DIGEST.fullmatch(line)
            structure = found[1] if found else structure
    return Saved(structure, frozenset(servers), claims)
