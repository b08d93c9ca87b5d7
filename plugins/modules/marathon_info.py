#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_info
short_description: Tell what runs on Marathon
version_added: 0.3.0
description:
  - Reads apps, tasks, groups, pods, deployments, the launch queue, the leader, the settings and the versions that
    Marathon keeps, and changes nothing.
  - Only what O(gather) names is asked for, with one request for each, and Marathon chooses what fits where it can.
  - What does not exist is an empty list, not an error.
  - Which questions Marathon answers, and how, is taken from C(AppsResource.scala), C(QueueResource.scala) and the
    others of its API, of Marathon 1.11.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon
  - quorum.mesos.attributes
  - quorum.mesos.attributes.actiongroup_marathon
attributes:
  check_mode:
    support: full
    details: Nothing is ever changed.
  diff_mode:
    support: none
    details: Nothing is ever changed.
  idempotent:
    support: full
options:
  gather:
    description:
      - What to read. Each is returned under its own name.
      - V(pods) needs Marathon 1.4.
      - V(versions) are those of the app or pod O(id), or of O(group), which is V(/) if neither is given. A pod costs a
        second request, because Marathon is asked for an app of that id first.
    type: list
    elements: str
    choices: [apps, tasks, groups, pods, deployments, queue, leader, info, versions]
    required: true
  id:
    description:
      - Id of one app or pod, for example V(/shop/web). A relative id is one below V(/).
      - Leaves of V(apps), V(tasks), V(pods), V(deployments), V(queue) and V(versions) what is of it.
    type: str
  group:
    description:
      - Path of a group. Leaves what is in it and in the groups below it. V(/) is all of Marathon.
      - Not together with O(id).
    type: str
  label:
    description:
      - Selector of V(apps) by their labels, in the syntax of Marathon, which is V(key) for any value, V(key==value),
        V(key!=value) for a label that has another value, V(key in (a, b\)) or V(key notin (a, b\)).
      - A comma between several means that all of them have to fit.
    type: str
  id_contains:
    description: Leaves of V(apps) those with this text in their id, in any case.
    type: str
  cmd_contains:
    description: Leaves of V(apps) those with this text in their C(cmd), in any case.
    type: str
  task_status:
    description:
      - Leaves of V(tasks) those that run, or those that are being started. Marathon itself knows these two only.
    type: str
    choices: [running, staging]
  embed:
    description:
      - What to tell beside the definitions of V(apps), and of the apps in V(groups).
      - Marathon always tells C(counts) and C(deployments) of V(apps), and with O(id) C(tasks) and C(lastTaskFailure)
        too. It tells none of it in V(groups) unless it is named here.
      - V(taskStats) needs Marathon 0.11, and Marathon 1.9 renamed what it returns to C(tasksStats).
      - V(lastUnusedOffers) is about V(queue). It tells the last offers of agents that did not fit each app, which can
        be long.
    type: list
    elements: str
    choices: [counts, deployments, lastTaskFailure, readiness, taskStats, tasks, lastUnusedOffers]
    default: []
  query:
    description:
      - An expression in JMESPath over a mapping with a member for each of O(gather). What it finds is returned as
        RV(selected), and nothing else of what was read.
      - It is checked before Marathon is asked. It sees secrets masked.
      - Needs the Python library jmespath on the host that executes the module.
    type: str
  secret_env:
    description:
      - Names of variables in C(env) and C(environment) whose values are secret. They are masked in what is returned.
      - The sources of C(secrets), the credentials of an image registry, and a password or token inside a URL are
        masked without being named.
    type: list
    elements: str
    default: []
  secret_labels:
    description: Names of C(labels) whose values are secret. They are masked like O(secret_env).
    type: list
    elements: str
    default: []
seealso:
  - module: quorum.mesos.marathon_app
  - module: quorum.mesos.marathon_export
  - plugin: quorum.mesos.marathon_endpoint
    plugin_type: lookup
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
"""

EXAMPLES = r"""
- name: Who leads, and what runs there
  quorum.mesos.marathon_info:
    url: http://marathon.example.com:8080
    gather: [leader, info]
  delegate_to: localhost

- name: Find the apps of a team, with their tasks
  quorum.mesos.marathon_info:
    url: http://marathon.example.com:8080
    gather: [apps]
    label: team==shop,stage!=test
    embed: [tasks]
    secret_env: [DATABASE_PASSWORD]
  delegate_to: localhost

- name: Find what of the shop does not have all of its instances
  quorum.mesos.marathon_info:
    url: http://marathon.example.com:8080
    gather: [apps]
    group: /shop
    embed: [counts]
    query: "apps[?tasksRunning < instances].{id: id, running: tasksRunning, wanted: instances}"
  register: short
  delegate_to: localhost

- name: Show why one app is not launched
  quorum.mesos.marathon_info:
    url: http://marathon.example.com:8080
    gather: [queue, deployments]
    id: /shop/web
    embed: [lastUnusedOffers]
  delegate_to: localhost

- name: List the hosts that run tasks
  quorum.mesos.marathon_info:
    url: http://marathon.example.com:8080
    gather: [tasks]
    task_status: running
    query: tasks[].host
  delegate_to: localhost
"""

RETURN = r"""
apps:
  description: The apps as Marathon returns them.
  returned: when O(gather) has it and O(query) is not given
  type: list
  elements: dict
  sample:
    - id: /shop/web
      cmd: ./serve
      instances: 2
      tasksRunning: 2
tasks:
  description: The tasks of apps as Marathon returns them. Those of pods are not among them; see RV(pods).
  returned: when O(gather) has it and O(query) is not given
  type: list
  elements: dict
  sample:
    - id: shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1
      appId: /shop/web
      host: slave1.example.com
      ports: [31001]
      state: TASK_RUNNING
groups:
  description:
    - Each group once, O(group) first, as Marathon returns it, but with the ids alone of the groups right below it.
  returned: when O(gather) has it and O(query) is not given
  type: list
  elements: dict
  sample:
    - id: /shop
      apps:
        - id: /shop/web
      pods: []
      groups: [/shop/data]
      dependencies: []
    - id: /shop/data
      apps: []
      pods: []
      groups: []
      dependencies: []
pods:
  description: The status of the pods as Marathon returns it, with C(spec), which is the definition, and C(instances).
  returned: when O(gather) has it and O(query) is not given
  type: list
  elements: dict
  sample:
    - id: /shop/cart
      status: STABLE
      spec:
        id: /shop/cart
      instances: []
deployments:
  description: The deployments that run as Marathon returns them. One that has ended is not among them.
  returned: when O(gather) has it and O(query) is not given
  type: list
  elements: dict
  sample:
    - id: 97c136bf-5a28-4821-9d94-480d9fbb01c8
      affectedApps: [/shop/web]
      currentStep: 1
      totalSteps: 2
queue:
  description: What waits to be launched as Marathon returns it.
  returned: when O(gather) has it and O(query) is not given
  type: list
  elements: dict
  sample:
    - app:
        id: /shop/web
      count: 1
      delay:
        timeLeftSeconds: 0
        overdue: true
leader:
  description: Address of the leading Marathon; null while there is none.
  returned: when O(gather) has it and O(query) is not given
  type: str
  sample: master1.example.com:8080
info:
  description: The version and the settings of the leading Marathon as it returns them.
  returned: when O(gather) has it and O(query) is not given
  type: dict
  sample:
    name: marathon
    version: 1.11.24
    frameworkId: 6a2e1f9c-9f0e-11ea-9d5f-0242ac110002-0000
versions:
  description: The versions that Marathon keeps of an app, pod or group, newest first.
  returned: when O(gather) has it and O(query) is not given
  type: list
  elements: str
  sample: ["2020-10-29T12:28:49.123Z", "2020-10-28T09:11:02.456Z"]
selected:
  description: What O(query) finds, of any type; null where it finds nothing.
  returned: when O(query) is given
  type: raw
  sample: [slave1.example.com, slave2.example.com]
requests:
  description: Number of HTTP requests that were sent.
  returned: success
  type: int
  sample: 1
"""

from ansible_collections.quorum.mesos.plugins.module_utils import _query as query
from ansible_collections.quorum.mesos.plugins.module_utils._marathon import secrets
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import apps as app_set
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import values
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.argument_spec import (
    connection_spec,
    open_client,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.module import MarathonModule
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.module.secret_options import (
    secret_names,
    secret_spec,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import info


def argument_spec():
    return dict(
        connection_spec(),
        **secret_spec(),
        gather={"type": "list", "elements": "str", "choices": list(info.KINDS), "required": True},
        id={"type": "str"},
        group={"type": "str"},
        label={"type": "str"},
        id_contains={"type": "str"},
        cmd_contains={"type": "str"},
        task_status={"type": "str", "choices": ["running", "staging"]},
        embed={
            "type": "list",
            "elements": "str",
            "choices": [*info.APP_EMBEDS, *info.QUEUE_EMBEDS],
            "default": [],
        },
        query={"type": "str"},
    )


def read_selection(params):
    selection = info.InfoSelection(
        kinds=tuple(params["gather"]),
        id=None if params["id"] is None else values.absolute_id(params["id"], "id"),
        group=None if params["group"] is None else app_set.group_path(params["group"], "group"),
        label=params["label"],
        id_contains=params["id_contains"],
        cmd_contains=params["cmd_contains"],
        task_status=params["task_status"],
        embed=tuple(params["embed"]),
    )
    selection.check()
    return selection


class InfoModule(MarathonModule):
    masks_likely = False


def main():
    module = InfoModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[("id", name) for name in ("group", "label", "id_contains", "cmd_contains")],
        supports_check_mode=True,
    )
    params = module.params
    expression = query.option(module)
    try:
        selection = read_selection(params)
        client = open_client(module)
        found = secrets.mask(info.gather(client, selection), secret_names(params), likely=False)
        result = found if expression is None else {"selected": expression.search(found)}
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    except query.BadQuery as error:
        module.fail_json(msg=str(error))
    module.exit_json(changed=False, requests=client.requests, **result)


if __name__ == "__main__":
    main()
