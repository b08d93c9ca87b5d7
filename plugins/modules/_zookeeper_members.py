#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _zookeeper_members
short_description: "[INTERNAL] Give a running ZooKeeper ensemble the members it shall have"
version_added: 0.1.0
description:
  - Changes the members of an ensemble with dynamic reconfiguration, one at a time and without restarting any.
  - Additions and changes come first, removals last. A removed server goes on running; nothing counts on it.
  - Refuses a step after which fewer than a majority of the voters would serve.
  - Needs C(reconfigEnabled=true) on the servers.
  - Needs the superuser's password, or another user who may write V(/zookeeper/config).
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  servers:
    description:
      - Servers of the ensemble as V(host:port), of which one that serves is asked.
    type: list
    elements: str
    required: true
  members:
    description:
      - All members that the ensemble shall have, as lines of C(zoo.cfg).
      - Written like V(server.1=zk1.example.org:2888:3888;2181), with V(:observer) before the semicolon for an observer.
    type: list
    elements: str
    required: true
  username:
    description:
      - User of the digest scheme.
    type: str
    default: super
  password:
    description:
      - The user's password.
    type: str
    required: true
  timeout:
    description:
      - Seconds that one step may take, in which a new member catches up.
    type: float
    default: 60
requirements:
  - kazoo
extends_documentation_fragment:
  - quorum.mesos.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Three members, of which the third is new
  quorum.mesos._zookeeper_members:
    servers: [zk1.example.org:2181, zk2.example.org:2181]
    members:
      - server.1=zk1.example.org:2888:3888;2181
      - server.2=zk2.example.org:2888:3888;2181
      - server.3=zk3.example.org:2888:3888;2181
    password: "{{ vault_zookeeper_super_password }}"
"""

RETURN = r"""
steps:
  description: What was done, or would be in check mode.
  returned: always
  type: list
  elements: str
  sample: ["add server.3 (zk3.example.org)"]
removed:
  description: Servers that are no members any more and may still run.
  returned: always
  type: list
  elements: str
  sample: ["192.0.2.14:2181"]
"""

import time
import typing as t

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import client, members
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper.probe import look

CONFIGURATION = "/zookeeper/config"
ANSWER_SECONDS = 5.0
# The new member has not caught up, another change is under way, or the session ended with the leader that was removed.
PASSING = ("NewConfigNoQuorumError", "ReconfigInProcessError", "ConnectionLoss", "SessionExpiredError",
           "KazooTimeoutError", "ConnectionClosedError")  # fmt: skip


class Ensemble:
    """A running ensemble, reached through whichever of its servers answers."""

    def __init__(self, params: dict[str, t.Any]) -> None:
        self._servers = ",".join(params["servers"])
        self._user = (params["username"], params["password"])
        self._timeout = params["timeout"]

    def read(self) -> members.Members:
        with client.connect(self._servers, *self._user) as session:
            return members.parse(session.get(CONFIGURATION).decode())

    def take(self, step: members.Step) -> None:
        """Does one step; asks again while what hinders it passes by itself."""
        end = time.monotonic() + self._timeout
        while True:
            try:
                with client.connect(self._servers, *self._user) as session:
                    session.reconfigure(step.joining, step.leaving)
                return
            except client.ZooKeeperError as error:
                if error.kind not in PASSING or time.monotonic() >= end:
                    raise
            time.sleep(1)
            if self.read() == step.after:
                return


def serving(*groups: members.Members) -> set[int]:
    """The ids of those that answer; a member that changes its address counts by its new one."""
    known = {number: member for group in groups for number, member in group.items()}
    return {number for number, member in known.items() if look(member.endpoint, ANSWER_SECONDS)["mode"]}


def text_of(found: members.Members) -> str:
    return "".join("%s\n" % found[number].line() for number in sorted(found))


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "servers": {"type": "list", "elements": "str", "required": True},
            "members": {"type": "list", "elements": "str", "required": True},
            "username": {"type": "str", "default": "super"},
            "password": {"type": "str", "required": True, "no_log": True},
            "timeout": {"type": "float", "default": 60},
        },
        supports_check_mode=True,
    )
    if client.KAZOO_IMPORT_ERROR:
        module.fail_json(msg=missing_required_lib("kazoo"), exception=client.KAZOO_IMPORT_ERROR)
    done: list[str] = []
    try:
        wanted = members.parse("\n".join(module.params["members"]))
        ensemble = Ensemble(module.params)
        seen = ensemble.read()
        plan = members.steps(wanted, seen)
        current = seen
        for step in plan:
            answering = serving(current, step.after)
            if module.check_mode:
                # The new ones would have been started before.
                answering |= set(wanted) - set(seen)
            refused = members.refusal(step, current, answering)
            if refused:
                module.fail_json(
                    msg="The ensemble must not %s: %s." % (step.says, refused), changed=bool(done), steps=done
                )
            if not module.check_mode:
                ensemble.take(step)
            done.append(step.says)
            current = step.after
    except (client.ZooKeeperError, ValueError) as error:
        module.fail_json(msg="%s." % error, changed=bool(done), steps=done)
    module.exit_json(
        changed=bool(done),
        steps=done,
        removed=[seen[number].endpoint for number in sorted(set(seen) - set(wanted))],
        diff={"before": text_of(seen), "after": text_of(wanted)},
    )


if __name__ == "__main__":
    main()
