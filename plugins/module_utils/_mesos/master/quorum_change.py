# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: how the number of masters may change without losing the registry.

The registry is a log with a replica on every master. What a quorum of replicas has is kept, so two quorums must always
share a replica, and a new replica, which is empty, learns the log from a quorum of those that have it.
"""

from __future__ import annotations

import typing as t

State = t.Mapping[str, t.Any]


class QuorumPlan(t.NamedTuple):
    """What is wrong, or what has to happen before the masters start."""

    problems: list[str]
    new: list[str]
    seed_from: str | None
    seed_to: list[str]
    old_first: bool


def plan(states: t.Mapping[str, State], members: t.Sequence[str], quorum: int, may_seed: bool) -> QuorumPlan:
    """``states`` has what was found on the hosts of this run; ``members`` are all hosts of the group."""
    here = [name for name in members if name in states]
    running = [name for name in here if states[name]["running"]]
    holders = [name for name in here if states[name]["registry"]]
    new = [name for name in here if name not in running and name not in holders]
    # One that is stopped starts with what its file says.
    kept = [name for name in here if states[name]["running"] or states[name]["configured"]]
    found = (
        _outsiders(states, running, members)
        or _standing(states, here)
        or _remaining(states, kept, members)
        or _unproven(states, running, kept, quorum)
        or _moved(states, running, members)
        or _left(states, here)
    )
    if new and not found:
        found = _unseen(states, here, new)
    # New ones count only for a quorum that knows of them.
    old_first = bool(new) and any((states[name]["quorum"] or quorum) < quorum for name in running)
    if found or not new or not holders or len(holders) >= quorum:
        return QuorumPlan(found, new, None, [], old_first)
    source = holders[0]
    if len(holders) > 1 or states[source]["quorum"] != 1:
        return QuorumPlan([_too_many(states, holders, members, quorum)], new, None, [], False)
    seeds = new[: quorum - 1]
    if not may_seed:
        return QuorumPlan([_alone(source, seeds, quorum)], new, None, [], False)
    return QuorumPlan([], new, source, seeds, False)


def _outsiders(states: t.Mapping[str, State], running: list[str], members: t.Sequence[str]) -> list[str]:
    size = max([states[name]["ensemble_size"] or 0 for name in running], default=0)
    if size <= len(members):
        return []
    return [
        "%d masters take part in the registry, and the group has %d (%s); stop those that left the group for good "
        "first "
        "(playbook quorum.mesos.mesos_masters_remove), or put them back." % (size, len(members), ", ".join(members))
    ]


def _standing(states: t.Mapping[str, State], here: list[str]) -> list[str]:
    """Masters outside the group that stand for election; a host knows its own candidate best, so all must agree."""
    seen = [set(states[name]["strangers"]) for name in here if states[name]["strangers"] is not None]
    strangers = sorted(set.intersection(*seen)) if seen else []
    if not strangers:
        return []
    return [
        "masters that are not in the group stand for election in ZooKeeper (%s), so they can lead with a quorum of "
        "their own; stop them for good first (playbook quorum.mesos.mesos_masters_remove), or put them back into the "
        "group." % ", ".join(strangers)
    ]


def _remaining(states: t.Mapping[str, State], kept: list[str], members: t.Sequence[str]) -> list[str]:
    most = max([states[name]["quorum"] or 0 for name in kept], default=0)
    if len(members) >= most:
        return []
    return [
        "the masters have the quorum %d, and the group has only %d (%s), which need not have all of the registry; "
        "put masters back into the group and take away fewer at a time." % (most, len(members), ", ".join(members))
    ]


def _unproven(states: t.Mapping[str, State], running: list[str], kept: list[str], quorum: int) -> list[str]:
    """A smaller quorum is safe only where it is known that nobody outside the group still has the larger one."""
    larger = [name for name in kept if (states[name]["quorum"] or 0) > quorum]
    known = any(states[name]["ensemble_size"] is not None for name in running) or any(
        states[name]["strangers"] is not None for name in states
    )
    if known or not larger:
        return []
    return [
        "%s would get the quorum %d instead of %d, and whether masters run outside the group cannot be seen: none of "
        "this play answers, and the election in ZooKeeper cannot be read; start ZooKeeper, then these masters as they "
        "are (systemctl start mesos-master), and run again."
        % (", ".join(larger), quorum, max(states[name]["quorum"] for name in larger))
    ]


def _moved(states: t.Mapping[str, State], running: list[str], members: t.Sequence[str]) -> list[str]:
    if len(members) > 1 or all(states[name]["registry"] for name in running):
        return []
    return [
        "%s is the only master, and its registry is not in %s; stop it, move replicated_log from its work directory "
        "there, and run again." % (running[0], states[running[0]]["registry_path"])
    ]


def _left(states: t.Mapping[str, State], here: list[str]) -> list[str]:
    """A log from before a master left may lack what the others wrote since."""
    if not any(states[name]["running"] or states[name]["configured"] for name in here):
        return []
    return [
        "%s has a registry of its own in %s and is not set up as a master, so it may be an old one; remove that "
        "directory, and the master gets the registry from the others." % (name, states[name]["registry_path"])
        for name in here
        if states[name]["registry"] and not states[name]["configured"] and not states[name]["running"]
    ]


def _unseen(states: t.Mapping[str, State], here: list[str], new: list[str]) -> list[str]:
    alive = sorted({place for name in here for place in states[name]["alive_elsewhere"]})
    if not alive:
        return []
    return [
        "masters run that this play does not see (%s), so their quorum is not known to the new ones (%s); run "
        "it for the whole group (without --limit, or with --limit that leaves out only dead hosts)."
        % (", ".join(alive), ", ".join(new))
    ]


def _alone(source: str, seeds: list[str], quorum: int) -> str:
    return (
        "%s is the only master with a registry, and with the quorum %d new ones would wait for each other for ever; "
        "set mesos_master_seed_registry: true, with which %s is stopped for some seconds and its registry copied to %s."
        % (source, quorum, source, ", ".join(seeds))
    )


def _too_many(states: t.Mapping[str, State], holders: list[str], members: t.Sequence[str], quorum: int) -> str:
    most = 2 * len(holders) - 1
    if most > 1 and all((states[name]["quorum"] or 0) <= len(holders) for name in holders):
        remedy = "go to %d masters first" % most
    else:
        remedy = "copy %s of %s to as many others as are missing, while all masters are stopped" % (
            states[holders[0]]["registry_path"],
            holders[0],
        )
    return "%d of the %d masters have the registry (%s), and the quorum %d needs as many; %s." % (
        len(holders),
        len(members),
        ", ".join(holders),
        quorum,
        remedy,
    )


def switch_problems(state: State, tls: bool, downgrade: bool) -> list[str]:
    """A running cluster goes to TLS and back only by way of masters that take both."""
    if not state["running"] or state["downgrade"] or downgrade or state["tls"] == tls:
        return []
    return [
        "the running master speaks %s, and with mesos_master_tls_downgrade: false the next would speak only %s, so "
        "that they lose each other; run first with mesos_master_tls_downgrade: true%s."
        % (
            "TLS only" if state["tls"] else "no TLS",
            "TLS" if tls else "plain HTTP",
            "" if tls else " and the certificates",
        )
    ]
