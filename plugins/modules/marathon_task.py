#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_task
short_description: Kill tasks of applications on Marathon
version_added: 0.3.0
description:
  - Kills tasks by their ids, or those of an app, all of them or those on one host, and waits until others run in their
    place. With O(scale) none come in their place.
  - The tasks are chosen by a read, and killed by their ids. A task that starts meanwhile is left alone.
  - To replace the tasks of an app without a gap, use a deployment. Marathon kills all that is named here at once.
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
    details: Shows which tasks go and the number of instances. Those in their place are not known yet.
  idempotent:
    support: partial
    details: A task of O(tasks) that is gone or is being killed is no change. With O(id) every run kills what runs then.
options:
  tasks:
    description:
      - Ids of tasks, of one or of several apps. One that does not exist any more is passed over; see RV(missing).
      - Containers of pods cannot be killed one by one and are refused.
    type: list
    elements: str
  id:
    description:
      - Id of the app whose tasks are killed, for example V(/shop/web). A relative id is one below V(/).
      - One of O(id) and O(tasks) is needed. The module fails if there is no such app.
    type: str
  host:
    description: Kill only what runs on this host, by the name that Marathon has of it.
    type: str
  scale:
    description: Lower the number of instances of each app by the number of its tasks that are killed.
    type: bool
    default: false
  wipe:
    description:
      - Give up the reservations and local volumes of the tasks too. Their data is lost.
      - Not together with O(scale), which Marathon refuses.
    type: bool
    default: false
  force:
    description:
      - With O(scale), cancel a running deployment of an app that is in the way. Otherwise the module fails and names
        that deployment.
      - Without O(scale) no deployment is in the way of a kill.
    type: bool
    default: false
  wait:
    description:
      - Wait until the killed tasks are gone, the wanted number of instances runs, and, if there are health checks, all
        of them are healthy.
      - The module also waits, and fails if it has to, when there was nothing to kill.
      - When time is up the module fails and says what Marathon waits for.
    type: bool
    default: true
  wait_timeout:
    description: Maximum time to wait for all apps together, in seconds.
    type: int
    default: 300
seealso:
  - module: quorum.mesos.marathon_app
  - module: quorum.mesos.marathon_info
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
"""

EXAMPLES = r"""
- name: Run something to kill
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/worker
    definition:
      cmd: sleep 100000
      cpus: 0.1
      mem: 32
      instances: 3
  register: worker
  delegate_to: localhost

- name: Kill one task and wait for another one
  quorum.mesos.marathon_task:
    url: http://marathon.example.com:8080
    tasks: ["{{ worker.tasks[0].id }}"]
  delegate_to: localhost

- name: Kill another one and run one instance less
  quorum.mesos.marathon_task:
    url: http://marathon.example.com:8080
    tasks: ["{{ worker.tasks[1].id }}"]
    scale: true
  delegate_to: localhost

- name: Kill all that is left of the app on one host
  quorum.mesos.marathon_task:
    url: http://marathon.example.com:8080
    id: /shop/worker
    host: "{{ worker.tasks[2].host }}"
    wait_timeout: 120
  delegate_to: localhost
"""

RETURN = r"""
killed:
  description: The tasks that were killed, or would be in check mode, as they were before.
  returned: success, and failure during the wait
  type: list
  elements: dict
  contains: &task
    id:
      description: Id of the task.
      type: str
      returned: always
    app:
      description: Id of its app.
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
  sample: &tasks
    - id: shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1
      app: /shop/web
      host: slave1.example.com
      ports: [31001]
      state: TASK_RUNNING
missing:
  description: Those of O(tasks) that do not exist, or not on O(host).
  returned: success, and failure during the wait
  type: list
  elements: str
  sample: []
instances:
  description: The number of instances that is wanted of each app after the run.
  returned: success, and failure during the wait
  type: dict
  sample:
    /shop/web: 2
deployment_id:
  description: The deployment that scales the apps.
  returned: when tasks were killed with O(scale)
  type: str
  sample: 5cd987cd-85ae-4e70-8df7-f1438367d9cb
tasks:
  description: The tasks of the apps as they were read last, which is before the kill in check mode and without O(wait).
  returned: success
  type: list
  elements: dict
  contains: *task
  sample: *tasks
requests:
  description: Number of HTTP requests that were sent.
  returned: success
  type: int
  sample: 3
deployments:
  description: The deployments in the way, or those that were still running when the time to wait was up.
  returned: failure because of a running deployment
  type: list
  elements: str
  sample: ["97c136bf-5a28-4821-9d94-480d9fbb01c8"]
last_task_failure:
  description: The last failure of a task of the app that is waited for, as Marathon reports it.
  returned: failure because the time to wait was up
  type: dict
  sample:
    state: TASK_FAILED
    message: Command exited with status 1
    host: slave1.example.com
"""

import time

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import values
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
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.wait_options import wait_spec
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.task.run import TaskOptions, TaskRunner


def argument_spec():
    return dict(
        connection_spec(),
        **progress_spec(),
        **wait_spec(),
        tasks={"type": "list", "elements": "str"},
        id={"type": "str"},
        host={"type": "str"},
        scale={"type": "bool", "default": False},
        wipe={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
    )


def read_options(params):
    return TaskOptions(
        app_id=None if params["id"] is None else values.absolute_id(params["id"], "id"),
        tasks=None if params["tasks"] is None else tuple(params["tasks"]),
        host=params["host"],
        scale=params["scale"],
        wipe=params["wipe"],
        force=params["force"],
        wait=params["wait"],
        wait_timeout=params["wait_timeout"],
    )


def main():
    module = MarathonModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[("id", "tasks")],
        required_one_of=[("id", "tasks")],
        supports_check_mode=True,
    )
    try:
        options = read_options(module.params)
        runner = TaskRunner(open_client(module), options, time.monotonic, time.sleep, reporter(module))
        result = runner.run(module.check_mode)
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
