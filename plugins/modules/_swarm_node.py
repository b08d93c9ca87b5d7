#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: _swarm_node
short_description: "[INTERNAL] Set role, labels and availability of a node, or remove it from its swarm"
version_added: 0.9.0
description:
  - A helper of the collection's own roles, which may change without notice between releases.
  - Runs on a manager. What is not given stays as it is, and so do labels that the role has not set.
  - A manager is not demoted where the others would be no quorum.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  node:
    description:
      - The ID of the node.
    type: str
    required: true
  state:
    description:
      - V(present) sets, V(absent) removes a node that has left.
    type: str
    choices: [present, absent]
    default: present
  role:
    description:
      - What the node is.
    type: str
    choices: [manager, worker]
  labels:
    description:
      - Labels of the node.
    type: dict
  availability:
    description:
      - Whether it gets tasks.
    type: str
    choices: [active, pause, drain]
  timeout:
    description:
      - Maximum time, in seconds, until the role is taken over, and until a drained node has no task and its services
        run as many elsewhere.
    type: float
    default: 300
extends_documentation_fragment:
  - quorum.mesos.docker_engine
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
- name: Drain a node
  quorum.mesos._swarm_node:
    node: 5q4d1yyljpd0y4mzkvj9x3ab7
    availability: drain
"""

RETURN = r"""
node:
  description: The specification of the node.
  returned: success
  type: dict
  sample: {"Role": "manager", "Availability": "active", "Labels": {"rack": "a"}}
"""

import json
import time
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import (
    Engine,
    EngineRefusal,
    EngineSilence,
    filters,
    name,
    socket_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import nodes

TRIES = 5


def _text(spec: t.Any) -> str:
    return json.dumps(spec, indent=2, sort_keys=True) + "\n"


def _running(engine: Engine, node_id: str) -> int:
    """How many tasks still run on a node."""
    tasks = engine.get("/tasks", filters=filters(node=node_id))
    return len([task for task in tasks if _state(task) in ("running", "starting")])


def _services(engine: Engine, node_id: str) -> set[str]:
    """The services that have a running task on a node."""
    tasks = engine.get("/tasks", filters=filters(node=node_id))
    return {task["ServiceID"] for task in tasks if task.get("ServiceID") and _state(task) == "running"}


def _missing(engine: Engine, services: set[str]) -> int:
    """How many tasks these services want and do not have; a task on a node that is drained is not wanted any more."""
    tasks = engine.get("/tasks") if services else []
    ours = [task for task in tasks if task.get("ServiceID") in services]
    wanted = [task for task in ours if task.get("DesiredState") in ("ready", "running")]
    return len([task for task in wanted if _state(task) != "running"])


def _state(task: t.Mapping[str, t.Any]) -> str:
    return str((task.get("Status") or {}).get("State") or "new")


def _problem(engine: Engine, params: dict[str, t.Any], spec: dict[str, t.Any], services: set[str], missed: int) -> str:
    """What is still to be waited for."""
    node_id = params["node"]
    every = engine.get("/nodes")
    node = next((one for one in every if one["ID"] == node_id), None)
    if node is None:
        return "it is no longer in the swarm"
    if params["role"] == "worker" and node.get("ManagerStatus"):
        return "%s is still a manager" % nodes.name(node)
    if params["role"] == "manager" and not nodes.is_reachable(node):
        return "the manager %s does not answer yet" % nodes.name(node)
    if spec.get("Availability") == "drain" and params["availability"] == "drain":
        left = _running(engine, node_id)
        if left:
            return "%d of its tasks still run" % left
        # The next node must not be drained before these run.
        missing = _missing(engine, services) - missed
        return "%d tasks of its services do not run elsewhere yet" % missing if missing > 0 else ""
    return ""


def _wait(module: AnsibleModule, engine: Engine, spec: dict[str, t.Any], services: set[str], missed: int) -> None:
    params = module.params
    deadline = time.monotonic() + params["timeout"]
    while True:
        try:
            problem = _problem(engine, params, spec, services, missed)
        except (EngineRefusal, EngineSilence) as error:
            problem = str(error)
        if not problem:
            return
        if time.monotonic() > deadline:
            module.fail_json(
                msg="The node is not as it must be within %g seconds: %s; see `docker node ls` and `docker node ps` "
                "on a manager." % (params["timeout"], problem.rstrip("."))
            )
        time.sleep(1)


def _remove(module: AnsibleModule, engine: Engine, found: t.Any) -> None:
    if found is None or module.check_mode:
        module.exit_json(changed=found is not None, node={})
    deadline = time.monotonic() + module.params["timeout"]
    while True:
        try:
            engine.delete("/nodes/" + name(module.params["node"]))
            break
        except EngineRefusal as error:
            # It takes a moment until the managers have noticed that it left.
            if error.is_missing:
                break
            if time.monotonic() > deadline:
                raise
        time.sleep(1)
    module.exit_json(changed=True, node={})


def _set(module: AnsibleModule, engine: Engine, found: dict[str, t.Any]) -> None:
    params = module.params
    services = _services(engine, params["node"]) if params["availability"] == "drain" else set()
    missed = _missing(engine, services)
    for number in range(TRIES):
        wanted = nodes.wanted_spec(found, params["role"], params["availability"], params["labels"])
        before = found["Spec"]
        changed = {**wanted, "Labels": wanted.get("Labels") or {}} != {**before, "Labels": before.get("Labels") or {}}
        if changed and params["role"] == "worker" and nodes.is_manager(found):
            problem = nodes.quorum_problem(engine.get("/nodes"), params["node"])
            if problem:
                module.fail_json(msg="%s must stay a manager: %s." % (nodes.name(found), problem))
        diff = {"before": _text(before), "after": _text(wanted), "before_header": nodes.name(found)}
        if changed and not module.check_mode:
            try:
                engine.post("/nodes/%s/update" % name(params["node"]), wanted, version=found["Version"]["Index"])
            except EngineRefusal as error:
                if "out of sequence" not in str(error) or number == TRIES - 1:
                    raise
                found = engine.get("/nodes/" + name(params["node"]))
                continue
        if not module.check_mode:
            _wait(module, engine, wanted, services, missed)
        module.exit_json(changed=changed, node=wanted, diff=diff)


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "node": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "role": {"type": "str", "choices": ["manager", "worker"]},
            "labels": {"type": "dict"},
            "availability": {"type": "str", "choices": ["active", "pause", "drain"]},
            "timeout": {"type": "float", "default": 300},
            **socket_spec(),
        },
        supports_check_mode=True,
    )
    params = module.params
    if params["labels"] is not None:
        params["labels"] = {str(key): str(value) for key, value in params["labels"].items()}
    engine = Engine(params["socket"])
    try:
        found = engine.found("/nodes/" + name(params["node"]))
        if params["state"] == "absent":
            _remove(module, engine, found)
        if found is None:
            module.fail_json(msg="The swarm has no node %s." % params["node"])
        _set(module, engine, found)
    except (EngineRefusal, EngineSilence) as error:
        module.fail_json(msg="The node %s cannot be changed: %s." % (params["node"], str(error).rstrip(".")))


if __name__ == "__main__":
    main()
