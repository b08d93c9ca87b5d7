"""Backends that stay as a file written before has them, between those that are made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..apps.model import Held

_RULE = "  use_backend "
# Without it no rule knows the host.
_HOST = "  http-request set-var(txn.marathon_host) "


def put_back(lines: Sequence[str], held: Held) -> list[str]:
    """Each at its place, so that the file is the same where nothing else has changed."""
    new, old = _sections(lines), _sections(held.text.splitlines())
    own = {f"{kind}{name}" for name in held.names for kind in ("frontend ", "backend ", "userlist marathon_")}
    found = []
    for first in _merged(list(new), list(old), own.__contains__):
        if first in new:
            rules = [line for line in old.get(first, []) if line.startswith(_RULE) and line.split()[1] in held.names]
            kept = set(rules) | {line for line in old.get(first, []) if rules and line.startswith(_HOST)}
            found += [first, *_merged(new[first], old.get(first, []), kept.__contains__)]
        else:
            found += [first, *old[first]]
    return found


def _sections(lines: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for line in lines:
        if line.startswith("  "):
            section.append(line)
        elif not line.startswith("#"):
            section = found.setdefault(line, [])
    return found


def _merged(new: Sequence[str], old: Sequence[str], kept: Callable[[str], bool]) -> list[str]:
    """The new ones, with those of the old ones that are kept before what followed them."""
    present = set(new)
    before: dict[str, list[str]] = {}
    waiting: list[str] = []
    for one in old:
        if one in present:
            before[one], waiting = waiting, []
        elif kept(one):
            waiting.append(one)
    found = []
    for one in new:
        found += [*before.get(one, ()), one]
    return found + waiting
