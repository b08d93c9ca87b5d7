# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: why the servers of a play must not become the ensemble that the inventory describes."""

from __future__ import annotations

import typing as t

from . import members

State = t.Mapping[str, t.Any]
Answer = t.Mapping[str, t.Any]

# What a server of a working ensemble says of itself; one that runs alone says standalone.
PARTS = ("leader", "follower", "observer")


class DesiredEnsemble(t.NamedTuple):
    """What the inventory describes: the hosts by their ids, the members, and how they talk."""

    hosts: t.Mapping[int, str]
    members: members.Members
    quorum_tls: str
    dynamic: bool
    group: str

    def voters(self) -> list[str]:
        return [host for number, host in self.hosts.items() if not self.members[number].observer]


def problems(own: str, states: t.Mapping[str, State], desired: DesiredEnsemble) -> list[str]:
    """``states`` has what was found on the hosts of the play, of which ``own`` is one; nothing of those left out."""
    state = states[own]
    before = _members(state)
    found = [
        None if desired.dynamic and state["dynamic"] else members.static_refusal(desired.members, before),
        members.tls_refusal(desired.quorum_tls, state["tls"]) if before or state["dynamic"] else None,
        None if desired.dynamic else _leaving(state, desired.group),
        _foreign(own, states, desired),
        _majority(own, states, desired),
    ]
    return [problem for problem in found if problem]


def _members(state: State) -> members.Members:
    return members.parse("\n".join(state["lines"]))


def _leaving(state: State, group: str) -> str | None:
    serving = [answer["address"] for answer in state["leaving"] if answer["mode"]]
    if not serving:
        return None
    return (
        "%s left the group %s and still serves with votes; run the entry point uninstall on it while it is in the "
        "group, or stop it, one at a time" % (", ".join(serving), group)
    )


def _parts(own: str, states: t.Mapping[str, State], desired: DesiredEnsemble) -> list[Answer]:
    """The answers of the other members that are part of a working ensemble."""
    answers = [states[host]["server"] for host in desired.hosts.values() if host in states and host != own]
    return [answer for answer in [*answers, *states[own]["elsewhere"]] if answer["mode"] in PARTS]


def epoch_of(zxid: str | None) -> int:
    """The upper half of a transaction's number counts the leaders."""
    return int(zxid, 16) >> 32 if zxid else 0


def _foreign(own: str, states: t.Mapping[str, State], desired: DesiredEnsemble) -> str | None:
    """A follower takes what it lacks by the numbers of transactions, which say nothing of who wrote them."""
    state = states[own]
    others = _parts(own, states, desired)
    if not others or not state["data"] or state["server"]["mode"] in PARTS:
        return None
    alone = state["server"]["mode"] == "standalone" or (
        state["written"] and not state["dynamic"] and len(members.voters(_members(state))) <= 1
    )
    theirs = max(epoch_of(answer["zxid"]) for answer in others)
    if alone:
        why = "it has data of a server that ran alone"
    elif state["epoch"] is not None and state["epoch"] > theirs:
        why = "its data is of epoch %d, and theirs of epoch %d" % (state["epoch"], theirs)
    else:
        return None
    return (
        "it must not join the ensemble of %s, because %s; stop zookeeper there, move version-2 out of %s, and run "
        "again with -e quorum_start_stopped=true: it gets the data from the others"
        % (", ".join(str(answer["address"]) for answer in others), why, " and ".join(state["directories"]))
    )


def _majority(own: str, states: t.Mapping[str, State], desired: DesiredEnsemble) -> str | None:
    """New servers that are a majority would elect a leader whose empty data becomes that of all."""
    voters = desired.voters()
    new = [host for host in voters if host in states and _is_new(states[host])]
    if len(new) <= len(voters) // 2:
        return None
    # A running ensemble that keeps its members itself gives new ones no vote until it has taken them in.
    if desired.dynamic and (_parts(own, states, desired) or states[own]["server"]["mode"] in PARTS):
        return None
    wanted = _voting(desired.members)
    unaware = [
        host
        for host in voters
        if host in states and not _is_new(states[host]) and _voting(_members(states[host])) != wanted
    ]
    left_out = [host for host in voters if host not in states]
    if unaware:
        harm = "could elect a leader without the data of %s" % ", ".join(unaware)
        remedy = (
            "run the playbook for the old servers first (--limit %s), which ends at their health check, and then for "
            "all, or add fewer at a time" % ",".join(unaware)
        )
    elif left_out:
        harm = "could elect a leader without the data that %s may have, which the play leaves out" % ", ".join(left_out)
        remedy = "run the playbook for the whole group, or take out of the group what is not there yet"
    else:
        return None
    return "%d of the %d voters in the group %s are new (%s), a majority that %s; %s" % (
        len(new), len(voters), desired.group, ", ".join(new), harm, remedy,
    )  # fmt: skip


def _is_new(state: State) -> bool:
    return not state["data"] and not state["server"]["mode"]


def _voting(found: members.Members) -> members.Members:
    return {number: member for number, member in found.items() if not member.observer}
