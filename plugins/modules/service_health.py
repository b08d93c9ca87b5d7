#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: service_health
short_description: Wait until a service of the cluster is healthy
version_added: 0.1.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - The gate that stands after every start and restart of the collection's roles.
  - Waits until the service answers and has its place in the cluster, at most O(timeout) seconds.
  - A failure says what was seen last.
  - Reads only, unless O(stop_unhealthy) is set.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  service:
    description:
      - What to look at.
      - V(zookeeper) serves, and the ensemble has a majority under one leader.
      - V(master) has recovered its registry log, sees every other master, and exactly one master leads.
      - V(agent) is registered with a master. Where O(masters) are given, one that is drained or deactivated
        gets a warning, and fails where no other agent gets tasks either.
      - V(marathon) answers and knows its leader.
      - V(docker) answers.
    type: str
    choices: [zookeeper, master, agent, marathon, docker]
    required: true
  address:
    description:
      - The service's own address.
      - That is V(host:port) of V(zookeeper), the path of the socket of V(docker), and an HTTP or HTTPS URL otherwise.
    type: str
    required: true
  members:
    description:
      - The addresses of all members, this one included, in the form of O(address). Used for V(zookeeper) and V(master).
    type: list
    elements: str
    default: []
  elsewhere:
    description:
      - The addresses of further members, which may be down. Those that are get a warning. Used for V(master).
    type: list
    elements: str
    default: []
  before_restart:
    description:
      - Wait for something else, that the other O(members) are a majority without this one.
      - Used for V(zookeeper) and V(master).
      - A member that has no part in the quorum may always be restarted.
    type: bool
    default: false
  needed:
    description:
      - With O(before_restart), how many of the other O(members) must serve. The majority of all where it is not set.
    type: int
  min_uptime:
    description:
      - Seconds that a V(master) must be up, so that ZooKeeper has forgotten the session from before its restart.
    type: float
    default: 0
  masters:
    description:
      - URLs of the masters, which are asked whether a registered V(agent) gets tasks. Not asked where it is empty.
    type: list
    elements: str
    default: []
  masters_username:
    description:
      - User for HTTP basic authentication at O(masters).
    type: str
  masters_password:
    description:
      - Password for HTTP basic authentication at O(masters).
    type: str
  timeout:
    description:
      - Seconds to wait at the most.
    type: float
    default: 60
  unit:
    description:
      - The systemd unit of the service. With it a failure names its log.
    type: str
  stop_unhealthy:
    description:
      - Stop O(unit) again where it does not become healthy, as one that this run has started.
      - Without a healthy place in its quorum it could lead beside the others.
    type: bool
    default: false
  files:
    description:
      - The files that the service reads when it starts.
      - With them and O(source), a warning says where the service runs with something else than it would start with now.
    type: list
    elements: path
    default: []
  source:
    description:
      - Where the program comes from, as in M(quorum.mesos.service_running).
    type: dict
    suboptions:
      method:
        description: V(package), V(archive) or V(container).
        type: str
        required: true
      family:
        description: The family of the system, V(debian) or V(redhat).
        type: str
      package:
        description: The package with the program, or a list of packages.
        type: raw
      image:
        description: The image.
        type: str
      library:
        description: A shared library that the program loads, or a link to one.
        type: str
  restarted:
    description:
      - The service was restarted just now, so that a failure says what the warning of O(files) would say.
    type: bool
    default: false
  url_username:
    description:
      - User for HTTP basic authentication.
    type: str
  url_password:
    description:
      - Password for HTTP basic authentication.
    type: str
  ca_path:
    description:
      - File on the host with the authorities that are trusted for HTTPS, instead of those of the system.
    type: path
  client_cert:
    description:
      - File on the host with the certificate that is shown to a service which asks for one.
    type: path
  client_key:
    description:
      - File on the host with the key of O(client_cert).
    type: path
  plain_too:
    description:
      - Ask an HTTPS address by plain HTTP where it does not speak TLS, as in a cluster that is being switched.
    type: bool
    default: false
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details:
      - Stops nothing in check mode, and does the same otherwise.
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Wait for the agent
  quorum.mesos.service_health:
    service: agent
    address: http://slave1.example.org:5051
    timeout: 120
"""

RETURN = r"""
elapsed:
  description: Seconds until the service was healthy.
  returned: success
  type: float
  sample: 2.4
agent_state:
  description: State of the agent as the masters have it, of which V(active) alone gets tasks. Empty if not known.
  returned: success
  type: str
  sample: drained
leads:
  description: Whether this member leads. Known also of one that is not healthy.
  returned: always
  type: bool
  sample: false
problems:
  description: What is wrong.
  returned: failure
  type: list
  elements: str
  sample: ["the port 5050 does not answer"]
"""

import time
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils.health import verdicts
from ansible_collections.quorum.mesos.plugins.module_utils.health.gate import wait_until_well
from ansible_collections.quorum.mesos.plugins.module_utils.health.http import Access, Unanswered, get, get_json
from ansible_collections.quorum.mesos.plugins.module_utils.host import running
from ansible_collections.quorum.mesos.plugins.module_utils.host.started import SOURCE
from ansible_collections.quorum.mesos.plugins.module_utils.http import exchange
from ansible_collections.quorum.mesos.plugins.module_utils.mesos import agents
from ansible_collections.quorum.mesos.plugins.module_utils.mesos.errors import MesosError
from ansible_collections.quorum.mesos.plugins.module_utils.mesos.operator_api import OperatorApi
from ansible_collections.quorum.mesos.plugins.module_utils.mesos.transport import Transport
from ansible_collections.quorum.mesos.plugins.module_utils.zookeeper.ensemble import problems
from ansible_collections.quorum.mesos.plugins.module_utils.zookeeper.probe import look

ANSWER_SECONDS = 5.0


class Seen(t.NamedTuple):
    """What is wrong with a member, whether it leads, and what a person should know of it though it is no failure."""

    problems: list[str]
    leads: bool
    warnings: tuple[str, ...] = ()
    agent_state: str = ""


def _zookeeper(params: dict[str, t.Any]) -> Seen:
    members = params["members"] or [params["address"]]
    own = look(params["address"], ANSWER_SECONDS)
    found = verdicts.zookeeper(own, len(members))
    if not found:
        found = problems([own if member == params["address"] else look(member, ANSWER_SECONDS) for member in members])
    return Seen(found, own["mode"] == "leader")


def _serves(service: str, member: str, access: Access) -> bool:
    if service == "zookeeper":
        return look(member, ANSWER_SECONDS)["mode"] in ("leader", "follower")
    try:
        return verdicts.serves(get_json(member + "/metrics/snapshot", access, ANSWER_SECONDS))
    except Unanswered:
        return False


def _spare(params: dict[str, t.Any]) -> Seen:
    address = params["address"]
    serving = {member: _serves(params["service"], member, _access(params)) for member in {address, *params["members"]}}
    own = serving.pop(address)
    return Seen(verdicts.spare(own, serving, params["needed"]), False)


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
    found = verdicts.master(own, others, params["elsewhere"], params["min_uptime"])
    warnings = tuple(
        "The master at %s does not answer: the cluster runs without it." % member
        for member in params["elsewhere"]
        if others.get(member) is None
    )
    return Seen(found, own.get("master/elected") == 1, warnings)


def _agent(params: dict[str, t.Any]) -> Seen:
    access = _access(params)
    found = verdicts.agent(get_json(params["address"] + "/metrics/snapshot", access, ANSWER_SECONDS))
    if found or not params["masters"]:
        return Seen(found, False)
    own = get_json(params["address"] + "/state", access, ANSWER_SECONDS)
    try:
        everyone = agents.agents(_operator_api(params).call("GET_AGENTS"))
    except MesosError as error:
        return Seen([], False, (_not_known(own, error),))
    agent = next((one for one in everyone if one.id == own.get("id")), None)
    if agent is None:
        why = "the masters at %s do not list it (mesos_slave_master_urls)" % ", ".join(params["masters"])
        return Seen([], False, (_not_known(own, why),))
    found, warnings = verdicts.offered(
        agent.hostname, agent.state, any(one.state == "active" for one in everyone if one.id != agent.id)
    )
    return Seen(found, False, tuple(warnings), agent.state)


def _not_known(own: dict[str, t.Any], why: object) -> str:
    return "Whether the agent %s gets tasks is not known: %s." % (own.get("hostname"), why)


def _operator_api(params: dict[str, t.Any]) -> OperatorApi:
    access = exchange.Access(
        username=params["masters_username"] or None,
        password=params["masters_password"] or None,
        ca_path=params["ca_path"],
        client_cert=params["client_cert"],
        client_key=params["client_key"],
        timeout=ANSWER_SECONDS,
    )
    return OperatorApi(params["masters"], Transport(access), time.sleep)


def _marathon(params: dict[str, t.Any]) -> Seen:
    access = _access(params)
    pong, headers = get(params["address"] + "/ping", access, ANSWER_SECONDS)
    leader = get_json(params["address"] + "/v2/leader", access, ANSWER_SECONDS)
    # A standby hands every call on to the leader; this header tells that it did.
    return Seen(verdicts.marathon(pong, leader), "X-Marathon-Via" not in headers)


def _docker(params: dict[str, t.Any]) -> Seen:
    get("http://localhost/_ping", Access(), ANSWER_SECONDS, unix_socket=params["address"])
    return Seen([], False)


def _access(params: dict[str, t.Any]) -> Access:
    given = {name: params[name] for name in ("ca_path", "client_cert", "client_key", "plain_too")}
    options = OPTIONS.get(params["service"], {})
    return Access(params["url_username"], params["url_password"], **given, **options)


def _outdated(module: AnsibleModule) -> list[str]:
    params = module.params
    if not params["files"] or not params["unit"] or params["source"] is None:
        return []
    try:
        return running.Service(module.run_command, params["unit"], params["files"], params["source"]).outdated()
    except running.ServiceError as error:
        return [str(error)]


def _end_of_agent(module: AnsibleModule) -> list[str]:
    if module.params["service"] != "agent" or not module.params["unit"]:
        return []
    wanted = "--property=ActiveState,ExecMainCode,ExecMainStatus"
    _code, output, _error = module.run_command(["systemctl", "show", wanted, module.params["unit"]])
    return verdicts.told_to_end(dict(line.split("=", 1) for line in output.splitlines() if "=" in line))


def _stop(module: AnsibleModule) -> str:
    code, _output, error = module.run_command(["systemctl", "stop", module.params["unit"]])
    if code:
        return ". This run has started it, and it could not be stopped again (%s)" % error.strip()
    return ". This run has started it and has stopped it again"


# What an operator sets in the inventory so that the gate can ask.
OPTIONS = {
    service: {"credentials_option": role + "_http_credentials", "ca_option": role + "_tls_ca"}
    for service, role in (("master", "mesos_master"), ("agent", "mesos_slave"), ("marathon", "marathon"))
}
LOOKS = {"zookeeper": _zookeeper, "master": _master, "agent": _agent, "marathon": _marathon, "docker": _docker}


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "service": {"type": "str", "choices": list(LOOKS), "required": True},
            "address": {"type": "str", "required": True},
            "members": {"type": "list", "elements": "str", "default": []},
            "elsewhere": {"type": "list", "elements": "str", "default": []},
            "before_restart": {"type": "bool", "default": False},
            "needed": {"type": "int"},
            "min_uptime": {"type": "float", "default": 0},
            "masters": {"type": "list", "elements": "str", "default": []},
            "masters_username": {"type": "str"},
            "masters_password": {"type": "str", "no_log": True},
            "timeout": {"type": "float", "default": 60},
            "unit": {"type": "str"},
            "stop_unhealthy": {"type": "bool", "default": False},
            "files": {"type": "list", "elements": "path", "default": []},
            "source": {"type": "dict", "options": SOURCE},
            "restarted": {"type": "bool", "default": False},
            "url_username": {"type": "str"},
            "url_password": {"type": "str", "no_log": True},
            "ca_path": {"type": "path"},
            "client_cert": {"type": "path"},
            "client_key": {"type": "path", "no_log": False},
            "plain_too": {"type": "bool", "default": False},
        },
        supports_check_mode=True,
    )
    params = module.params

    look_at = _spare if params["before_restart"] else LOOKS[params["service"]]
    last = Seen([], False)

    def find_problems() -> list[str]:
        nonlocal last
        try:
            last = look_at(params)
        except Unanswered as error:
            last = Seen([str(error)], False)
        return last.problems

    found, elapsed = wait_until_well(find_problems, params["timeout"])
    if found:
        found = found + _end_of_agent(module)
        state = "must not be restarted" if params["before_restart"] else "is not healthy"
        log = ". Its log: journalctl -u %s" % params["unit"] if params["unit"] else ""
        end = _stop(module) if params["stop_unhealthy"] and not module.check_mode else ""
        module.fail_json(
            msg="The %s at %s %s after %.0f s: %s%s%s."
            % (params["service"], params["address"], state, elapsed, "; ".join(found), log, end),
            problems=found,
            leads=last.leads,
        )
    for warning in last.warnings:
        module.warn(warning)
    outdated = _outdated(module)
    if outdated:
        text = "The %s at %s does not run with what it must: %s" % (
            params["service"],
            params["address"],
            "; ".join(outdated),
        )
        if params["restarted"]:
            module.fail_json(
                msg="%s. It was restarted just now; see systemctl cat %s and journalctl -u %s."
                % (text, params["unit"], params["unit"]),
                problems=outdated,
                leads=last.leads,
            )
        module.warn(text + ". Run the playbook without --tags, which restarts it.")
    module.exit_json(changed=False, elapsed=round(elapsed, 2), leads=last.leads, agent_state=last.agent_state)


if __name__ == "__main__":
    main()
