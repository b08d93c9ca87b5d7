# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what HAProxy counts for the two sides of an app, and whether the new one is worse."""

from __future__ import annotations

import csv
import typing as t

# A handful of errors among few requests says nothing yet.
_LEAST_ERRORS = 3
_TOLERATED = 0.01
# Rows of `show stat` that are no servers, and how the agent begins the names of servers outside of Marathon.
_TOTALS = ("FRONTEND", "BACKEND")
_OUTSIDE_PREFIX = "outside_"


class CountedServer(t.NamedTuple):
    """errors are what clients have seen: answers with 5xx, answers that broke off, and connections that failed."""

    backend: str
    name: str
    is_outside: bool
    is_up: bool
    weight: int
    requests: int
    errors: int


def servers(text: str, outside: t.Mapping[tuple[str, str], bool]) -> list[CountedServer]:
    """The answer to `show stat`, of the servers `(backend, name) -> whether it is outside`."""
    found = []
    for row in _rows(text):
        key = (row["pxname"], row["svname"])
        if key not in outside:
            continue
        found.append(
            CountedServer(
                backend=key[0],
                name=key[1],
                is_outside=outside[key],
                is_up=row["status"].startswith("UP") or row["status"] in ("no check", "DRAIN"),
                weight=_number(row["weight"]),
                requests=_number(row["stot"]),
                # HAProxy itself answers 503 where a connection fails, which is none of the server's answers.
                errors=_number(row["hrsp_5xx"]) + _number(row["eresp"]) + _number(row["econ"]),
            )
        )
    return found


def _rows(text: str) -> t.Iterator[dict[str, str]]:
    return csv.DictReader(text.lstrip("# ").splitlines())


def _number(text: t.Optional[str]) -> int:
    return int(text) if text and text.isdigit() else 0


def up(found: t.Iterable[CountedServer], outside: bool) -> dict[str, int]:
    """How many servers of the side answer, by backend."""
    count: dict[str, int] = {}
    for one in found:
        if one.is_outside == outside:
            count[one.backend] = count.get(one.backend, 0) + one.is_up
    return count


def sessions(text: str, backends: t.Container[str], outside: bool) -> int:
    """What is open on one side of these backends, also on servers that the agent takes out and no longer reports."""
    return sum(
        _number(row["scur"])
        for row in _rows(text)
        if row["pxname"] in backends
        and row["svname"] not in _TOTALS
        and row["svname"].startswith(_OUTSIDE_PREFIX) == outside
    )


def old_workers(text: str) -> list[str]:
    """The answer of the master to `show proc`: the processes from before a reload that end what they have begun."""
    listed = text.partition("# old workers")[2].partition("#")[0]
    return [words[0] for words in map(str.split, listed.splitlines()) if words and words[0].isdigit()]


def counted(before: t.Iterable[CountedServer], after: t.Iterable[CountedServer], outside: bool) -> tuple[int, int]:
    """Requests and errors of one side between two looks; what began again at 0 counts from there."""
    had = {(one.backend, one.name): one for one in before}
    requests = errors = 0
    for one in after:
        if one.is_outside != outside:
            continue
        old = had.get((one.backend, one.name))
        fresh = old is None or one.requests < old.requests
        requests += one.requests - (0 if fresh or old is None else old.requests)
        errors += one.errors - (0 if fresh or old is None else old.errors)
    return requests, errors


def worse(
    before: t.Sequence[CountedServer], after: t.Sequence[CountedServer], earlier: tuple[int, int] = (0, 0)
) -> str:
    """Why the new side is worse than the old one; empty where it is not.

    Where the old side had no requests meanwhile, it is what it was ``earlier``: requests and errors.
    """
    requests, errors = counted(before, after, True)
    old_requests, old_errors = counted(before, after, False)
    if not old_requests:
        old_requests, old_errors = earlier
    old_part = old_errors / old_requests if old_requests else 0.0
    if errors < _LEAST_ERRORS or errors / max(requests, 1) <= old_part + _TOLERATED:
        return ""
    told = (errors, requests, old_errors, old_requests)
    return "%d of %d requests to the swarm failed (5xx, broken off, or no connection), and %d of %d to Marathon" % told
