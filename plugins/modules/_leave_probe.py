#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _leave_probe
short_description: "[INTERNAL] Ask servers of an app directly"
version_added: 0.10.0
description:
  - A helper of the playbook C(leave), which may change without notice between releases.
  - Runs on a load balancer, past HAProxy. Each server must answer several times in a row.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
options:
  questions:
    description:
      - What is asked, each with C(address), C(port), C(mode) (V(http) or V(tcp)), C(host), C(path), C(tls) and
        C(checked). With C(checked), a status from 200 to 399 is good, and without it any below 500.
    type: list
    elements: dict
    required: true
  times:
    description:
      - Good answers in a row.
    type: int
    default: 5
  timeout:
    description:
      - Maximum time for all of them, in seconds.
    type: float
    default: 60
"""

EXAMPLES = r"""
- name: Ask a task of the swarm
  quorum.mesos._leave_probe:
    questions:
      - {address: 192.0.2.11, port: 10001, mode: http, host: shop.example.org, path: /ready, tls: false, checked: true}
"""

RETURN = r"""
answered:
  description: The servers that have answered.
  returned: success
  type: list
  elements: str
  sample: ["192.0.2.11:10001"]
"""

import http.client
import socket
import ssl
import time
import typing as t

from ansible.module_utils.basic import AnsibleModule

SECONDS = 5.0


def ask(question: t.Mapping[str, t.Any]) -> str:
    """Why the answer is not good; empty where it is."""
    address, port = str(question["address"]), int(question["port"])
    try:
        if question["mode"] != "http":
            socket.create_connection((address, port), SECONDS).close()
            return ""
        connection: http.client.HTTPConnection
        if question.get("tls"):
            # As HAProxy's check: nothing is sent that must stay secret.
            context = ssl._create_unverified_context()
            connection = http.client.HTTPSConnection(address, port, timeout=SECONDS, context=context)
        else:
            connection = http.client.HTTPConnection(address, port, timeout=SECONDS)
        try:
            headers = {"Host": str(question["host"])} if question.get("host") else {}
            connection.request("GET", str(question.get("path") or "/"), headers=headers)
            status = connection.getresponse().status
        finally:
            connection.close()
    except (OSError, http.client.HTTPException) as error:
        return str(error) or type(error).__name__
    good = 200 <= status < 400 if question.get("checked") else status < 500
    return "" if good else "HTTP status %d" % status


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "questions": {"type": "list", "elements": "dict", "required": True},
            "times": {"type": "int", "default": 5},
            "timeout": {"type": "float", "default": 60},
        },
        supports_check_mode=True,
    )
    deadline = time.monotonic() + module.params["timeout"]
    answered = []
    for question in module.params["questions"]:
        place = "%s:%s" % (question["address"], question["port"])
        row, why = 0, ""
        while row < module.params["times"]:
            why = ask(question)
            row = 0 if why else row + 1
            if why and time.monotonic() > deadline:
                module.fail_json(
                    msg="%s did not answer %d times in a row within %g seconds: %s."
                    % (place, module.params["times"], module.params["timeout"], why.rstrip("."))
                )
            time.sleep(0.2)
        answered.append(place)
    module.exit_json(changed=False, answered=answered)


if __name__ == "__main__":
    main()
