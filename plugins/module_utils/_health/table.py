# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what service_status found on all hosts -> in words, one row a host and service, and notes about the whole."""

from __future__ import annotations

import typing as t

from .._words import one_line
from .._zookeeper.change import epoch_of
from . import work_dir

Facts = t.Mapping[str, t.Any]
Found = t.Mapping[str, t.Any]
ORDER = ("zookeeper", "master", "agent", "marathon", "haproxy", "dns", "docker")
NAMES = {
    "zookeeper": "ZooKeeper",
    "master": "Mesos master",
    "agent": "Mesos agent",
    "marathon": "Marathon",
    "haproxy": "HAProxy",
    "dns": "DNS",
    "docker": "Docker",
}
OPEN = "open to anyone who reaches the port: "
FULL = (
    "The file system of the work directory is nearly full on %s: docs/maintenance.md of the collection says what "
    "frees it."
)
CLOSE = "What is open to anyone who reaches a port, and what closes it: docs/security.md of the collection."


def rows(hosts: t.Mapping[str, Found]) -> list[dict[str, t.Any]]:
    """``hosts`` has for each host its ``services`` (a name, and a result or nothing), ``lock`` and, if so, ``down``."""
    states = _agent_states(hosts)
    return [
        {
            "service": NAMES[service],
            "host": host,
            "answers": not hosts[host].get("down") and bool((hosts[host]["services"][service] or {}).get("answers")),
            "words": _words(service, hosts[host], states),
        }
        for service in ORDER
        for host in hosts
        if service in (hosts[host].get("services") or {})
    ]


def notes(hosts: t.Mapping[str, Found]) -> list[str]:
    opened = any(OPEN in row["words"] for row in rows(hosts))
    unknown = _unknown_agents(hosts, _agent_states(hosts))
    served = _served(hosts) + _shared(hosts) + _named(hosts)
    closed = [CLOSE] if opened else []
    return served + _trees(hosts) + unknown + _nearly_full(hosts) + _locks(hosts) + closed


def facts_of(hosts: t.Mapping[str, Found], service: str, name: str) -> t.Any:
    """What one host says of the whole cluster, as the leader alone does; None where none does."""
    told = (_facts(found, service).get(name) for found in hosts.values())
    return next((value for value in told if value is not None), None)


def _facts(found: Found, service: str) -> Facts:
    return ((found.get("services") or {}).get(service) or {}).get("facts") or {}


def _agent_states(hosts: t.Mapping[str, Found]) -> dict[str, dict[str, str]] | None:
    """The agents by their ids as the leading master has them; None where no master tells."""
    agents = facts_of(hosts, "master", "agents")
    return None if agents is None else {agent["id"]: agent for agent in agents}


def _words(service: str, found: Found, states: t.Mapping[str, t.Mapping[str, str]] | None) -> str:
    if found.get("down"):
        first = next(name for name in ORDER if name in found["services"])
        why = ": %s" % one_line(found["down"]).replace("Task failed: ", "", 1) if service == first else ""
        return "the host is not reached%s" % why
    result = found["services"][service] or {}
    if not result.get("answers"):
        return "does not answer: %s" % one_line(result.get("why") or found.get("failed") or "it was not asked")
    facts = result["facts"]
    words = {
        "zookeeper": _zookeeper,
        "master": _master,
        "agent": lambda agent: _agent(agent, states),
        "marathon": _marathon,
        "haproxy": _haproxy,
        "dns": _dns,
        "docker": lambda docker: [str(docker["version"]), _many(docker["containers"], "container")],
    }[service](facts)
    opened = ", ".join(facts["open"])
    return ", ".join(word for word in words if word) + ("; " + OPEN + opened if opened else "")


def _many(number: t.Any, noun: str) -> str:
    whole = int(number or 0)
    return "%d %s%s" % (whole, noun, "" if whole == 1 else "s")


def _zookeeper(facts: Facts) -> list[str]:
    return [
        facts["mode"],
        facts["version"].split("-")[0],
        _many(facts["voters"], "voter"),
        "epoch %d" % epoch_of(facts["zxid"]),
        _many(facts["node_count"], "znode"),
    ]


def _master(facts: Facts) -> list[str]:
    words = [
        "leader" if facts["leads"] else "standby",
        str(facts["version"]),
        "quorum %s of %s" % (facts["quorum"], _many(facts["replicas"], "replica")),
        "" if facts["recovered"] else "its registry is not recovered",
    ]
    if facts["agents"] is not None:
        states = [agent["state"] for agent in facts["agents"]]
        told = ["%d %s" % (states.count(state), state) for state in sorted(set(states))]
        words += ["agents: %s" % (" and ".join(told) or "none"), _many(facts["frameworks"], "framework")]
    return words


def _agent(facts: Facts, states: t.Mapping[str, t.Mapping[str, str]] | None) -> list[str]:
    if not facts["registered"]:
        state = "not registered with a master"
    elif states is None:
        state = "registered"
    else:
        state = states.get(facts["id"], {}).get("state") or "registered with another cluster"
    return [state, str(facts["version"]), _many(facts["tasks"], "task"), *work_dir.words(facts.get("work_dir"))]


def _marathon(facts: Facts) -> list[str]:
    if not facts["leads"]:
        return ["standby", str(facts["version"])]
    return [
        "leader",
        str(facts["version"]),
        _many(facts["apps"], "app"),
        "%d of them without all instances" % facts["short"] if facts["short"] else "",
        _many(facts["unhealthy"], "unhealthy task") if facts["unhealthy"] else "",
        _many(facts["deployments"], "deployment"),
    ]


def _haproxy(facts: Facts) -> list[str]:
    counted = [("vhosts", "vhost"), ("ports", "service port"), ("backends", "backend")]
    return [
        "serves",
        *(["what its image of marathon-lb finds"] if facts.get("image") else []),
        *([] if facts.get("image") else [_many(len(facts[name]), word) for name, word in counted]),
        "%s not served" % _many(len(facts["excluded"]), "app") if facts["excluded"] else "",
        "has the shared address %s" % facts["shared_address"] if facts.get("has_shared_address") else "",
        "its agent keeps what runs: %s" % one_line(facts["agent"]).rstrip(".") if facts["agent"] else "",
    ]


def _shared(hosts: t.Mapping[str, Found]) -> list[str]:
    """An address that load balancers share, which not exactly one of them has."""
    holders: dict[str, list[str]] = {}
    for host, found in hosts.items():
        facts = _facts(found, "haproxy")
        if facts.get("shared_address"):
            has = holders.setdefault(str(facts["shared_address"]), [])
            has += [host] if facts["has_shared_address"] else []
    return [
        "The shared address %s of the load balancers is on %s; see journalctl -u keepalived there."
        % (address, " and on ".join(has) or "none of them")
        for address, has in holders.items()
        if len(has) != 1
    ]


def _dns(facts: Facts) -> list[str]:
    return [
        "answers for %s" % facts["domain"],
        "" if facts["names"] is None else "%s of %s" % (_many(facts["names"], "name"), _many(facts["tasks"], "task")),
        "%d without names" % len(facts["excluded"]) if facts["excluded"] else "",
        "its names stay as they are: %s" % one_line(facts["agent"]).rstrip(".") if facts["agent"] else "",
    ]


def _named(hosts: t.Mapping[str, Found]) -> list[str]:
    """What has no names, each line once with the DNS servers that say it."""
    said: dict[str, list[str]] = {}
    for host, found in hosts.items():
        for one in _facts(found, "dns").get("excluded") or []:
            why = one_line(one.get("why") or "").rstrip(".")
            said.setdefault("%s has no names: %s" % (one.get("name"), why), []).append(host)
    return _with_hosts(said)


def _with_hosts(said: t.Mapping[str, list[str]]) -> list[str]:
    return ["%s (%s)" % (line, ", ".join(on)) for line, on in said.items()]


def _served(hosts: t.Mapping[str, Found]) -> list[str]:
    """Where apps answer, each line once with the load balancers that say it."""
    said: dict[str, list[str]] = {}
    for host, found in hosts.items():
        for line in _places(_facts(found, "haproxy")):
            said.setdefault(line, []).append(host)
    return _with_hosts(said)


def _places(facts: Facts) -> t.Iterator[str]:
    places: dict[str, list[str]] = {}
    for kind, form in (("vhosts", "%s"), ("ports", "port %s")):
        for place, backend in sorted((facts.get(kind) or {}).items()):
            places.setdefault(str(backend), []).append(form % place)
    for name, backend in sorted((facts.get("backends") or {}).items()):
        draining = backend.get("draining") or 0
        servers = "%s up" % _many(backend.get("up"), "server") + (", %d draining" % draining if draining else "")
        yield "%s at %s: %s" % (backend.get("app"), ", ".join(places.get(name, ["no address"])), servers)
    for one in facts.get("excluded") or []:
        yield "%s is not served: %s" % (one.get("app"), one_line(one.get("why") or "").rstrip("."))


def _trees(hosts: t.Mapping[str, Found]) -> list[str]:
    """What is wrong with the ensemble, or that it is not, once, however many servers were asked for it."""
    servers = [_facts(found, "zookeeper") for found in hosts.values() if _facts(found, "zookeeper")]
    told = [problem for facts in servers for problem in facts["problems"]]
    if told:
        return ["The ZooKeeper ensemble is not whole: %s." % problem for problem in dict.fromkeys(told)]
    same = [facts for facts in servers if facts["compared"]]
    if same:
        at = max(same, key=lambda facts: int(facts["zxid"] or "0", 16))
        text = "The %d ZooKeeper servers that serve have the same tree: %s at transaction %s."
        return [text % (at["compared"], _many(at["node_count"], "znode"), at["zxid"])]
    if any(facts["voters"] > 1 for facts in servers):
        return ["Clients write to ZooKeeper; no two servers were found to differ for longer than a moment."]
    return []


def _unknown_agents(hosts: t.Mapping[str, Found], states: t.Mapping[str, t.Mapping[str, str]] | None) -> list[str]:
    """Agents of the cluster that no host of the inventory is, or whose host does not answer."""
    seen = {_facts(found, "agent").get("id") for found in hosts.values()}
    left = sorted("%s (%s)" % (one["name"], one["state"]) for one in (states or {}).values() if one["id"] not in seen)
    return ["Agents that the masters list and that were not seen here: %s." % ", ".join(left)] if left else []


def _nearly_full(hosts: t.Mapping[str, Found]) -> list[str]:
    disks = {host: _facts(found, "agent").get("work_dir") or {} for host, found in hosts.items()}
    full = [
        "%s (%d %%)" % (host, disk["used_percent"])
        for host, disk in disks.items()
        if disk.get("used_percent", 0) >= work_dir.NEARLY_FULL
    ]
    return [FULL % ", ".join(full)] if full else []


def _locks(hosts: t.Mapping[str, Found]) -> list[str]:
    holders: dict[str, list[str]] = {}
    for host, found in hosts.items():
        if found.get("lock"):
            holders.setdefault(found["lock"], []).append(host)
    if not holders:
        return ["Nobody has the lock of the cluster."]
    return ["The lock of the cluster: %s (on %s)." % (holder, ", ".join(on)) for holder, on in holders.items()]
