# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a service is, for people, and what it lets anyone do who shows no password."""

from __future__ import annotations

import json
import typing as t

from .._host import shared_address
from .._host.facts import text
from .._http.host_get import ServiceAccess, Unanswered, get, get_json
from .._mesos import agents
from .._mesos.errors import MesosError
from .._preflight.flags import as_boolean
from .._zookeeper import anonymous, trees
from .._zookeeper.probe import split_address
from . import dns_query, work_dir, workloads
from .access import given, operator_api
from .checks import HEALTH_PATH

SECONDS = 5.0
_EMBED = "embed=apps.tasks&embed=apps.counts&embed=apps.deployments&embed=apps.lastTaskFailure"
Facts = t.Dict[str, t.Any]
Params = t.Mapping[str, t.Any]


def answers_anyone(url: str, params: Params) -> bool:
    """Whether a URL answers without a password and without a certificate of the client."""
    try:
        get(url, ServiceAccess(ca_path=params["ca_path"], plain_too=params["plain_too"]), SECONDS)
    except Unanswered:
        return False
    return True


def _zookeeper(params: Params) -> Facts:
    address = params["address"]
    members = [address, *(member for member in params["members"] if member != address)]
    servers, problems = trees.examine(members, SECONDS)
    own = servers[0]
    if not own["mode"]:
        raise Unanswered("%s: %s" % (address, own["error"]))
    try:
        opened = anonymous.rights(*split_address(address), timeout=SECONDS)
    except OSError:
        opened = []
    same = trees.agree(servers) and len(members) > 1
    return {
        **{name: own[name] for name in ("mode", "version", "zxid", "node_count")},
        "compared": sum(1 for server in servers if server["mode"]) if same else 0,
        "voters": len(params["members"]) or 1,
        "problems": problems,
        "open": opened,
    }


def _flag(flags: t.Mapping[str, t.Any], name: str) -> bool:
    return bool(as_boolean(flags.get(name, "false")))


def open_master(flags: t.Mapping[str, t.Any], answers: bool) -> list[str]:
    """Pure: what a master lets anyone do, by the flags that it runs with and by whether it tells them to anyone."""
    found = ["read"] if answers else []
    if not _flag(flags, "authenticate_http_readwrite"):
        found.append("write")
    # The older protocol and the one over HTTP have a flag each.
    if not (_flag(flags, "authenticate_frameworks") and _flag(flags, "authenticate_http_frameworks")):
        found.append("register a framework")
    return found


def open_agent(flags: t.Mapping[str, t.Any], answers: bool) -> list[str]:
    return (["read"] if answers else []) + ([] if _flag(flags, "authenticate_http_readwrite") else ["write"])


def _master(params: Params) -> Facts:
    access, address = given(params), params["address"]
    metrics = get_json(address + "/metrics/snapshot", access, SECONDS)
    flags = get_json(address + "/flags", access, SECONDS).get("flags") or {}
    leads = metrics.get("master/elected") == 1
    return {
        "version": get_json(address + "/version", access, SECONDS).get("version"),
        "leads": leads,
        "quorum": flags.get("quorum"),
        "replicas": metrics.get("registrar/log/ensemble_size"),
        "recovered": metrics.get("registrar/log/recovered") == 1,
        "agents": _agents(params) if leads else None,
        "frameworks": metrics.get("master/frameworks_active") if leads else None,
        "open": open_master(flags, answers_anyone(address + "/flags", params)),
    }


def _agents(params: Params) -> list[Facts] | None:
    """The agents as the leading master has them; None where it does not tell."""
    masters = operator_api([params["address"]], params["url_username"], params["url_password"], params)
    try:
        content = masters.call("GET_AGENTS")
    except MesosError:
        return None
    gone = [{"id": one.id, "name": one.hostname, "state": "lost"} for one in agents.recovered(content)]
    there = [
        {"id": one.id, "name": one.hostname, "state": one.state, "total": one.total, "free": one.free}
        for one in agents.agents(content)
    ]
    return there + gone


def _agent(params: Params) -> Facts:
    access, address = given(params), params["address"]
    metrics = get_json(address + "/metrics/snapshot", access, SECONDS)
    flags = get_json(address + "/flags", access, SECONDS).get("flags") or {}
    state = get_json(address + "/state", access, SECONDS)
    return {
        "version": get_json(address + "/version", access, SECONDS).get("version"),
        "id": state.get("id"),
        "work_dir": work_dir.look(flags.get("work_dir"), state),
        "registered": metrics.get("slave/registered") == 1,
        "tasks": metrics.get("slave/tasks_running"),
        "open": open_agent(flags, answers_anyone(address + "/flags", params)),
    }


def count_apps(apps: t.Iterable[t.Mapping[str, t.Any]]) -> dict[str, int]:
    """Pure: from the apps of Marathon."""
    everyone = list(apps)
    short = [app for app in everyone if (app.get("tasksRunning") or 0) < (app.get("instances") or 0)]
    return {
        "apps": len(everyone),
        "short": len(short),
        "unhealthy": sum(app.get("tasksUnhealthy") or 0 for app in everyone),
    }


def _marathon(params: Params) -> Facts:
    access, address = given(params), params["address"]
    _pong, headers = get(address + "/ping", access, SECONDS)
    leads = "X-Marathon-Via" not in headers
    info = get_json(address + "/v2/info", access, SECONDS)
    facts: Facts = {
        "version": info.get("version"),
        "leads": leads,
        "open": ["read", "write"] if answers_anyone(address + "/v2/info", params) else [],
    }
    if leads:
        facts.update(_workloads(address, access))
    return facts


def _workloads(address: str, access: ServiceAccess) -> Facts:
    apps = get_json(address + "/v2/apps?" + _EMBED, access, SECONDS).get("apps") or []
    running = json.loads(get(address + "/v2/deployments", access, SECONDS)[0])
    try:
        pods = json.loads(get(address + "/v2/pods/::status", access, SECONDS)[0])
    except Unanswered:
        # Marathon has pods since 1.4.
        pods = []
    # Only what waits needs the reasons.
    queue = get_json(address + "/v2/queue?embed=lastUnusedOffers", access, SECONDS)["queue"] if running else []
    return {
        **count_apps(apps),
        "deployments": len(running),
        "workloads": [*workloads.apps(apps), *workloads.pods(pods)],
        "running_deployments": workloads.deployments(running, apps, pods, queue),
    }


def _docker(params: Params) -> Facts:
    version, info = (
        json.loads(get("http://localhost" + path, ServiceAccess(), SECONDS, unix_socket=params["address"])[0])
        for path in ("/version", "/info")
    )
    return {"version": version.get("Version"), "containers": info.get("ContainersRunning"), "open": []}


def _haproxy(params: Params) -> Facts:
    """Whether HAProxy answers, and what its agent says that it serves."""
    get(params["address"] + HEALTH_PATH, ServiceAccess(), SECONDS)
    facts: Facts = {
        "open": ["statistics"] if answers_anyone(params["address"] + "/haproxy?stats", params) else [],
        "shared_address": params["shared_address"] or None,
        "has_shared_address": params["shared_address"] in shared_address.local(text("/proc/net/fib_trie")),
    }
    if not params["agent"]:
        # That of an image tells nothing.
        return {**facts, "image": True, "agent": "", "vhosts": {}, "ports": {}, "backends": {}, "excluded": []}
    try:
        served = get_json(params["agent"] + "/status", ServiceAccess(), SECONDS)
    except Unanswered as error:
        return {**facts, "agent": str(error), "vhosts": {}, "ports": {}, "backends": {}, "excluded": []}
    told = {name: served.get(name) or {} for name in ("vhosts", "ports", "backends")}
    return {**facts, **told, "agent": served.get("problem") or "", "excluded": served.get("excluded") or []}


def _dns(params: Params) -> Facts:
    """Whether BIND answers, and what the program that keeps the names says of them."""
    domain, agent = params["dns_name"], params["agent"]
    # Mesos-DNS, which has no such program, says where the leader is.
    name, kind = (domain, "SOA") if agent else ("leader.%s" % domain, "A")
    why = dns_query.problem(params["address"], name, kind, SECONDS)
    if why:
        raise Unanswered(why)
    facts: Facts = {"open": [], "domain": domain, "names": None, "tasks": None, "excluded": [], "agent": ""}
    if not agent:
        return facts
    try:
        told = get_json(params["agent"] + "/status", ServiceAccess(), SECONDS)
    except Unanswered as error:
        return {**facts, "agent": str(error)}
    counted = {name: told.get(name) for name in ("names", "tasks")}
    return {**facts, **counted, "agent": told.get("problem") or "", "excluded": told.get("excluded") or []}


LOOKS: dict[str, t.Callable[[Params], Facts]] = {
    "zookeeper": _zookeeper,
    "master": _master,
    "agent": _agent,
    "marathon": _marathon,
    "haproxy": _haproxy,
    "dns": _dns,
    "docker": _docker,
}


def status_of(params: Params) -> Facts:
    """The service's facts, or why it does not tell them."""
    try:
        return {"answers": True, "why": "", "facts": LOOKS[params["service"]](params)}
    except Unanswered as error:
        return {"answers": False, "why": str(error), "facts": {}}
    except (ValueError, TypeError, AttributeError) as error:
        return {
            "answers": False,
            "why": "%s answers what is not understood (%s)" % (params["address"], error),
            "facts": {},
        }
