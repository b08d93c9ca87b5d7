#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: agent_running
short_description: Report what the Mesos agent of a host runs with
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
- name: Learn what the agent runs with
  quorum.mesos.agent_running:
  register: seen
"""

RETURN = r"""
agent:
  description: What is known of the agent.
  returned: always
  type: dict
  contains:
    known:
      description: Whether it has an identity that it keeps.
      type: bool
      returned: always
    running:
      description: Whether it answers.
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
files:
  description: The secret files that the role has written.
  returned: always
  type: list
  elements: str
cgroups:
  description: The version of the control groups of the host.
  returned: always
  type: int
"""

import glob
import json
import os
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils.health.http import Access, Unanswered, get_json

FLAGS = ("hostname", "port", "work_dir", "attributes", "resources")


def _variables(path: str) -> dict[str, str]:
    """The lines of an environment file; nothing where there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = [line.rstrip("\n").partition("=") for line in file if not line.startswith("#")]
    except OSError:
        return {}
    return {name: value for name, _equals, value in lines}


def _access(variables: t.Mapping[str, str]) -> Access:
    """The agent's own files, which name those who may ask it."""
    first: dict[str, str] = {}
    try:
        with open(variables.get("MESOS_HTTP_CREDENTIALS", ""), encoding="utf-8") as file:
            first = json.load(file)["credentials"][0]
    except (OSError, ValueError, LookupError):
        pass
    return Access(
        first.get("principal"),
        first.get("secret"),
        ca_path=variables.get("LIBPROCESS_SSL_CA_FILE"),
        client_cert=variables.get("LIBPROCESS_SSL_CERT_FILE"),
        client_key=variables.get("LIBPROCESS_SSL_KEY_FILE"),
        # It may still run without what the file says.
        plain_too=True,
    )


def _state(variables: t.Mapping[str, str], timeout: float) -> dict[str, t.Any] | None:
    scheme = "https" if variables.get("LIBPROCESS_SSL_ENABLED") == "true" else "http"
    host = variables.get("MESOS_IP") or variables.get("MESOS_HOSTNAME") or "127.0.0.1"
    url = "%s://%s:%s/state" % (scheme, "[%s]" % host if ":" in host else host, variables.get("MESOS_PORT") or "5051")
    try:
        return get_json(url, _access(variables), timeout)
    except Unanswered:
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


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "directory": {"type": "path", "default": "/etc/mesos"},
            "unit_file": {"type": "path", "default": "/etc/systemd/system/mesos-slave.service"},
            "timeout": {"type": "float", "default": 5},
        },
        supports_check_mode=True,
    )
    directory = module.params["directory"]
    variables = _variables(os.path.join(directory, "mesos-slave.env"))
    agent: dict[str, t.Any] = {
        name: variables["MESOS_" + name.upper()] for name in FLAGS if "MESOS_" + name.upper() in variables
    }
    state = _state(variables, module.params["timeout"]) if variables else None
    if state:
        agent.update(_of_state(state))
    secret = glob.glob(os.path.join(directory, "mesos-slave-*.json"))
    secret += glob.glob(os.path.join(directory, "tls", "mesos-slave*"))
    module.exit_json(
        changed=False,
        agent={
            **agent,
            "known": bool(agent.get("work_dir"))
            and os.path.lexists(os.path.join(agent["work_dir"], "meta", "slaves", "latest")),
            "running": state is not None,
            "container": " run " in _text(module.params["unit_file"]),
            "drained": os.path.exists(os.path.join(directory, "mesos-slave.drained")),
        },
        files=sorted(secret),
        cgroups=2 if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else 1,
    )


if __name__ == "__main__":
    main()
