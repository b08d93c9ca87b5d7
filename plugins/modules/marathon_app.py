#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_app
short_description: Manage an application on Marathon
version_added: 0.1.0
description:
  - Creates, changes, scales, suspends, restarts and removes an application on Marathon, and waits until its instances
    run.
  - The definition is complete by default. What it does not declare gets the default of Marathon, so removing a
    field from the definition removes it from the app. O(merge) and O(ignore_fields) loosen this.
  - Definitions in the forms of older releases are accepted and translated (C(container.docker.network),
    C(container.docker.portMappings), C(ports), C(uris), C(ipAddress), an empty third element of C(UNIQUE)).
  - Nothing is written when the app already is as declared. What Marathon itself fills in, renames or reorders, like an
    assigned service port, is not a change.
  - What the definition declares and Marathon does not keep, for example C(requirePorts) without host networking or
    C(executorResources) that it drops in a write, is a warning on every run and in check mode, with the reason.
  - What Marathon fills in is taken from C(AppNormalization.scala) and C(AppConversion.scala), and which change restarts
    instances from C(AppDefinition.scala), of Marathon 1.11.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon
  - quorum.mesos.marathon_app_options
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
      - Marathon checks the definition by a dry run of the group (1.4 and newer), and the module knows the rules that
        this leaves out, so a definition that the run would be refused is refused in check mode too, in the same words.
      - A warning says when Marathon could not check, because it is older or gave no answer.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: Every run with O(state=restarted) restarts the instances there are.
options:
  id:
    description:
      - Id of the app, for example V(/shop/web). A relative id is one below V(/).
      - Wins over the id in the definition. Needed when the definition has none.
    type: str
    aliases: [name]
  state:
    description:
      - V(present) means the app exists as declared.
      - V(absent) means that the app and its instances are gone.
      - V(suspended) means that the app exists as declared, or as it is if nothing is declared, but with 0 instances.
        RV(resume_instances) says how many come back; nothing is stored for that outside Marathon.
      - V(restarted) replaces all instances by new ones of the same definition. An app with 0 instances is left alone.
      - With V(absent) and V(restarted) only the id of a definition is used.
    type: str
    choices: [present, absent, suspended, restarted]
    default: present
  definition:
    description:
      - The definition of the app, with the fields that the REST API of Marathon takes.
      - Options for single fields, like O(image) and O(env), add to it; together they are what is declared. An option
        that contradicts the same field here is refused, except O(id), O(instances) and O(image), which win.
      - A field that may be left out and is V(null) or, where it takes text, blank is not declared, as after
        C(default('')). Values of C(env) and C(labels) may be blank.
      - Without O(definition), O(src) and options for single fields, O(instances) scales an existing app and leaves
        everything else alone.
    type: dict
  instances:
    description: Number of instances. Wins over the number in the definition, where a missing one means 1.
    type: int
  merge:
    description:
      - Keep what the app has and the definition does not declare.
      - Mappings like C(env) and C(labels) are merged key by key, lists are replaced, and V(null) removes a field or a
        key, as in a JSON merge patch (RFC 7396). An empty list or mapping empties the field.
      - What is removed gets the default of Marathon. V(null) for O(role) is refused, because an app always has one.
    type: bool
    default: false
  ignore_fields:
    description:
      - Fields that keep the value the app has, for example V(instances) when an autoscaler sets it.
      - V(env.VERSION) names one key of a mapping.
      - The values of the definition are used when the app is created.
      - A field that is left out of the write keeps what another sets at the same moment, too. Where Marathon takes a
        write only with it, for a part of a field or where another field has to be removed, the app is read again right
        before and a warning says so.
      - A part that does not exist is refused, and so is a key that neither the definition nor Marathon has where one of
        them has a key like it; one that is like none is a warning. A list has no parts.
    type: list
    elements: str
    default: []
  force:
    description:
      - Cancel a running deployment of the app that is in the way. Otherwise the module fails and names that deployment.
    type: bool
    default: false
  wait:
    description:
      - Wait until the app runs as declared, which means that no deployment of it is left, that the wanted number of
        instances runs, and, if it has health checks, that all of them are healthy. With O(state=absent), wait until
        all of its instances are gone.
      - The module also waits, and fails if it has to, when there was nothing to change.
      - When time is up the module fails and says what Marathon waits for.
    type: bool
    default: true
  wait_for:
    description:
      - V(healthy) is what O(wait) describes.
      - V(deployment) leaves out the look at the health checks, so that an app that is as declared, but has an unhealthy
        instance, is no failure. A deployment itself ends only when new instances have become healthy.
    type: str
    choices: [deployment, healthy]
    default: healthy
    version_added: 0.3.0
  wait_timeout:
    description:
      - Maximum time to wait, in seconds, 0 or more, for all requests of the wait. Reading the reason of a failure takes
        5 seconds more at most.
      - A rollback is waited for as long again.
    type: int
    default: 300
  on_failure:
    description:
      - What to do about a change whose wait has failed. The module fails in any case, and says what was done.
      - V(leave) lets the deployment go on, or the app be as it is.
      - V(rollback) cancels the deployment if it still runs, by the deployment that Marathon makes to undo it. If it has
        ended, the version from before the change is restored. An app that the change created is removed again. Then the
        module waits until that is done and says whether it is confirmed.
      - An app that somebody else changed or removed meanwhile is not rolled back, nor is a removal.
      - V(rollback) needs O(wait).
    type: str
    choices: [leave, rollback]
    default: leave
    version_added: 0.3.0
seealso:
  - module: quorum.mesos.marathon_apps
  - module: quorum.mesos.marathon_pod
  - module: quorum.mesos.marathon_deployment
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
  - name: Troubleshooting
    link: https://quorum.example.org/mesos/site/docs/troubleshooting.html
    description: The messages that people meet most, with cause and remedy.
"""

EXAMPLES = r"""
- name: Run two web servers behind ports that Marathon chooses
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    definition:
      cpus: 0.2
      mem: 64
      instances: 2
      constraints: [[hostname, GROUP_BY, "2"]]
      networks:
        - mode: container/bridge
      container:
        type: DOCKER
        docker:
          image: nginx
        portMappings:
          - containerPort: 80
      healthChecks:
        - protocol: MESOS_HTTP
          path: /
          portIndex: 0
  delegate_to: localhost

- name: Deploy a definition that is kept in a file, on any node of the cluster that answers
  quorum.mesos.marathon_app:
    url:
      - http://master1.example.com:8080
      - http://master2.example.com:8080
    src: "{{ playbook_dir }}/apps/tomcat.json"
    wait_timeout: 600
  delegate_to: localhost

- name: Run a web server, written with options for the common fields
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    image: nginx
    cpus: 0.2
    mem: 64
    instances: 2
    network: bridge
    ports:
      - container_port: 80
        name: http
    env:
      LOG_LEVEL: info
    health_checks:
      - protocol: MESOS_HTTP
        path: /
        port_index: 0
  delegate_to: localhost

- name: Deploy a template of the role, and go back to what ran before if it does not get healthy
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    src: web.json.j2
    secret_env: [DB_PASSWORD]
    wait_timeout: 120
    on_failure: rollback
  delegate_to: localhost

- name: Scale it
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    instances: 5
  delegate_to: localhost

- name: Change one variable of an app whose number of instances belongs to an autoscaler
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    definition:
      env:
        LOG_LEVEL: debug
    merge: true
    ignore_fields: [instances]
  delegate_to: localhost

- name: Restart it
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    state: restarted
  delegate_to: localhost

- name: Stop all of its instances for a while
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    state: suspended
  delegate_to: localhost
  register: suspended

- name: Start as many as there were
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    instances: "{{ suspended.resume_instances }}"
  delegate_to: localhost

- name: Remove it
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    state: absent
  delegate_to: localhost

- name: Give an app a password from a vault, which results and diffs show masked
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/api
    definition:
      cmd: exec python3 -m http.server $PORT0
      cpus: 0.1
      mem: 32
      env:
        DB_PASSWORD: "{{ vault_db_password }}"
    secret_env: [DB_PASSWORD]
  delegate_to: localhost

- name: Write the address once, and that every failed change is undone
  delegate_to: localhost
  module_defaults:
    group/quorum.mesos.marathon:
      url:
        - http://master1.example.com:8080
        - http://master2.example.com:8080
    quorum.mesos.marathon_app:
      on_failure: rollback
  block:
    - name: Scale the app
      quorum.mesos.marathon_app:
        id: /shop/api
        instances: 2

    - name: Gather where its tasks run
      quorum.mesos.marathon_info:
        gather: [tasks]
        id: /shop/api

# Marathon reserves it for the role of the app, with its own principal (mesos_authentication_principal).
- name: Keep the data of a database on its agent, in a persistent volume of 64 MiB
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/db
    definition:
      role: shop
      cmd: date >> data/starts; exec sleep 100000
      cpus: 0.1
      mem: 32
      container:
        type: MESOS
        volumes:
          - containerPath: data
            mode: RW
            persistent:
              size: 64
      upgradeStrategy:
        minimumHealthCapacity: 0
        maximumOverCapacity: 0
    wait_timeout: 900
  delegate_to: localhost

- name: Deploy the green version beside the blue one, send requests to it, and remove the blue one
  delegate_to: localhost
  block:
    - name: Start the new version and wait until it is healthy
      quorum.mesos.marathon_app:
        url: http://marathon.example.com:8080
        id: /shop/front-green
        definition:
          cmd: exec python3 -m http.server $PORT0
          cpus: 0.1
          mem: 32
          instances: 2
          healthChecks:
            - protocol: MESOS_HTTP
              path: /
              portIndex: 0
              intervalSeconds: 1
        on_failure: rollback

    - name: Write the servers that the load balancer sends requests to
      ansible.builtin.copy:
        content: |
          {% for address in query('quorum.mesos.marathon_endpoint', '/shop/front-green',
                                  url='http://marathon.example.com:8080') %}
          server {{ address }};
          {% endfor %}
        dest: /etc/nginx/front.servers
        mode: "0644"

    - name: Remove the old version
      quorum.mesos.marathon_app:
        url: http://marathon.example.com:8080
        id: /shop/front-blue
        state: absent
"""

RETURN = r"""
msg:
  description:
    - What runs, where and how long the change took, with the first five addresses.
    - "In check mode the plan, for example V(Plan for /shop/web: 0 to create, 1 to change (1 restarts), 0 to remove)."
    - The same line is shown when the task ends, unless O(progress) is off.
  returned: always
  type: str
  sample: "/shop/web: 2 of 2 healthy after 3 s at slave1:31001, slave2:31002"
action:
  description: What was done, or would be done in check mode.
  returned: success, and failure after the app was written
  type: str
  choices: [created, updated, scaled, restarted, deleted, none]
  sample: updated
restarts:
  description: Whether the change replaces running instances. Any change but one of the number of instances does.
  returned: success, and failure after the app was written
  type: bool
  sample: true
steps:
  description:
    - What Marathon does, or would do, one after the other.
    - C(StartApplication), C(ScaleApplication), C(RestartApplication) or C(StopApplication).
  returned: success, and failure after the app was written
  type: list
  elements: str
  sample: [RestartApplication]
  version_added: 0.3.0
before:
  description: The app before the change in the form in which Marathon returns it; null when there was none.
  returned: success
  type: dict
  sample: {id: /shop/web, cpus: 0.1, mem: 64.0, instances: 2}
  version_added: 0.3.0
after:
  description: The app as planned, in the same form; null when it is removed.
  returned: success
  type: dict
  sample: {id: /shop/web, cpus: 0.2, mem: 64.0, instances: 2}
  version_added: 0.3.0
resume_instances:
  description:
    - The number of instances that the suspended app runs with again, which is the declared one, else the one it has,
      else the last one in the versions that Marathon keeps; null if none of them tells.
  returned: success with O(state=suspended)
  type: int
  sample: 2
  version_added: 0.3.0
rollback:
  description: How the failed change was taken back.
  returned: failure of the wait with O(on_failure=rollback) after a change
  type: dict
  contains:
    action:
      description:
        - V(cancelled) is the deployment, V(restored) the version of before, V(removed) the app that was created.
        - V(none) if nothing was done, which the message explains.
      type: str
      returned: always
    deployment_id:
      description: The deployment that takes it back, as far as it is known.
      type: str
      returned: always
    confirmed:
      description: Whether the app was seen to be as before.
      type: bool
      returned: always
  sample:
    action: cancelled
    deployment_id: 97c136bf-5a28-4821-9d94-480d9fbb01c8
    confirmed: true
  version_added: 0.3.0
app:
  description:
    - The app in the form in which Marathon returns it, without its state; null when there is none.
    - After a change in check mode or without O(wait) it is the app as planned. Ports that Marathon still has to assign
      are 0 there.
  returned: success
  type: dict
  sample:
    id: /shop/web
    cpus: 0.2
    mem: 64.0
    instances: 2
deployment_id:
  description: The deployment that Marathon started for the change.
  returned: when something was written
  type: str
  sample: 5cd987cd-85ae-4e70-8df7-f1438367d9cb
tasks:
  description: The running instances, as far as they were read after the change.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: Id of the task.
      type: str
      returned: always
    host:
      description: Host that it runs on.
      type: str
      returned: always
    ports:
      description: Ports on that host.
      type: list
      elements: int
      returned: always
    state:
      description: State of the task in Mesos.
      type: str
      returned: always
    version:
      description: Version of the app that it runs.
      type: str
      returned: always
    healthy:
      description: Whether all health checks pass.
      type: bool
      returned: when there are health check results
    endpoints:
      description: Where it answers, one C(host:port) for every port.
      type: list
      elements: str
      returned: always
  sample:
    - id: shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1
      host: slave1.example.com
      ports: [31001]
      state: TASK_RUNNING
      version: "2020-10-29T12:28:49.123Z"
      healthy: true
      endpoints: ["slave1.example.com:31001"]
endpoints:
  description:
    - Where the running instances answer, one C(host:port) for every port of every task. A port that only the container
      has is given with the address of the container.
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
    - path: /constraints
      errors: ["UNIQUE does not accept a value"]
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
      returned: always
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
held_by:
  description: The hosts where an old instance of the app holds what the new one waits for.
  returned: failure because the time to wait was up
  type: list
  elements: str
  sample: ["slave1.example.com"]
  version_added: 0.4.0
last_task_failure:
  description: The last failure of a task of the app, as Marathon reports it.
  returned: failure because the time to wait was up
  type: dict
  sample:
    state: TASK_FAILED
    message: Command exited with status 1
    host: slave1.example.com
"""

import time

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.desired import AppOptions
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.app.run import AppRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.app_options import (
    app_options_spec,
    definition_of,
)
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
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.app import Waiter


def argument_spec():
    return dict(
        connection_spec(),
        **progress_spec(),
        **stay_spec(),
        **app_options_spec(),
        **secret_spec(),
        **wait_spec(),
        id={"type": "str", "aliases": ["name"]},
        state={"type": "str", "choices": ["present", "absent", "suspended", "restarted"], "default": "present"},
        definition={"type": "dict"},
        src={"type": "path"},
        template={"type": "bool", "default": True},
        instances={"type": "int"},
        merge={"type": "bool", "default": False},
        ignore_fields={"type": "list", "elements": "str", "default": []},
        strict={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
        wait_for={"type": "str", "choices": ["deployment", "healthy"], "default": "healthy"},
        on_failure={"type": "str", "choices": ["leave", "rollback"], "default": "leave"},
    )


def read_options(module):
    params = module.given
    return AppOptions(
        state=params["state"],
        app_id=params["id"],
        definition=definition_of(params),
        instances=params["instances"],
        merge=params["merge"],
        ignored=tuple(params["ignore_fields"]),
        secret_names=secret_names(params),
        strict=params["strict"],
        force=params["force"],
        wait=params["wait"],
        healthy_for=params["healthy_for"],
        healthy=params["wait_for"] == "healthy",
        rollback=params["on_failure"] == "rollback",
    )


def main():
    module = MarathonModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[("definition", "src")],
        supports_check_mode=True,
    )
    try:
        client = open_client(module)
        waiter = Waiter(
            client,
            module.params["wait_timeout"],
            time.monotonic,
            time.sleep,
            reporter(module),
            outputs(module, client),
        )
        with module.about_subject():
            runner = AppRunner(client, waiter, read_options(module), time.sleep, module.warn)
            result = runner.run(module.check_mode)
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
