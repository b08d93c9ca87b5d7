# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: the members of an ensemble as zoo.cfg writes them, and the steps from those it has to those it shall have."""

from __future__ import annotations

import re
import typing as t

_LINE = re.compile(r"^\s*server\.(\d+)\s*=\s*(\S+?)\s*$", re.MULTILINE)
_VERSION = re.compile(r"^\s*version\s*=\s*([0-9a-fA-F]+)\s*$", re.MULTILINE)
_SPEC = re.compile(
    r"^(?P<host>\[[^\]]+\]|[^:;\[\]]+):(?P<peer>\d+):(?P<election>\d+)"
    r"(?::(?P<role>participant|observer))?(?:;(?:(?P<client>\[[^\]]+\]|[^:;\[\]]+):)?(?P<port>\d+))?$"
)
_ANY = ("0.0.0.0", "[::]", "[0:0:0:0:0:0:0:0]")


class EnsembleMember(t.NamedTuple):
    """One server of an ensemble."""

    id: int
    host: str
    peer_port: int
    election_port: int
    observer: bool = False
    client_address: str = "0.0.0.0"
    client_port: int | None = None

    @property
    def endpoint(self) -> str:
        """Where its clients reach it."""
        host = self.host if self.client_address in _ANY else self.client_address
        return "%s:%s" % (host, self.client_port)

    def spec(self) -> str:
        """What stands behind C(server.N=)."""
        role = ":observer" if self.observer else ""
        client = "" if self.client_address in _ANY[:1] else self.client_address + ":"
        port = "" if self.client_port is None else ";%s%s" % (client, self.client_port)
        return "%s:%d:%d%s%s" % (self.host, self.peer_port, self.election_port, role, port)

    def line(self) -> str:
        return "server.%d=%s" % (self.id, self.spec())


Members = t.Dict[int, EnsembleMember]


def bracketed(address: str) -> str:
    return "[%s]" % address if ":" in address and not address.startswith("[") else address


def parse(text: str) -> Members:
    """The C(server.N=) lines of a text; ValueError for one that is none."""
    found: Members = {}
    for number, spec in _LINE.findall(text):
        match = _SPEC.match(spec)
        if not match:
            raise ValueError("server.%s=%s is not host:port:port[:role][;client port]" % (number, spec))
        found[int(number)] = EnsembleMember(
            int(number),
            match.group("host"),
            int(match.group("peer")),
            int(match.group("election")),
            match.group("role") == "observer",
            _ANY[0] if (match.group("client") or _ANY[0]) in _ANY else match.group("client"),
            int(match.group("port")) if match.group("port") else None,
        )
    return found


def version(text: str) -> str | None:
    """The version of a configuration that a server keeps itself."""
    match = _VERSION.search(text)
    return match.group(1) if match else None


def voters(members: Members) -> set[int]:
    return {member.id for member in members.values() if not member.observer}


def names(members: t.Iterable[EnsembleMember]) -> str:
    return ", ".join("server.%d (%s)" % (member.id, member.host) for member in sorted(members))


def seed(own: EnsembleMember, wanted: Members, seen: Members) -> Members:
    """With which members a new server starts.

    A server that joins counts itself for nothing until the others have taken it in, so that new ones never elect a
    leader among themselves.
    """
    if not seen:
        return wanted
    if seen.get(own.id) == own:
        return seen
    return {**seen, own.id: own._replace(observer=True)}


class Step(t.NamedTuple):
    """One change of a running ensemble."""

    joining: str | None
    leaving: str | None
    says: str
    after: Members


def steps(wanted: Members, seen: Members) -> list[Step]:
    """One member a step: what comes or changes first, then what leaves."""
    found = []
    current = dict(seen)
    for number in sorted(wanted):
        if current.get(number) != wanted[number]:
            verb = "change" if number in current else "add"
            current = {**current, number: wanted[number]}
            found.append(Step(wanted[number].line(), None, "%s %s" % (verb, names([wanted[number]])), current))
    for number in sorted(set(current) - set(wanted), reverse=True):
        gone = current[number]
        current = {key: member for key, member in current.items() if key != number}
        found.append(Step(None, str(number), "remove %s" % names([gone]), current))
    return found


def refusal(step: Step, before: Members, serving: t.Container[int]) -> str | None:
    """Why a step would lose the quorum; None where it does not.

    C(serving) are the ids of the members that answer, whether they vote already or wait to join.
    """
    changed = [number for number in step.after if step.after[number] != before.get(number)]
    silent = [step.after[number] for number in changed if number not in serving]
    if silent:
        return "%s does not serve; start it first (run the playbook for its host) or take it out of the group" % names(
            silent
        )
    for members, when in ((before, "before"), (step.after, "after")):
        votes = voters(members)
        alive = [number for number in votes if number in serving]
        if len(alive) <= len(votes) // 2:
            dead = names(members[number] for number in votes if number not in serving)
            return "%s it %d of %d voters would serve and %d must; bring back %s first" % (
                when, len(alive), len(votes), len(votes) // 2 + 1, dead or "more servers",
            )  # fmt: skip
    return None


def static_refusal(wanted: Members, before: Members) -> str | None:
    """Why files that are changed host by host would lose data or the quorum; new servers are judged when they start."""
    old = voters(before)
    stay = old & voters(wanted)
    if not old or len(stay) > len(old) // 2:
        return None
    gone = [before[number] for number in old - stay]
    return (
        "%d of the %d voters would leave at once (%s), and those that stay are no majority that has all data; "
        "take out %d at the most, then run again" % (len(gone), len(old), names(gone), (len(old) - 1) // 2)
    )


# How a running ensemble is switched to TLS among its servers: each stage understands its neighbours only.
TLS_STAGES = ("disabled", "accept", "prefer", "required")


def tls_stage(settings: str) -> str:
    """The stage that a zoo.cfg stands for."""
    pairs = dict(re.findall(r"^\s*([A-Za-z.]+)\s*=\s*(\S+)\s*$", settings, re.MULTILINE))
    sends = pairs.get("sslQuorum", "false").lower() == "true"
    both = pairs.get("portUnification", "false").lower() == "true"
    return {(False, False): "disabled", (False, True): "accept", (True, True): "prefer", (True, False): "required"}[
        (sends, both)
    ]


def tls_refusal(wanted: str, before: str) -> str | None:
    """Why servers that run with one stage and servers with another would not understand each other."""
    start, end = TLS_STAGES.index(before), TLS_STAGES.index(wanted)
    if abs(end - start) <= 1:
        return None
    between = TLS_STAGES[start + 1 : end] if end > start else TLS_STAGES[end + 1 : start][::-1]
    return "zookeeper_quorum_tls is %s and the server runs with %s; run the playbook with %s first" % (
        wanted, before, ", then ".join(between),
    )  # fmt: skip
