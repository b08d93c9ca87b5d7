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
  - Creates, changes, scales and removes an application on Marathon, and waits until its instances run.
  - The definition is the whole truth by default. What it does not declare gets the default of Marathon, so removing a
    field from the definition removes it from the app. O(merge) and O(ignore_fields) loosen this.
  - Definitions in the forms of older releases are accepted and translated (C(container.docker.network),
    C(container.docker.portMappings), C(ports), C(uris), C(ipAddress), an empty third element of C(UNIQUE)).
  - Nothing is written when the app already is as declared. What Marathon itself fills in, renames or reorders, like an
    assigned service port, is not a change.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon
  - quorum.mesos.marathon_progress
  - quorum.mesos.attributes
  - quorum.mesos.attributes.actiongroup_marathon
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  id:
    description:
      - Id of the app, like V(/shop/web). A relative id is one below V(/).
      - Wins over the id in the definition. Needed when the definition has none.
    type: str
    aliases: [name]
  state:
    description:
      - V(present) means the app exists as declared.
      - V(absent) means that the app and its instances are gone.
    type: str
    choices: [present, absent]
    default: present
  definition:
    description:
      - The definition of the app, with the fields that the REST API of Marathon takes.
      - Without O(definition) and O(src), O(instances) scales an existing app and leaves everything else alone.
    type: dict
  src:
    description:
      - File on the controller with the definition, in JSON or in YAML if its name ends in C(.yml) or C(.yaml) before a
        C(.j2) if it has one. It is looked for where M(ansible.builtin.template) and M(ansible.builtin.copy) look, in
        C(templates) and then in C(files) of the role or playbook.
      - It is templated with Jinja, with the variables of the task. Put text that has C({{), C({%) or C({#) of its own
        between C({% raw %}) and C({% endraw %}).
      - Text that is not valid JSON or YAML is refused with the line and column in the templated text.
    type: path
  instances:
    description: Number of instances. Wins over the number in the definition, where a missing one means 1.
    type: int
  merge:
    description:
      - Keep what the app has and the definition does not declare.
      - Mappings like C(env) and C(labels) are merged key by key, lists are replaced.
    type: bool
    default: false
  ignore_fields:
    description:
      - Fields that keep the value the app has, like V(instances) when an autoscaler sets it.
      - V(env.VERSION) names one key of a mapping.
      - The values of the definition are used when the app is created.
    type: list
    elements: str
    default: []
  secret_env:
    description:
      - Names of variables in C(env) whose values are secret. They are masked in the results, in the diff and in what
        Ansible logs.
      - The sources of C(secrets), the credentials of an image registry, and a password inside a URL, like one in
        C(fetch), are masked without being named.
    type: list
    elements: str
    default: []
  secret_labels:
    description:
      - Names of C(labels) whose values are secret, like the password of a proxy. They are masked like O(secret_env).
    type: list
    elements: str
    default: []
    version_added: 0.3.0
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
  wait_timeout:
    description: Seconds to wait at most.
    type: int
    default: 300
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
      constraints: [[hostname, UNIQUE]]
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

- name: Remove it
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
action:
  description: What was done, or would be done in check mode.
  returned: success, and failure after the app was written
  type: str
  choices: [created, updated, scaled, deleted, none]
  sample: updated
restarts:
  description: Whether the change replaces running instances. Any change but one of the number of instances does.
  returned: success, and failure after the app was written
  type: bool
  sample: true
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
  sample:
    - id: shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1
      host: slave1.example.com
      ports: [31001]
      state: TASK_RUNNING
      version: "2020-10-29T12:28:49.123Z"
      healthy: true
endpoints:
  description: Where the instances answer, one C(host:port) for every port of every task.
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
    - path: /constraints(0)
      errors: ["UNIQUE does not accept a value"]
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

from ansible_collections.quorum.mesos.plugins.module_utils.marathon.arguments import connection_spec, open_client
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.module import MarathonModule, secret_names
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.progress import progress_spec, reporter
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.runner import Options, Runner
from ansible_collections.quorum.mesos.plugins.module_utils.marathon.waiter import Waiter


def argument_spec():
    return dict(
        connection_spec(),
        **progress_spec(),
        id={"type": "str", "aliases": ["name"]},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        definition={"type": "dict"},
        src={"type": "path"},
        instances={"type": "int"},
        merge={"type": "bool", "default": False},
        ignore_fields={"type": "list", "elements": "str", "default": []},
        secret_env={"type": "list", "elements": "str", "default": [], "no_log": False},
        secret_labels={"type": "list", "elements": "str", "default": [], "no_log": False},
        force={"type": "bool", "default": False},
        wait={"type": "bool", "default": True},
        wait_timeout={"type": "int", "default": 300},
    )


def read_options(module):
    params = module.given
    return Options(
        present=params["state"] == "present",
        app_id=params["id"],
        definition=params["definition"],
        instances=params["instances"],
        merge=params["merge"],
        ignored=tuple(params["ignore_fields"]),
        secret_names=secret_names(params),
        force=params["force"],
        wait=params["wait"],
    )


def main():
    module = MarathonModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[("definition", "src")],
        supports_check_mode=True,
    )
    try:
        client = open_client(module)
        waiter = Waiter(client, module.params["wait_timeout"], time.monotonic, time.sleep, reporter(module))
        runner = Runner(client, waiter, read_options(module), time.sleep, module.warn)
        result = runner.run(module.check_mode)
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
