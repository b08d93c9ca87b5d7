#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _swarm_member
short_description: "[INTERNAL] Gather or change whether a host's Docker is a member of a swarm"
version_added: 0.9.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Asks the Engine on the host's own socket. It never returns a token.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  state:
    description:
      - V(seen) only gathers, V(made) makes a swarm with this host as its manager, V(joined) joins one, V(left) leaves
        it.
    type: str
    choices: [seen, made, joined, left]
    default: seen
  address:
    description:
      - Address or interface that the other nodes use.
    type: str
  pools:
    description:
      - Networks from which overlay networks are taken. Only for a new swarm.
    type: list
    elements: str
    default: []
  subnet_size:
    description:
      - The length of the prefix of each network that is taken from O(pools).
    type: int
    default: 24
  managers:
    description:
      - Addresses of managers to join.
    type: list
    elements: str
    default: []
  token:
    description:
      - The join token.
    type: str
  last:
    description:
      - Whether the last manager may leave, which ends the swarm.
    type: bool
    default: false
  timeout:
    description:
      - Maximum time, in seconds, until the host is a member.
    type: float
    default: 120
extends_documentation_fragment:
  - quorum.mesos.docker_engine
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
- name: Gather whether the host is in a swarm
  quorum.mesos._swarm_member:
  register: member
"""

RETURN = r"""
member:
  description:
    - The state of the host in its swarm, V(silent) where Docker does not answer.
  returned: always
  type: dict
  sample:
    state: active
    why: ""
    node: 5q4d1yyljpd0y4mzkvj9x3ab7
    manager: true
    swarm: l2xnyp8dx4ok9oq3lqyo1gjgz
    address: 192.0.2.11
    managers: [5q4d1yyljpd0y4mzkvj9x3ab7]
    pools: [10.0.0.0/8]
    ipvs: true
    version: 20.10.24
"""

import time
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import (
    Engine,
    EngineRefusal,
    EngineSilence,
    socket_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import ipvs

PORT = 2377
LISTEN = "0.0.0.0:%d" % PORT


def member(engine: Engine) -> dict[str, t.Any]:
    try:
        info = engine.get("/info")
    except (EngineSilence, EngineRefusal) as error:
        return {"state": "silent", "why": str(error), "node": "", "manager": False, "swarm": "", "address": "",
                "managers": [], "pools": [], "ipvs": ipvs.is_there(), "version": ""}  # fmt: skip
    swarm = info.get("Swarm") or {}
    cluster = swarm.get("Cluster") or {}
    return {
        "state": swarm.get("LocalNodeState") or "inactive",
        "why": swarm.get("Error") or "",
        "node": swarm.get("NodeID") or "",
        "manager": bool(swarm.get("ControlAvailable")),
        "swarm": cluster.get("ID") or "",
        "address": swarm.get("NodeAddr") or "",
        "managers": sorted(one["NodeID"] for one in swarm.get("RemoteManagers") or []),
        "pools": cluster.get("DefaultAddrPool") or [],
        "ipvs": ipvs.is_there(),
        "version": info.get("ServerVersion") or "",
    }


def _join(engine: Engine, params: dict[str, t.Any]) -> None:
    body = {
        "ListenAddr": LISTEN,
        "AdvertiseAddr": params["address"],
        "RemoteAddrs": params["managers"],
        "JoinToken": params["token"],
    }
    try:
        engine.post("/swarm/join", body)
    except EngineRefusal as error:
        # It goes on in the background.
        if "Timeout was reached" not in str(error):
            raise


def _make(engine: Engine, params: dict[str, t.Any]) -> None:
    pools = {"DefaultAddrPool": params["pools"], "SubnetSize": params["subnet_size"]} if params["pools"] else {}
    engine.post("/swarm/init", {"ListenAddr": LISTEN, "AdvertiseAddr": params["address"], **pools})


def _wait(engine: Engine, timeout: float) -> dict[str, t.Any]:
    deadline = time.monotonic() + timeout
    while True:
        found = member(engine)
        if found["state"] == "active" or time.monotonic() > deadline:
            return found
        time.sleep(1)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "state": {"type": "str", "choices": ["seen", "made", "joined", "left"], "default": "seen"},
            "address": {"type": "str"},
            "pools": {"type": "list", "elements": "str", "default": []},
            "subnet_size": {"type": "int", "default": 24},
            "managers": {"type": "list", "elements": "str", "default": []},
            "token": {"type": "str", "no_log": True},
            "last": {"type": "bool", "default": False},
            "timeout": {"type": "float", "default": 120},
            **socket_spec(),
        },
        supports_check_mode=True,
        required_if=[("state", "made", ("address",)), ("state", "joined", ("address", "managers", "token"))],
    )
    params = module.params
    engine = Engine(params["socket"])
    found = member(engine)
    wanted = params["state"]
    is_member = found["state"] not in ("inactive", "silent")
    changed = wanted != "seen" and is_member is (wanted == "left")
    if not changed or module.check_mode:
        module.exit_json(changed=changed, member=found)
    try:
        if wanted == "left":
            engine.post("/swarm/leave", force=params["last"])
            module.exit_json(changed=True, member=member(engine))
        (_make if wanted == "made" else _join)(engine, params)
    except (EngineRefusal, EngineSilence) as error:
        module.fail_json(msg="The host cannot %s a swarm: %s." % (_VERBS[wanted], str(error).rstrip(".")))
    found = _wait(engine, params["timeout"])
    if found["state"] != "active":
        module.fail_json(
            msg="The host did not become a member within %g seconds: its state is %s%s. Its port %d, and 7946 by "
            "TCP and UDP and 4789 by UDP, must be open between the nodes; see `journalctl -u docker` there."
            % (params["timeout"], found["state"], " (%s)" % found["why"] if found["why"] else "", PORT),
            member=found,
        )
    module.exit_json(changed=True, member=found)


_VERBS = {"made": "make", "joined": "join", "left": "leave"}


if __name__ == "__main__":
    main()
