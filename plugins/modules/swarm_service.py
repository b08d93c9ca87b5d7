#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: swarm_service
short_description: Manage a service of Docker Swarm and wait until its tasks run
version_added: 0.9.0
description:
  - Creates, updates or removes a service by the Engine API on the socket of a manager, and waits until all tasks of the
    specification run, are healthy and stay so for five seconds, and the update is completed.
  - A wait that fails says why, for example which constraint no node meets, that the image cannot be pulled, that a port
    is taken, or that the health check fails, with the last lines that the task printed.
  - Takes what the filter P(quorum.mesos.marathon_to_swarm#filter) and the playbook C(quorum.mesos.translate) make of an
    app of Marathon. The specification is authoritative. What it does not have returns to the Engine's default.
  - Networks, secrets and configs are named in it, and must exist.
  - Nothing but Python is needed on the manager. The module does not use C(community.docker), whose
    C(docker_swarm_service) needs the Docker SDK for Python on the host, takes no ServiceSpec, and does not wait for
    tasks.
author:
  - quorum.mesos contributors (@quorum-mesos)
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
options:
  state:
    description:
      - V(present) creates or updates the service, V(absent) removes it. Its tasks then stop in the background.
    type: str
    choices: [present, absent]
    default: present
  spec:
    description:
      - The ServiceSpec of the Engine API. Values with braces, like C({{.Node.Hostname}}), are C(!unsafe) in a playbook.
        O(src) needs no such care.
    type: dict
  src:
    description:
      - File on the controller with the ServiceSpec in JSON, instead of O(spec). It is not templated.
    type: path
  name:
    description:
      - Name of the service, for O(state=absent).
    type: str
  publish_mode:
    description:
      - How published ports of the mode C(ingress) are published.
      - V(ingress) leaves them. Each node answers on the port, which needs IPVS in the kernel of each.
      - V(host) publishes them on the nodes that run a task, one task a node, and lets names lead to tasks instead of a
        virtual address. Where a port is fixed, an update then stops a task before it starts the next.
      - V(auto) chooses V(host) where the role C(docker_swarm) has found a node without IPVS, or the manager has none,
        and says so in a warning.
    type: str
    choices: [auto, ingress, host]
    default: auto
  registry_username:
    description:
      - User for the registry of the image. The manager hands the login to the nodes that pull.
    type: str
  registry_password:
    description:
      - Password of O(registry_username).
    type: str
  wait:
    description:
      - Wait until the tasks run.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait, in seconds. An update that Docker has paused ends the wait before.
    type: float
    default: 300
seealso:
  - plugin: quorum.mesos.marathon_to_swarm
    plugin_type: filter
  - module: quorum.mesos.marathon_translate
  - name: Leaving Mesos
    link: https://quorum.example.org/mesos/site/docs/way-out.html
    description: How apps of Marathon become services of Docker Swarm.
"""

EXAMPLES = r"""
- name: Apply the service of a translated app
  quorum.mesos.swarm_service:
    src: translated/swarm/shop_web.json

- name: Run two web servers on an overlay network
  quorum.mesos.swarm_service:
    spec:
      Name: shop_web
      Mode: {Replicated: {Replicas: 2}}
      TaskTemplate:
        ContainerSpec: {Image: "nginx:1.27"}
        Networks: [{Target: shop}]
      EndpointSpec:
        Ports: [{Protocol: tcp, TargetPort: 80, PublishedPort: 82, PublishMode: ingress}]

- name: Remove a service
  quorum.mesos.swarm_service:
    name: shop_web
    state: absent
"""

RETURN = r"""
service:
  description: Name and ID of the service.
  returned: success
  type: dict
  sample: {"name": "shop_web", "id": "7q92v0nr1hcgts2amcjyqg3pq"}
spec:
  description:
    - The specification as it was sent, with the IDs of networks and secrets.
    - Without the values of variables whose names look like those of secrets.
  returned: with O(state=present)
  type: dict
  sample: {"Name": "shop_web", "Mode": {"Replicated": {"Replicas": 2}}}
publish_mode:
  description: How ports are published.
  returned: with O(state=present)
  type: str
  sample: host
tasks:
  description: What the wait has seen last.
  returned: with O(wait=true)
  type: str
  sample: 2 of 2 tasks run
reasons:
  description: Why the tasks do not run. C(kind) is for example C(image), C(placement), C(port), C(health) or C(exit).
  returned: when a wait failed
  type: list
  elements: dict
  sample:
    - kind: image
      text: "image: nginx:9 cannot be had on worker1 (No such image: nginx:9)"
"""

import json
import typing as t

from ansible.module_utils.basic import AnsibleModule
from ansible_collections.quorum.mesos.plugins.module_utils._docker import image_name, registry_login
from ansible_collections.quorum.mesos.plugins.module_utils._docker.engine import (
    Engine,
    EngineRefusal,
    EngineSilence,
    name,
    socket_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import secrets
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.unlogged import UnloggedModule
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import ipvs, nodes, spec, wait

TRIES = 3


class _Module(UnloggedModule):
    """One whose specification, with passwords among its variables, is not in the log of the manager."""

    unlogged = "spec"


def _hide(module: AnsibleModule, given: t.Any) -> None:
    """What a variable has whose name looks like that of a secret is in no result and no diff."""
    container = (given.get("TaskTemplate") or {}).get("ContainerSpec") or {}
    env = dict(str(line).partition("=")[::2] for line in container.get("Env") or [])
    module.no_log_values.update(secrets.values_to_hide({"env": env}, (), likely=True))


def _text(value: t.Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True) + "\n" if value else ""


def _wanted(module: AnsibleModule, engine: Engine) -> tuple[dict[str, t.Any], str]:
    """The specification to send, and how its ports are published."""
    given = module.params["spec"]
    mode = module.params["publish_mode"]
    lacking: list[str] = []
    if mode == "auto":
        lacking = nodes.without_ipvs(engine.get("/nodes")) or ([] if ipvs.is_there() else ["this manager"])
        mode = "host" if lacking else "ingress"
    if mode == "host":
        given, said = spec.on_hosts(given)
        if said and lacking:
            module.warn(
                "%s: the kernel of %s has no IPVS, so %s." % (given["Name"], ", ".join(lacking), ", and ".join(said))
            )
    networks = [engine.found("/networks/" + name(one), scope="swarm") for one in spec.network_names(given)]
    container = given["TaskTemplate"]["ContainerSpec"]
    secrets = engine.get("/secrets") if container.get("Secrets") else []
    configs = engine.get("/configs") if container.get("Configs") else []
    return spec.resolved(given, [one for one in networks if one], secrets or [], configs or []), mode


def _headers(params: dict[str, t.Any], image: str) -> dict[str, str]:
    if not params["registry_username"]:
        return {}
    return registry_login.header(
        {
            "username": params["registry_username"],
            "password": params["registry_password"] or "",
            "serveraddress": image_name.registry(image) or "https://index.docker.io/v1/",
        }
    )


def _refuse(module: AnsibleModule, engine: Engine, wanted: dict[str, t.Any], found: t.Any) -> None:
    """What the Engine would refuse, also with --check."""
    if found and not set(found["Spec"]["Mode"]) & set(wanted["Mode"]):
        module.fail_json(
            msg="%s: its mode is %s and cannot become %s; remove the service first (state: absent)."
            % (wanted["Name"], "".join(found["Spec"]["Mode"]), "".join(wanted["Mode"]))
        )
    clash = spec.port_clash(wanted, engine.get("/services"))
    if clash:
        module.fail_json(msg="%s: %s." % (wanted["Name"], clash))


def _apply(module: AnsibleModule, engine: Engine) -> tuple[bool, str, dict[str, t.Any], str, dict[str, str]]:
    for number in range(TRIES):
        wanted, mode = _wanted(module, engine)
        found = engine.found("/services/" + name(wanted["Name"]))
        if found:
            _hide(module, found["Spec"])
        _refuse(module, engine, wanted, found)
        before = spec.comparable(found["Spec"]) if found else {}
        after = spec.comparable(wanted)
        diff = {"before": _text(before), "after": _text(after), "before_header": wanted["Name"]}
        service_id = found["ID"] if found else ""
        if before == after or module.check_mode:
            return before != after, service_id, wanted, mode, diff
        headers = _headers(module.params, wanted["TaskTemplate"]["ContainerSpec"]["Image"])
        try:
            if not found:
                return True, engine.post("/services/create", wanted, headers)["ID"], wanted, mode, diff
            forced = found["Spec"]["TaskTemplate"].get("ForceUpdate")
            if forced:
                wanted["TaskTemplate"]["ForceUpdate"] = forced
            path = "/services/%s/update" % name(service_id)
            engine.post(path, wanted, headers, version=found["Version"]["Index"])
            return True, service_id, wanted, mode, diff
        except EngineRefusal as error:
            # It was modified concurrently.
            if "out of sequence" not in str(error) or number == TRIES - 1:
                raise
    raise AssertionError


def _present(module: AnsibleModule, engine: Engine) -> None:
    changed, service_id, wanted, mode, diff = _apply(module, engine)
    result: dict[str, t.Any] = {
        "changed": changed,
        "service": {"name": wanted["Name"], "id": service_id},
        "spec": wanted,
        "publish_mode": mode,
        "diff": diff,
    }
    if module.params["wait"] and not module.check_mode:
        try:
            result["tasks"] = wait.until_it_runs(engine, service_id, module.params["wait_timeout"])
        except wait.WaitFailed as failure:
            result["reasons"] = [{"kind": one.kind, "text": one.text} for one in failure.reasons]
            module.fail_json(msg="%s: %s." % (wanted["Name"], str(failure).rstrip(".")), **result)
    module.exit_json(**result)


def _absent(module: AnsibleModule, engine: Engine) -> None:
    wanted = module.params["name"] or (module.params["spec"] or {}).get("Name")
    if not wanted:
        module.fail_json(msg="name is missing; name the service to remove.")
    found = engine.found("/services/" + name(wanted))
    # The Engine takes the beginning of an ID for one, too.
    if found and found["Spec"]["Name"] != wanted:
        found = None
    if found:
        _hide(module, found["Spec"])
    if found and not module.check_mode:
        engine.delete("/services/" + name(found["ID"]))
    module.exit_json(
        changed=bool(found),
        service={"name": wanted, "id": found["ID"] if found else ""},
        diff={
            "before": _text(spec.comparable(found["Spec"])) if found else "",
            "after": "",
            "before_header": wanted,
        },
    )


def main() -> None:
    module = _Module(
        argument_spec={
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "spec": {"type": "dict"},
            "src": {"type": "path"},
            "name": {"type": "str"},
            "publish_mode": {"type": "str", "choices": ["auto", "ingress", "host"], "default": "auto"},
            "registry_username": {"type": "str"},
            "registry_password": {"type": "str", "no_log": True},
            "wait": {"type": "bool", "default": True},
            "wait_timeout": {"type": "float", "default": 300},
            **socket_spec(),
        },
        supports_check_mode=True,
        required_together=[("registry_username", "registry_password")],
    )
    params, engine = module.params, Engine(module.params["socket"])
    if params["state"] == "present":
        wrong = spec.problems(params["spec"])
        if wrong:
            module.fail_json(msg="spec: %s." % "; ".join(wrong))
        _hide(module, params["spec"])
        if params["name"] and params["name"] != params["spec"]["Name"]:
            module.fail_json(
                msg="name is %s and the specification has the Name %s; leave name out."
                % (params["name"], params["spec"]["Name"])
            )
    try:
        (_present if params["state"] == "present" else _absent)(module, engine)
    except EngineRefusal as error:
        hint = "; run the task on a manager (group swarm_managers)" if error.is_no_manager else ""
        module.fail_json(msg="Docker refuses: %s%s." % (str(error).rstrip("."), hint))
    except spec.MissingReference as error:
        module.fail_json(msg="%s: %s." % (params["spec"]["Name"], error))
    except EngineSilence as error:
        module.fail_json(msg="%s." % str(error).rstrip("."))


if __name__ == "__main__":
    main()
