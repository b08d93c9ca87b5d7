#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_pod
short_description: Manage a pod on Marathon
version_added: 0.3.0
description:
  - Creates, changes, scales and removes a pod on Marathon, a group of containers that run on one agent, and waits until
    its instances are stable.
  - The definition is complete by default. What it does not declare gets the default of Marathon, so removing a
    field from the definition removes it from the pod. O(merge) and O(ignore_fields) loosen this.
  - Nothing is written when the pod already is as declared. What Marathon itself fills in or reorders is not a change.
  - Marathon does not notice a change of C(executorResources), C(legacySharedCgroups), C(scheduling.killSelection) or
    C(scheduling.unreachableStrategy) alone (C(PodDefinition.scala) of Marathon 1.11). Such a difference is not a change
    here either, but a warning; it is written along with any other change.
  - Marathon does not fill in C(networks) of a pod. A pod with C(endpoints) must declare them, for example
    C([{"mode":"host"}]), and in the mode C(container/bridge) every endpoint must declare its C(containerPort). Marathon
    accepts other pods with C(endpoints) too, and then starts no app and no pod any more until the pod is removed and
    another leader is elected. The module refuses such a pod before anything is sent, also in check mode. It can still
    be removed, or suspended without a definition.
  - The step from no C(networks) to the mode C(host) restarts the instances.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon
  - quorum.mesos.marathon_file
  - quorum.mesos.marathon_progress
  - quorum.mesos.marathon_secrets
  - quorum.mesos.marathon_stay
  - quorum.mesos.marathon_strict
  - quorum.mesos.attributes
  - quorum.mesos.attributes.actiongroup_marathon
attributes:
  check_mode:
    support: full
    details:
      - Marathon has no dry run of pods. The module knows its rules and the types of its API, so a definition that the
        run would be refused is refused in check mode too, in the same words.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  id:
    description:
      - Id of the pod, for example V(/shop/front). A relative id is one below V(/).
      - Wins over the id in the definition. Needed when the definition has none.
    type: str
    aliases: [name]
  state:
    description:
      - V(present) means the pod exists as declared.
      - V(suspended) means the same without any instance. Without a definition only the number of instances changes.
      - V(absent) means that the pod and its instances are gone.
    type: str
    choices: [present, suspended, absent]
    default: present
  definition:
    description:
      - The definition of the pod, with the fields that the REST API of Marathon takes at C(/v2/pods).
      - Without O(definition) and O(src), O(instances) scales an existing pod and leaves everything else alone.
    type: dict
  instances:
    description:
      - Number of instances. Wins over C(scaling.instances) of the definition, where a missing one means 1.
      - Contradicts O(state=suspended), which sets the number itself.
    type: int
  merge:
    description:
      - Keep what the pod has and the definition does not declare.
      - Mappings like C(environment) and C(labels) are merged key by key, C(containers) and C(volumes) by their names;
        any other list is replaced. V(null) removes a field or a key, as in a JSON merge patch (RFC 7396). An empty list
        or mapping empties the field.
      - What is removed gets the default of Marathon. V(null) for C(role) is refused, because a pod always has one.
    type: bool
    default: false
  ignore_fields:
    description:
      - Fields that keep the value the pod has, for example V(instances) when an autoscaler sets it.
      - V(environment.VERSION) names one key of a mapping, V(scheduling.backoff) a part.
      - The values of the definition are used when the pod is created.
      - Marathon writes a pod only as a whole, so the pod is read again right before the write, and a warning says so.
      - A part that does not exist is refused, and so is a key that neither the definition nor Marathon has where one of
        them has a key like it; one that is like none is a warning. A list has no parts.
    type: list
    elements: str
    default: []
  force:
    description:
      - Cancel a running deployment of the pod that is in the way. Otherwise the module fails and names that deployment.
    type: bool
    default: false
  wait:
    description:
      - Wait until the pod runs as declared, which means that the wanted number of instances is C(STABLE), that all of
        them run the present definition, that no other instance is left, and that the deployment of the change is over.
        With O(state=absent), wait until all instances are gone.
      - An instance is C(STABLE) when its containers run and those with a health check are healthy. Marathon calls a pod
        stable also while only instances of an earlier definition run, so the module looks at each of them.
      - The module also waits, and fails if it has to, when there was nothing to change.
      - When time is up the module fails and says what Marathon waits for.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait, in seconds, 0 or more, for all requests of the wait. Reading the reason of a failure takes
        5 seconds more at most.
    type: int
    default: 300
  on_failure:
    description:
      - What to do when the time to wait is up after a change.
      - V(leave) leaves the deployment running.
      - V(rollback) has Marathon undo it, which puts back the definition from before, or removes a pod that was new. The
        module fails all the same and does not wait for that. It needs O(wait).
    type: str
    choices: [leave, rollback]
    default: leave
notes:
  - Pods came with Marathon 1.4. An older one is refused with a sentence that names its version.
  - An ephemeral volume, one with nothing but a name, is shared by the containers of an instance. It needs the isolator
    C(volume/sandbox_path) on the agents, which the role C(quorum.mesos.mesos_slave) sets by default. Without it the
    containers start, do not find the volume, and fail again and again.
seealso:
  - module: quorum.mesos.marathon_app
  - module: quorum.mesos.marathon_apps
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
"""

EXAMPLES = r"""
- name: Run a web server beside a process that writes its pages
  quorum.mesos.marathon_pod:
    url: http://marathon.example.com:8080
    id: /shop/front
    definition:
      networks:
        - mode: host
      scaling:
        kind: fixed
        instances: 2
      volumes:
        - name: pages
      containers:
        - name: web
          exec:
            command:
              shell: cd pages && exec python3 -m http.server $ENDPOINT_HTTP
          resources:
            cpus: 0.2
            mem: 64
          endpoints:
            - name: http
              protocol: [tcp]
          healthCheck:
            http:
              endpoint: http
              path: /
          volumeMounts:
            - name: pages
              mountPath: pages
        - name: writer
          exec:
            command:
              shell: while true; do date > pages/index.html; sleep 10; done
          resources:
            cpus: 0.1
            mem: 32
          volumeMounts:
            - name: pages
              mountPath: pages
  delegate_to: localhost

- name: Deploy a definition that is kept in a file, and undo what does not become stable
  quorum.mesos.marathon_pod:
    url:
      - http://master1.example.com:8080
      - http://master2.example.com:8080
    src: "{{ playbook_dir }}/pods/front.json"
    wait_timeout: 600
    on_failure: rollback
  delegate_to: localhost

- name: Scale it
  quorum.mesos.marathon_pod:
    url: http://marathon.example.com:8080
    id: /shop/front
    instances: 5
  delegate_to: localhost

- name: Change one variable of one container
  quorum.mesos.marathon_pod:
    url: http://marathon.example.com:8080
    id: /shop/front
    definition:
      containers:
        - name: web
          environment:
            LOG_LEVEL: debug
    merge: true
  delegate_to: localhost

- name: Stop its instances and keep the definition
  quorum.mesos.marathon_pod:
    url: http://marathon.example.com:8080
    id: /shop/front
    state: suspended
  delegate_to: localhost

- name: Remove it
  quorum.mesos.marathon_pod:
    url: http://marathon.example.com:8080
    id: /shop/front
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description:
    - What runs, where and how long the change took, with the first five addresses.
    - "In check mode the plan, for example V(Plan for /shop/sidecar: 1 to create, 0 to change, 0 to remove)."
    - The same line is shown when the task ends, unless O(progress) is off.
  returned: always
  type: str
  sample: "/shop/sidecar: 1 of 1 stable after 3 s at slave1:31001"
action:
  description: What was done, or would be done in check mode.
  returned: success, and failure after the pod was written
  type: str
  choices: [created, updated, scaled, deleted, none]
  sample: updated
restarts:
  description: Whether the change replaces running instances. Any change but one of the number of instances does.
  returned: success, and failure after the pod was written
  type: bool
  sample: true
pod:
  description:
    - The pod in the form in which Marathon returns it, without its version; null when there is none.
    - After a change in check mode or without O(wait) it is the pod as planned.
  returned: success
  type: dict
  sample:
    id: /shop/front
    scaling:
      kind: fixed
      instances: 2
deployment_id:
  description: The deployment that Marathon started for the change.
  returned: when something was written
  type: str
  sample: 5cd987cd-85ae-4e70-8df7-f1438367d9cb
instances:
  description: The instances, as far as they were read after the change.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the instance.
      type: str
      returned: always
    status:
      description: State of the instance, which is C(PENDING), C(STAGING), C(STABLE), C(DEGRADED) or C(TERMINAL).
      type: str
      returned: always
    host:
      description: Host that it runs on.
      type: str
      returned: always
    version:
      description: Version of the pod that it was started with.
      type: str
      returned: always
    containers:
      description: State of each container's task in Mesos, by the name of the container.
      type: dict
      returned: always
    endpoints:
      description: Port of the host, by the name of the endpoint.
      type: dict
      returned: always
  sample:
    - id: shop_front.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002
      status: STABLE
      host: slave1.example.com
      version: "2020-10-29T12:28:49.123Z"
      containers:
        web: TASK_RUNNING
        writer: TASK_RUNNING
      endpoints:
        http: 31001
endpoints:
  description: Where the instances answer, one C(host:port) for every endpoint of every instance.
  returned: success
  type: list
  elements: str
  sample: ["slave1.example.com:31001", "slave2.example.com:31874"]
requests:
  description: Number of HTTP requests that were sent.
  returned: success
  type: int
  sample: 4
deployments:
  description: The deployments in the way, or those that were still running when the time to wait was up.
  returned: failure because of a running deployment
  type: list
  elements: str
  sample: ["97c136bf-5a28-4821-9d94-480d9fbb01c8"]
details:
  description: The places in the definition that Marathon refuses and why, as it reports them.
  returned: failure because of the definition
  type: list
  elements: dict
  sample:
    - path: /containers(0)/endpoints(0)/containerPort
      errors: ["is not allowed when using host-mode networking"]
task_endings:
  description: How many times an instance ended by itself, or was killed as unhealthy, during the wait.
  returned: failure because the time to wait was up
  type: int
  sample: 4
  version_added: 0.4.0
task_output:
  description: The last lines that the instance that ended last wrote, or why they cannot be read.
  returned: failure because the time to wait was up, if an instance ended during it and O(task_output) is on
  type: dict
  contains:
    task:
      description: Id of the task.
      type: str
      returned: always
    host:
      description: Host that it ran on.
      type: str
      returned: when Marathon tells it
    stderr:
      description: Up to 20 lines.
      type: list
      elements: str
      returned: when they were read
    stdout:
      description: Up to 20 lines.
      type: list
      elements: str
      returned: when they were read
    error:
      description: Why they cannot be read.
      type: str
      returned: when they were not read
  sample:
    task: shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1
    host: slave1.example.com
    stderr: ["cannot open /etc/web.conf"]
    stdout: []
  version_added: 0.4.0
termination_history:
  description: How the last instances ended, as Marathon reports it.
  returned: failure because the time to wait was up
  type: list
  elements: dict
  sample:
    - instanceID: shop_front.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002
      terminatedAt: "2020-10-29T12:29:10.003Z"
      message: "container web: Command exited with status 1"
rollback_deployment_id:
  description: The deployment that undoes the change.
  returned: failure because the time to wait was up, with O(on_failure=rollback)
  type: str
  sample: 0b4f9b41-3ef5-4a56-b0e6-d0e2f0c0c9a5
"""

import time

from ansible_collections.quorum.mesos.plugins.module_utils._marathon import kinds
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import (
    connection_spec,
    open_client,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.module import MarathonModule
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.progress import (
    progress_spec,
    reporter,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.secret_options import (
    secret_names,
    secret_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.wait_options import (
    outputs,
    stay_spec,
    wait_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.pod.run import PodOptions, PodRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.pod import PodWaiter


def argument_spec():
    return dict(
        connection_spec(),
        **progress_spec(),
        **stay_spec(),
        **secret_spec(),
        **wait_spec(),
        id={"type": "str", "aliases": ["name"]},
        state={"type": "str", "choices": ["present", "suspended", "absent"], "default": "present"},
        definition={"type": "dict"},
        src={"type": "path"},
        template={"type": "bool", "default": True},
        instances={"type": "int"},
        merge={"type": "bool", "default": False},
        ignore_fields={"type": "list", "elements": "str", "default": []},
        strict={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
        on_failure={"type": "str", "choices": ["leave", "rollback"], "default": "leave"},
    )


def read_options(module):
    params = module.given
    return PodOptions(
        state=params["state"],
        pod_id=params["id"],
        definition=None if params["definition"] is None else kinds.only(params["definition"], kinds.POD),
        instances=params["instances"],
        merge=params["merge"],
        ignored=tuple(params["ignore_fields"]),
        secret_names=secret_names(params),
        strict=params["strict"],
        force=params["force"],
        wait=params["wait"],
        healthy_for=params["healthy_for"],
        on_failure=params["on_failure"],
    )


def main():
    module = MarathonModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[("definition", "src")],
        supports_check_mode=True,
    )
    try:
        client = open_client(module)
        waiter = PodWaiter(
            client,
            module.params["wait_timeout"],
            time.monotonic,
            time.sleep,
            reporter(module),
            outputs(module, client),
        )
        with module.about_subject():
            runner = PodRunner(client, waiter, read_options(module), time.sleep, module.warn)
            result = runner.run(module.check_mode)
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
