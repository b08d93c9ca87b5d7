#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _agent_running
short_description: "[INTERNAL] Report what the Mesos agent of a host runs with"
version_added: 0.2.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Asks the agent itself, and reads the files that the role wrote for it where it does not answer.
  - Reads only.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  directory:
    description:
      - Where the files of the agent are.
    type: path
    default: /etc/mesos
  unit_file:
    description:
      - The systemd unit of the agent.
    type: path
    default: /etc/systemd/system/mesos-slave.service
  work_dir:
    description:
      - Where the agent of a new install will work. An identity that an earlier agent left there comes back with it.
    type: path
  timeout:
    description:
      - Seconds to wait for the agent's answer.
    type: float
    default: 5
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
    details:
      - Reads only, so it does the same in check mode.
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Gather the agent's running settings
  quorum.mesos._agent_running:
  register: seen
"""

RETURN = r"""
agent:
  description: What is known of the agent.
  returned: always
  type: dict
  contains:
    id:
      description: The id that it keeps over restarts.
      type: str
      returned: where it has one
    known:
      description: Whether it has an id.
      type: bool
      returned: always
    url:
      description: Where it answers.
      type: str
      returned: where it answers
    maintenance:
      description:
        - What the playbook C(maintain) has written before it declared a window, C(start), C(duration) and whether it
          C(reactivates) the agent; none where no run of it has been interrupted.
      type: dict
      returned: always
    becomes:
      description: With which settings it was to become a new agent when a play stopped half-way.
      type: dict
      returned: where that happened
    running:
      description: Whether it answers.
      type: bool
      returned: always
    silent:
      description: Whether its unit runs, and it does not answer.
      type: bool
      returned: always
    returns:
      description:
        - Whether no agent is installed, and one that was has left its identity in O(work_dir).
        - The masters take the next agent for the same one, and it is still drained if that one was.
      type: bool
      returned: always
    container:
      description: Whether it runs in a container of its own.
      type: bool
      returned: always
    drained:
      description: Whether the role has drained it and not given it tasks again.
      type: bool
      returned: always
    surged:
      description: Whether an interrupted drain has left apps with more instances than they are to have.
      type: bool
      returned: always
    tasks:
      description: How many tasks it runs.
      type: int
      returned: where it answers
    hostname:
      description: Its name.
      type: str
      returned: where it has one
    port:
      description: Its port.
      type: str
      returned: where it has one
    work_dir:
      description: Its work directory.
      type: str
      returned: where it has one
    attributes:
      description: The flag, as text.
      type: str
      returned: where it has one
    resources:
      description: The flag, as text.
      type: str
      returned: where it has one
    measured:
      description: What it offers without a reservation, as Mesos' JSON.
      type: str
      returned: where it answers
  sample:
    id: 0dd2a6e3-5b3e-4c0c-8f6a-3a4b0f0e6c11-S1
    known: true
    url: http://slave1.example.com:5051
    running: true
    container: false
    silent: false
    returns: false
    drained: false
    surged: false
    maintenance: null
    tasks: 3
    hostname: slave1.example.com
    port: "5051"
    work_dir: /var/lib/mesos
"""

import json
import os
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._http.host_get import ServiceAccess, Unanswered, get_json

FLAGS = ("hostname", "port", "work_dir", "attributes", "resources")


def _variables(path: str) -> dict[str, str]:
    """The lines of an environment file; nothing where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.rstrip("\n").partition("=") for line in file if not line.startswith("#")]
    except OSError:
        return {}
    return {name: value for name, _equals, value in lines}


def _access(variables: t.Mapping[str, str]) -> ServiceAccess:
    """The agent's own files, which name those who may ask it."""
    first: dict[str, str] = {}
    try:
        with open(variables.get("MESOS_HTTP_CREDENTIALS", ""), encoding="utf-8") as file:
            first = json.load(file)["credentials"][0]
    except (OSError, ValueError, LookupError):
        pass
    return ServiceAccess(
        first.get("principal"),
        first.get("secret"),
        ca_path=variables.get("LIBPROCESS_SSL_CA_FILE"),
        client_cert=variables.get("LIBPROCESS_SSL_CERT_FILE"),
        client_key=variables.get("LIBPROCESS_SSL_KEY_FILE"),
        # It may still run without what the file says.
        plain_too=True,
    )


def _url(variables: t.Mapping[str, str]) -> str:
    scheme = "https" if variables.get("LIBPROCESS_SSL_ENABLED") == "true" else "http"
    host = variables.get("MESOS_IP") or variables.get("MESOS_HOSTNAME") or "127.0.0.1"
    return "%s://%s:%s" % (scheme, "[%s]" % host if ":" in host else host, variables.get("MESOS_PORT") or "5051")


def _state(urls: t.Iterable[str], access: ServiceAccess, timeout: float) -> tuple[str, dict[str, t.Any]] | None:
    for url in urls:
        try:
            return url, get_json(url + "/state", access, timeout)
        except Unanswered:
            continue
    return None


def _of_state(state: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    flags = {name: value for name, value in state.get("flags", {}).items() if name in FLAGS}
    executors = [executor for framework in state.get("frameworks", []) for executor in framework["executors"]]
    measured = [dict(item, role="*") for item in state.get("unreserved_resources_full", [])]
    return {
        **flags,
        "hostname": state.get("hostname"),
        "tasks": sum(len(executor["tasks"]) + len(executor["queued_tasks"]) for executor in executors),
        "measured": json.dumps(measured) if measured else "",
    }


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def _marked(path: str) -> dict[str, t.Any]:
    """What was written before a change that may be interrupted."""
    try:
        return dict(json.loads(_text(path)))
    except ValueError:
        return {}


def _id(work_dir: str | None) -> str:
    """The directory that the link latest names is called like the agent."""
    try:
        return os.path.basename(os.readlink(os.path.join(work_dir or "", "meta", "slaves", "latest")))
    except OSError:
        return ""


def _returns(own_files: t.Iterable[str], work_dir: str | None) -> bool:
    """Whether none of these is there, and the next agent will be taken for an earlier one."""
    return not any(map(os.path.lexists, own_files)) and bool(work_dir) and bool(_id(work_dir))


def _unit_runs(module: AnsibleModule) -> bool:
    unit = os.path.basename(module.params["unit_file"])
    if not os.path.exists(module.params["unit_file"]):
        return False
    code, output, _errors = module.run_command(["systemctl", "is-active", unit], environ_update={"LC_ALL": "C"})
    return code == 0 or output.strip() in ("activating", "reloading")


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "default": "/etc/mesos"},
            "unit_file": {"type": "path", "default": "/etc/systemd/system/mesos-slave.service"},
            "work_dir": {"type": "path"},
            "timeout": {"type": "float", "default": 5},
        },
        supports_check_mode=True,
    )
    directory = module.params["directory"]
    variables = _variables(os.path.join(directory, "mesos-slave.env"))
    agent: dict[str, t.Any] = {
        name: variables["MESOS_" + name.upper()] for name in FLAGS if "MESOS_" + name.upper() in variables
    }
    mark = _marked(os.path.join(directory, "mesos-slave.reset"))
    # An agent that is to become a new one may still answer where it did before.
    urls = [_url(variables), *([mark["url"]] if mark.get("url") else [])] if variables else []
    answer = _state(urls, _access(variables), module.params["timeout"])
    if answer:
        agent.update(_of_state(answer[1]), url=answer[0])
    agent_id = _id(agent.get("work_dir"))
    own_files = [os.path.join(directory, "mesos-slave.env"), module.params["unit_file"]]
    agent.update(
        id=agent_id,
        known=bool(agent_id),
        running=answer is not None,
        silent=answer is None and _unit_runs(module),
        returns=_returns(own_files, module.params["work_dir"]),
        container="docker run " in _text(module.params["unit_file"]),
        drained=os.path.exists(os.path.join(directory, "mesos-slave.drained")),
        surged=os.path.exists(os.path.join(directory, "mesos-slave.surge")),
        becomes=mark.get("becomes"),
        maintenance=_marked(os.path.join(directory, "mesos-slave.maintenance")) or None,
    )
    module.exit_json(changed=False, agent=agent)


if __name__ == "__main__":
    main()
