# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what services say of themselves -> what is wrong with them."""

from __future__ import annotations

import typing as t

Metrics = t.Mapping[str, t.Any]


def serves(own: Metrics) -> bool:
    """Whether a master has the registry log, so that it counts for the quorum."""
    return own.get("registrar/log/recovered") == 1


def master(
    own: Metrics, others: t.Mapping[str, t.Optional[Metrics]], elsewhere: t.Collection[str], min_uptime: float
) -> list[str]:
    """A master is well when it has its registry log, sees its peers, and one master leads.

    ``others`` has what each other member answers, or nothing; only those ``elsewhere`` may be silent.
    """
    found = []
    if not serves(own):
        found.append(
            "its registry log is not recovered (registrar/log/recovered is %s)" % own.get("registrar/log/recovered")
        )
    answers = [metrics for metrics in others.values() if metrics is not None]
    ensemble = len(others) + 1
    silent = sorted(name for name, metrics in others.items() if metrics is None and name not in elsewhere)
    if silent:
        found.append("%s does not answer" % ", ".join(silent))
    elif len(answers) + 1 < ensemble // 2 + 1:
        found.append("%d of %d masters answer, which is no majority" % (len(answers) + 1, ensemble))
    size = own.get("registrar/log/ensemble_size")
    if not isinstance(size, (int, float)) or size < len(answers) + 1:
        found.append(
            "it sees %s of %d registry replicas (registrar/log/ensemble_size)" % (_count(size), len(answers) + 1)
        )
    elif size > ensemble:
        found.append("it sees %d registry replicas of %d masters: one runs that is no member" % (size, ensemble))
    uptime = own.get("master/uptime_secs") or 0
    if uptime < min_uptime:
        found.append("it is up for %.0f s and must be for %.0f s" % (uptime, min_uptime))
    elected = sum(1 for metrics in [own, *answers] if metrics.get("master/elected") == 1)
    if elected != 1:
        found.append("%d masters are elected" % elected)
    return found


def spare(own_serves: bool, others: t.Mapping[str, bool], needed: int | None = None) -> list[str]:
    """A member may be restarted where the others that serve stay a majority, or where it is of no use as it is.

    ``needed`` is how many of the others must serve, where that is not the majority of them all.
    """
    ensemble = len(others) + 1
    needed = needed or min(ensemble // 2 + 1, ensemble - 1)
    down = sorted(name for name, serves in others.items() if not serves)
    serving = len(others) - len(down)
    if not own_serves or serving >= needed:
        return []
    remedy = "bring back %s first" % ", ".join(down) if down else "keep more of them"
    return ["without it %d of %d members serve and %d must; %s" % (serving, ensemble, needed, remedy)]


def _count(value: t.Any) -> str:
    return "%d" % value if isinstance(value, (int, float)) else "none"


def agent(own: Metrics) -> list[str]:
    """An agent is well when a master has registered it."""
    if own.get("slave/registered") != 1:
        return ["it is not registered with a master (slave/registered is %s)" % own.get("slave/registered")]
    return []


def offered(name: str, state: str, others_active: bool) -> tuple[list[str], list[str]]:
    """Problems and warnings of a registered agent, from its state as the masters have it.

    A drained agent is a decision of somebody as long as others run the tasks. A cluster of which no agent gets tasks is
    not healthy, whoever decided that.
    """
    if state not in ("draining", "drained", "deactivated"):
        return [], []
    found = "it is registered, but %s: it gets no tasks" % state
    remedy = "give it tasks again with the playbook quorum.mesos.mesos_slave_activate"
    if others_active:
        return [], ["The agent %s is not healthy: %s. It stays so until you %s." % (name, found, remedy)]
    return ["%s, and neither does any other agent; %s" % (found, remedy)], []


def told_to_end(unit: t.Mapping[str, str]) -> list[str]:
    """From the properties of its unit: an agent that a master tells to end does so with 0, and stays down."""
    if unit.get("ActiveState") == "inactive" and unit.get("ExecMainStatus") == "0" and unit.get("ExecMainCode") == "1":
        return [
            "it was told to shut down, as an agent is that was marked gone or whose machine is down for maintenance: "
            "take the machine up, or let it become a new agent by removing meta/slaves/latest below its work directory"
        ]
    return []


def marathon(pong: str, leader: Metrics) -> list[str]:
    """Marathon is well when it answers and its leader is known."""
    found = []
    if pong.strip().strip('"') != "pong":
        found.append("/ping answers %r" % pong[:40])
    if not leader.get("leader"):
        found.append("no leader is known")
    return found


def zookeeper(own: t.Mapping[str, t.Any], ensemble: int) -> list[str]:
    """A server is well when it serves, and in the quorum where there is one."""
    if not own["mode"]:
        return ["it does not serve (%s)" % own["error"]]
    if ensemble > 1 and own["mode"] == "standalone":
        return ["it runs standalone, outside the ensemble"]
    return []


def discovery(status: t.Mapping[str, t.Any]) -> list[str]:
    """The agent of HAProxy is well once it has given it what Marathon runs; later faults change nothing that runs."""
    return [] if status.get("ready") else ["it has not given HAProxy what Marathon runs: %s" % _problem(status)]


def names(status: t.Mapping[str, t.Any]) -> list[str]:
    """The same of the program that keeps names in DNS."""
    return [] if status.get("ready") else ["it has not given BIND the names of the cluster: %s" % _problem(status)]


def _problem(status: t.Mapping[str, t.Any]) -> str:
    return str(status.get("problem") or "its first round goes on").rstrip(".")
