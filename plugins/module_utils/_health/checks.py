# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at a service once: asks it, and whoever knows of its place in the cluster."""

from __future__ import annotations

import typing as t

from .._http.host_get import ServiceAccess, Unanswered, get, get_json
from .._mesos import agents
from .._mesos.errors import MesosError
from .._mesos.operator_api import OperatorApi
from .._zookeeper.ensemble import problems
from .._zookeeper.probe import look
from . import dns_query
from . import problems as service_problems
from .access import ANSWER_SECONDS, given, operator_api

# Answered by HAProxy itself, without a password; marathon-lb has it there too.
HEALTH_PATH = "/_haproxy_health_check"


class Seen(t.NamedTuple):
    """What is wrong with a member, whether it leads, and what a person should know of it though it is no failure."""

    problems: list[str]
    leads: bool
    warnings: tuple[str, ...] = ()
    agent_state: str = ""


def _zookeeper(params: dict[str, t.Any]) -> Seen:
    members = params["members"] or [params["address"]]
    own = look(params["address"], ANSWER_SECONDS)
    found = service_problems.zookeeper(own, len(members))
    if not found:
        found = problems([own if member == params["address"] else look(member, ANSWER_SECONDS) for member in members])
    return Seen(found, own["mode"] == "leader")


def _serves(service: str, member: str, access: ServiceAccess) -> bool:
    if service == "zookeeper":
        return look(member, ANSWER_SECONDS)["mode"] in ("leader", "follower")
    try:
        return service_problems.serves(get_json(member + "/metrics/snapshot", access, ANSWER_SECONDS))
    except Unanswered:
        return False


def _spare(params: dict[str, t.Any]) -> Seen:
    address = params["address"]
    serving = {member: _serves(params["service"], member, _access(params)) for member in {address, *params["members"]}}
    own = serving.pop(address)
    return Seen(service_problems.spare(own, serving, params["needed"]), False)


def _master(params: dict[str, t.Any]) -> Seen:
    access = _access(params)
    own = get_json(params["address"] + "/metrics/snapshot", access, ANSWER_SECONDS)
    others: dict[str, dict[str, t.Any] | None] = {}
    for member in [*params["members"], *params["elsewhere"]]:
        if member == params["address"]:
            continue
        try:
            others[member] = get_json(member + "/metrics/snapshot", access, ANSWER_SECONDS)
        except Unanswered:
            others[member] = None
    found = service_problems.master(own, others, params["elsewhere"], params["min_uptime"])
    warnings = tuple(
        "The master at %s does not answer: the cluster runs without it." % member
        for member in params["elsewhere"]
        if others.get(member) is None
    )
    return Seen(found, own.get("master/elected") == 1, warnings)


def _agent(params: dict[str, t.Any]) -> Seen:
    access = _access(params)
    found = service_problems.agent(get_json(params["address"] + "/metrics/snapshot", access, ANSWER_SECONDS))
    if found or not params["masters"]:
        return Seen(found, False)
    own = get_json(params["address"] + "/state", access, ANSWER_SECONDS)
    try:
        everyone = agents.agents(_masters(params).call("GET_AGENTS"))
    except MesosError as error:
        return Seen([], False, (_not_known(own, error),))
    agent = next((one for one in everyone if one.id == own.get("id")), None)
    if agent is None:
        why = "the masters at %s do not list it (mesos_slave_master_urls)" % ", ".join(params["masters"])
        return Seen([], False, (_not_known(own, why),))
    found, warnings = service_problems.offered(
        agent.hostname, agent.state, any(one.state == "active" for one in everyone if one.id != agent.id)
    )
    return Seen(found, False, tuple(warnings), agent.state)


def flags_of_agent(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """The flags that an agent runs with; empty where it does not tell them."""
    try:
        answer = get_json(params["address"] + "/flags", _access(params), ANSWER_SECONDS)
    except Unanswered:
        return {}
    flags = answer.get("flags")
    return flags if isinstance(flags, dict) else {}


def _not_known(own: dict[str, t.Any], why: object) -> str:
    return "Whether the agent %s gets tasks is not known: %s." % (own.get("hostname"), why)


def _marathon(params: dict[str, t.Any]) -> Seen:
    access = _access(params)
    pong, headers = get(params["address"] + "/ping", access, ANSWER_SECONDS)
    leader = get_json(params["address"] + "/v2/leader", access, ANSWER_SECONDS)
    # A standby hands every call on to the leader; this header tells that it did.
    return Seen(service_problems.marathon(pong, leader), "X-Marathon-Via" not in headers)


def _docker(params: dict[str, t.Any]) -> Seen:
    get("http://localhost/_ping", ServiceAccess(), ANSWER_SECONDS, unix_socket=params["address"])
    return Seen([], False)


def _haproxy(params: dict[str, t.Any]) -> Seen:
    get(params["address"] + HEALTH_PATH, ServiceAccess(), ANSWER_SECONDS)
    return Seen([], False)


def _discovery(params: dict[str, t.Any]) -> Seen:
    status = get_json(params["address"] + "/status", ServiceAccess(), ANSWER_SECONDS)
    return Seen(service_problems.discovery(status), False)


def _dns(params: dict[str, t.Any]) -> Seen:
    servers = dict.fromkeys([params["address"], *params["members"]])
    return Seen([why for server in servers for why in _unanswered(server, params["dns_name"], "SOA")], False)


def _names(params: dict[str, t.Any]) -> Seen:
    status = get_json(params["address"] + "/status", ServiceAccess(), ANSWER_SECONDS)
    found = service_problems.names(status)
    return Seen(found or _unanswered(params["dns_server"], params["dns_name"], "A"), False)


def _mesos_dns(params: dict[str, t.Any]) -> Seen:
    # What it says of the domain itself is in another part of the answer.
    return Seen(_unanswered(params["address"], params["dns_name"], "A"), False)


def _unanswered(server: str, name: str, kind: str) -> list[str]:
    why = dns_query.problem(server, name, kind, ANSWER_SECONDS)
    return [why] if why else []


def _masters(params: dict[str, t.Any]) -> OperatorApi:
    return operator_api(params["masters"], params["masters_username"], params["masters_password"], params)


def _access(params: dict[str, t.Any]) -> ServiceAccess:
    return given(params, **OPTIONS.get(params["service"], {}))


# What an operator sets in the inventory so that the gate can ask.
OPTIONS = {
    service: {"credentials_option": role + "_http_credentials", "ca_option": role + "_tls_ca"}
    for service, role in (("master", "mesos_master"), ("agent", "mesos_slave"), ("marathon", "marathon"))
}
LOOKS = {
    "zookeeper": _zookeeper,
    "master": _master,
    "agent": _agent,
    "marathon": _marathon,
    "haproxy": _haproxy,
    "discovery": _discovery,
    "dns": _dns,
    "names": _names,
    "mesos_dns": _mesos_dns,
    "docker": _docker,
}


def look_at(params: dict[str, t.Any]) -> Seen:
    """What is wrong with the service, or, before a restart, with the others that must do without it."""
    try:
        return _spare(params) if params["before_restart"] else LOOKS[params["service"]](params)
    except Unanswered as error:
        return Seen([str(error)], False)
