# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what services say of themselves -> what is wrong with them."""

from __future__ import annotations

import typing as t

Metrics = t.Mapping[str, t.Any]


def master(own: Metrics, others: t.Iterable[Metrics], ensemble: int, min_uptime: float) -> list[str]:
    """A master is well when it has its registry log, sees its peers, and one master leads."""
    found = []
    if own.get("registrar/log/recovered") != 1:
        found.append(
            "its registry log is not recovered (registrar/log/recovered is %s)" % own.get("registrar/log/recovered")
        )
    size = own.get("registrar/log/ensemble_size")
    if size != ensemble:
        found.append("it sees %s of %d registry replicas (registrar/log/ensemble_size)" % (_count(size), ensemble))
    uptime = own.get("master/uptime_secs") or 0
    if uptime < min_uptime:
        found.append("it is up for %.0f s and must be for %.0f s" % (uptime, min_uptime))
    elected = sum(1 for metrics in [own, *others] if metrics.get("master/elected") == 1)
    if elected != 1:
        found.append("%d masters are elected" % elected)
    return found


def _count(value: t.Any) -> str:
    return "%d" % value if isinstance(value, (int, float)) else "none"


def agent(own: Metrics) -> list[str]:
    """An agent is well when a master has registered it."""
    if own.get("slave/registered") != 1:
        return ["it is not registered with a master (slave/registered is %s)" % own.get("slave/registered")]
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
