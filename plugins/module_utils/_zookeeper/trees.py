# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the members of an ensemble have the same tree of znodes, while clients write to it.

A server reads its transaction and its number of znodes one after the other, so that one look at a busy ensemble may
show a difference that is none. What is told was seen in more than one look.
"""

from __future__ import annotations

import time
import typing as t
from concurrent.futures import ThreadPoolExecutor

from . import ensemble
from .probe import look

LOOKS, PAUSE = 4, 0.5
Servers = t.List[t.Dict[str, t.Any]]


def examine(addresses: t.Sequence[str], timeout: float) -> tuple[Servers, list[str]]:
    """The servers as they are now, and what is wrong with them."""
    looks: list[Servers] = []
    with ThreadPoolExecutor(max_workers=max(1, len(addresses))) as pool:
        while len(looks) < LOOKS:
            if looks:
                time.sleep(PAUSE)
            looks.append(list(pool.map(lambda address: look(address, timeout), addresses)))
            if agree(looks[-1]):
                break
    return looks[-1], problems(looks)


def agree(servers: Servers) -> bool:
    """Whether all that serve are at one transaction with one number of znodes."""
    return len({(one.get("zxid"), one.get("node_count")) for one in servers if one["mode"]}) <= 1


def problems(looks: t.Sequence[Servers]) -> list[str]:
    """Pure: what is wrong with an ensemble, from one look or several at it."""
    found, quorum = ensemble.quorum_problems(looks[-1])
    if not quorum or len(looks[-1]) == 1 or agree(looks[-1]):
        return found
    different = [trees for trees in map(ensemble.trees, looks) if trees]
    return found + (different[-1] if len(different) > 1 else []) + _standing_still(looks)


def _standing_still(looks: t.Sequence[Servers]) -> list[str]:
    """Members that stay at another transaction than the leader's in every look."""
    at = [{one["address"]: one["zxid"] for one in look if one["mode"] and one.get("zxid")} for look in looks]
    leaders = {one["address"] for look in looks for one in look if one["mode"] == "leader"}
    if len(looks) < 2 or len(leaders) != 1:
        return []
    leader = leaders.pop()
    first = at[0].get(leader)
    # A leader that was elected just now has a number of its own before its first transaction.
    if first is None or not int(first, 16) & 0xFFFFFFFF:
        return []
    return [
        "%s stays at transaction %s, and the leader %s was at %s already; stop it, move version-2 out of its data "
        "directories, and start it again: it gets the data from the leader" % (address, zxid, leader, first)
        for address, zxid in sorted(at[-1].items())
        if all(each.get(address) == zxid for each in at) and zxid not in {each.get(leader) for each in at}
    ]
