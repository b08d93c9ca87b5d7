#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _role_plan
short_description: "[INTERNAL] Compute what a role decides"
version_added: 0.5.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Reads the options of the role and what was gathered from the host, and runs on the controller alone.
  - Fails with one sentence for each problem where the options or the host cannot work.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  role:
    description:
      - The role.
    type: str
    required: true
    choices: [_common, docker, haproxy, marathon, mesos_dns, mesos_master, mesos_slave, zookeeper]
  entry_point:
    description:
      - What is going to be done. With V(uninstall) problems are returned instead of a failure.
    type: str
    default: main
    choices: [main, network, step, uninstall, variables]
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Validate the options and the host
  quorum.mesos._role_plan:
    role: docker
  register: __docker_checked
"""

RETURN = r"""
problems:
  description: One sentence for each problem.
  returned: always
  type: list
  elements: str
  sample: []
unless_restart:
  description: Why Docker must not be restarted under a running agent; empty where it may be.
  returned: for the role docker
  type: str
  sample: ""
reserved_ports:
  description: Ports that no app may have, because HAProxy or another service of the host listens there.
  returned: for the role haproxy
  type: list
  elements: int
  sample: [80, 443, 5050, 8080, 9090, 9091, 9092]
certificates:
  description: The files with certificates, for M(quorum.mesos._secret_files).
  returned: for the role haproxy
  type: list
  elements: dict
  sample: []
"""
