#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _service_health
short_description: "[INTERNAL] Wait until a service of the cluster is healthy"
version_added: 0.1.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - The gate that stands after every start and restart of the collection's roles.
  - Waits until the service answers and has its place in the cluster, at most O(timeout) seconds.
  - A failure says what was seen last.
  - With O(unit) it does not wait for a process that ends again and again, and says with which exit code it ends.
  - The action plugin of the same name shows every 15 seconds what the wait is for.
  - Reads only, unless O(stop_unhealthy) is set.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  service:
    description:
      - What to look at.
      - V(zookeeper) serves, and the ensemble has a majority under one leader.
      - V(master) has recovered its registry log, sees every other master, and exactly one master leads.
      - V(agent) is registered with a master, and its executor starts with the environment that the agent gives it,
        which is asked of C(mesos-executor --help) unless the O(source) is a container. Where O(masters) are given, one
        that is drained or deactivated gets a warning, and fails where no other agent gets tasks either.
      - V(marathon) answers and knows its leader.
      - V(haproxy) answers, and V(discovery), its agent, has given it what Marathon runs.
      - V(dns) answers for O(dns_name) at O(address) and at all of O(members), and V(names), the program that keeps the
        names of the cluster there, has given it O(dns_name).
      - V(mesos_dns), the program of that name, answers for O(dns_name) at O(address).
      - V(docker) answers.
    type: str
    choices: [zookeeper, master, agent, marathon, haproxy, discovery, dns, names, mesos_dns, docker]
    required: true
  address:
    description:
      - The service's own address.
      - That is V(host:port) of V(zookeeper), the path of the socket of V(docker), and an HTTP or HTTPS URL otherwise.
    type: str
    required: true
  members:
    description:
      - The addresses of all members, this one included, in the form of O(address). Used for V(zookeeper) and
        V(master). Further addresses of the server for V(dns).
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
  dns_server:
    description:
      - Address and port of the DNS server that must answer for O(dns_name), for V(names).
    type: str
  dns_name:
    description:
      - The domain for V(dns), and for V(names) the name that must have an address.
    type: str
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
      - Maximum time to wait, in seconds.
    type: float
    default: 60
  unit:
    description:
      - The systemd unit of the service. With it a failure names its log, and how its process ended.
    type: str
  waited:
    description:
      - Seconds that were waited already. For the action plugin.
    type: float
    default: 0
  report_after:
    description:
      - Seconds after which to return RV(waiting_for) instead of waiting on. For the action plugin.
    type: float
  seen:
    description:
      - RV(seen) of the run before. For the action plugin.
    type: dict
    default: {}
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
      - Where the program comes from, as in M(quorum.mesos._service_running).
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
extends_documentation_fragment:
  - quorum.mesos.attributes
  - quorum.mesos._service_access
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
  quorum.mesos._service_health:
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
waiting_for:
  description: What is wrong after O(report_after) seconds.
  returned: with O(report_after), while it is not healthy and there is time left
  type: list
  elements: str
  sample: ["1 of 3 masters answer, which is no majority"]
seen:
  description: How the process of the unit ended meanwhile.
  returned: with RV(waiting_for)
  type: dict
  sample: {}
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

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._health import (
    access,
    endings,
)
from ansible_collections.quorum.mesos.plugins.module_utils._health import (
    problems as service_problems,
)
from ansible_collections.quorum.mesos.plugins.module_utils._health.checks import (
    LOOKS,
    Seen,
    flags_of_agent,
    look_at,
)
from ansible_collections.quorum.mesos.plugins.module_utils._health.gate import wait_until_healthy
from ansible_collections.quorum.mesos.plugins.module_utils._host import executors, running, started


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
    output = _show(module, "ActiveState,ExecMainCode,ExecMainStatus")
    return service_problems.told_to_end(dict(line.split("=", 1) for line in output.splitlines() if "=" in line))


def _show(module: AnsibleModule, properties: str) -> str:
    command = ["systemctl", "show", "--property=" + properties, module.params["unit"]]
    return str(module.run_command(command, environ_update={"LC_ALL": "C"})[1])


def _executor_problem(module: AnsibleModule) -> list[str]:
    """An agent whose executors do not start is no healthy one; those of a container are in its image."""
    params = module.params
    here = params["source"] is not None and params["source"]["method"] != "container"
    if params["service"] != "agent" or params["before_restart"] or not here:
        return []
    why = executors.of_agent(flags_of_agent(access.unfolded(params)))
    return [why] if why else []


def _stop(module: AnsibleModule) -> str:
    # Without its record the next run knows that nobody stopped it by hand.
    started.forget(module.params["unit"])
    code, _output, error = module.run_command(["systemctl", "stop", module.params["unit"]])
    if code:
        return ". This run has started it, and it could not be stopped again (%s)" % error.strip()
    return ". This run has started it and has stopped it again"


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
            "dns_server": {"type": "str"},
            "dns_name": {"type": "str"},
            "masters_username": {"type": "str"},
            "masters_password": {"type": "str", "no_log": True},
            "timeout": {"type": "float", "default": 60},
            "unit": {"type": "str"},
            "waited": {"type": "float", "default": 0},
            "report_after": {"type": "float"},
            "seen": {"type": "dict", "default": {}},
            "stop_unhealthy": {"type": "bool", "default": False},
            "files": {"type": "list", "elements": "path", "default": []},
            "source": {"type": "dict", "options": started.SOURCE},
            "restarted": {"type": "bool", "default": False},
            **access.spec(),
        },
        supports_check_mode=True,
    )
    params = access.unfolded(module.params)

    left = params["timeout"] - params["waited"]
    time = left if params["report_after"] is None else min(left, params["report_after"])
    process = endings.Ends(params["service"], params["seen"])
    last = Seen([], False)
    # Waiting does not help a program that cannot be loaded.
    executor: list[str] = []

    def find_problems() -> list[str]:
        nonlocal last, executor
        last = look_at(params)
        executor = [] if last.problems else _executor_problem(module)
        if executor:
            return executor
        if last.problems and params["unit"]:
            process.look(endings.parse(_show(module, endings.PROPERTIES)))
        return last.problems

    found, elapsed = wait_until_healthy(find_problems, time, hopeless=lambda: process.final or bool(executor))
    found, elapsed = found + (process.problems() if found else []), elapsed + params["waited"]
    if found and elapsed < params["timeout"] and not process.final and not executor:
        module.exit_json(changed=False, elapsed=elapsed, leads=last.leads, waiting_for=found, seen=process.seen)
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
