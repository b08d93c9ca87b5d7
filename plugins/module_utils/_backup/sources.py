# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: from which hosts a backup takes its parts, from what the services say of themselves."""

from __future__ import annotations

import typing as t

Found = t.Mapping[str, t.Any]
Hosts = t.Mapping[str, Found]


def facts(found: Found, service: str) -> t.Mapping[str, t.Any] | None:
    """What a service of a host says; None where it is not there or does not answer."""
    result = (found.get("services") or {}).get(service) or {}
    return (result.get("facts") or {}) if result.get("answers") and not found.get("down") else None


def members(hosts: Hosts, service: str) -> dict[str, t.Mapping[str, t.Any]]:
    """The hosts on which a service answers, with what it says."""
    told = {host: facts(found, service) for host, found in hosts.items()}
    return {host: said for host, said in told.items() if said is not None}


def group(hosts: Hosts, service: str) -> list[str]:
    return [host for host, found in hosts.items() if service in (found.get("services") or {})]


def sources(hosts: Hosts) -> dict[str, t.Any]:
    """``hosts`` is what the playbook status gathers of each."""
    problems = ["%s: %s" % (host, found["lock"]) for host, found in hosts.items() if _is_held(found.get("lock"))]
    if problems:
        problems = ["another run is changing the cluster; back it up when that has ended (%s)" % problems[0]]
    zookeeper, why = _zookeeper(hosts)
    problems += why
    master, why = _master(hosts)
    problems += why
    leader = next((host for host, said in members(hosts, "marathon").items() if said.get("leads")), None)
    if group(hosts, "marathon") and leader is None:
        problems.append("no Marathon leads, so the definitions of the apps cannot be read; see the playbook status")
    return {
        "zookeeper": zookeeper,
        "registry": master,
        "marathon": leader,
        "problems": problems,
        "not_reached": sorted(host for host, found in hosts.items() if found.get("down")),
    }


def _is_held(holder: t.Any) -> bool:
    """By a run that goes on; the next run takes over the lock of one that has ended."""
    return bool(holder) and "has ended" not in str(holder)


def _zookeeper(hosts: Hosts) -> tuple[str | None, list[str]]:
    if not group(hosts, "zookeeper"):
        return None, []
    serving = members(hosts, "zookeeper")
    problems = sorted({problem for said in serving.values() for problem in said.get("problems") or []})
    if not serving or problems:
        return None, ["ZooKeeper: %s" % problem for problem in problems or ["no server answers"]]
    newest = max(int(str(said.get("zxid") or "0"), 16) for said in serving.values())
    # The leader has enough to do; an observer may lag without anyone being told.
    order = ("follower", "standalone", "leader", "observer")

    def rank(host: str) -> tuple[int, int, str]:
        said = serving[host]
        mode = said.get("mode")
        behind = newest - int(str(said.get("zxid") or "0"), 16)
        return order.index(mode) if mode in order else len(order), behind, host

    return min(serving, key=rank), []


def _master(hosts: Hosts) -> tuple[str | None, list[str]]:
    if not group(hosts, "master"):
        return None, []
    ready = {host: said for host, said in members(hosts, "master").items() if said.get("recovered")}
    if not ready:
        return None, ["masters: none answers that has its replica of the registry; see the playbook status"]
    if not any(said.get("leads") for said in ready.values()):
        return None, ["masters: none leads, so the registry may not be the newest; see the playbook status"]
    return min(ready, key=lambda host: (bool(ready[host].get("leads")), host)), []


def description(hosts: Hosts, chosen: t.Mapping[str, t.Any], info: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What the manifest says of the cluster; info is that of the leading Marathon."""
    told: dict[str, t.Any] = {}
    if chosen.get("zookeeper"):
        said = facts(hosts[chosen["zookeeper"]], "zookeeper") or {}
        told["zookeeper"] = {
            "host": chosen["zookeeper"],
            **{name: said.get(name) for name in ("mode", "version", "zxid")},
            "znodes": said.get("node_count"),
        }
    if chosen.get("registry"):
        said = facts(hosts[chosen["registry"]], "master") or {}
        agents = next((one["agents"] for one in members(hosts, "master").values() if one.get("agents") is not None), [])
        told["registry"] = {
            "host": chosen["registry"], "version": said.get("version"), "leads": bool(said.get("leads")),
            "agents": sorted(({"id": one["id"], "name": one["name"], "state": one["state"]} for one in agents),
                             key=lambda one: (one["name"], one["id"])),
        }  # fmt: skip
    if chosen.get("marathon"):
        said = facts(hosts[chosen["marathon"]], "marathon") or {}
        loads = said.get("workloads") or []
        told["marathon"] = {
            "host": chosen["marathon"], "version": said.get("version"), "framework": info.get("frameworkId"),
            "apps": sum(1 for one in loads if one.get("kind") == "app"),
            "pods": sum(1 for one in loads if one.get("kind") == "pod"),
            "deployments": said.get("deployments"),
        }  # fmt: skip
    return told
