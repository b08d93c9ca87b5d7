#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_group
short_description: Manage a group of applications on Marathon
version_added: 0.3.0
description:
  - Creates, changes, scales and removes a group with the apps and groups in it, or puts back an earlier version of it.
  - A list that the definition of a group has is the whole list, as in Marathon. What C(apps) does not list is removed
    from that group, and so are, with all that is in them, the groups that C(groups) does not list, and the
    C(dependencies). A list that it does not have is left alone. See O(merge) for another rule, and O(allow_empty) for
    lists that are empty.
  - The definition of an app is complete, as with M(quorum.mesos.marathon_app).
    What Marathon does not keep of it is a warning on every run.
  - Everything is compared before the first write, and nothing is written when nothing differs. A group write of
    Marathon would remove what somebody else has put into the group meanwhile, so all apps that change are sent as one
    array, and only what was seen is removed.
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
      - Marathon checks the definitions of the apps by a dry run (1.4 and newer), and the module knows the rules that
        this leaves out. All that the run would be refused is named.
      - A warning says when Marathon could not check, because it is older or gave no answer.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details: Every run with O(scale_by) multiplies again.
options:
  id:
    description:
      - Id of the group, for example V(/shop). Wins over C(id) of the definition, and is needed where that has none.
      - V(/), the group of all that runs on this Marathon, is refused.
    type: str
    aliases: [name]
  state:
    description:
      - V(present) makes the group what O(definition), O(src), O(scale_by) or O(version) say. Without any of them it
        makes sure that there is a group, which may be empty.
      - V(absent) removes the group with all apps, pods and groups in it.
    type: str
    choices: [present, absent]
    default: present
  definition:
    description:
      - Definition of the group, with C(apps), C(groups), C(dependencies) and C(enforceRole) as the REST API of Marathon
        takes them at C(/v2/groups). Ids in it are relative to the group they are in.
      - C(dependencies) are apps and groups that are deployed before the apps of this group. One that does not exist is
        a warning, because Marathon ignores it.
      - C(enforceRole), of a top-level group with Marathon 1.9 or newer, says whether apps that are new in it get the
        name of the group as their role. It is written by a request of its own before all others, because Marathon takes
        it in no other.
      - Pods are no part of it. They stay in the group, and a group that holds one is not removed for not being listed.
    type: dict
  scale_by:
    description:
      - Multiply the number of instances of every app in the group and in the groups below it, rounded up. Pods keep
        theirs.
      - The numbers are computed from what is there at the beginning and written as such, so that a request that got
        lost can be repeated without multiplying twice, which C(scaleBy) of Marathon cannot.
    type: float
  version:
    description:
      - Put back this version of the group, with the definitions, numbers of instances, groups and dependencies that it
        had. Marathon does it in one write. It gives the group a new version.
      - The module returns versions as RV(previous_version) and RV(versions). Marathon keeps the last 50 of all groups
        together unless told otherwise (C(--zk_max_versions)).
      - Pods are put back too, but compared only as far as Marathon shows them in that version. A version with a pod
        that would stop Marathon, as M(quorum.mesos.marathon_pod) describes it, is refused.
    type: str
  merge:
    description:
      - Keep what the group and its apps have and the definition does not declare. No app and no group is removed then,
        and C(dependencies) of a group are added to those that there are.
      - In an app, mappings like C(env) and C(labels) are merged key by key, lists are replaced, and V(null) removes a
        field or a key, as in a JSON merge patch (RFC 7396). An empty list or mapping empties the field.
      - V(null) or an empty list for C(dependencies) of a group removes all of them.
    type: bool
    default: false
  allow_empty:
    description:
      - Allow a list of C(apps) or C(groups) that is empty to remove the apps that are there. Without it this fails, in
        check mode too, and names what would be removed, because a template whose loop yields nothing looks the same.
    version_added: 0.3.1
    type: bool
    default: false
  prune_limit:
    description:
      - Maximum number of apps that a definition may remove by not listing them, as a number (V(25)) or as a percentage
        of the apps in the group (V(30%)). More is refused, in check mode too, with the number and the first ids.
      - Without it, more than 10 removals that are more than half of the apps in the group are refused.
    version_added: 0.4.0
    type: str
  ignore_fields:
    description:
      - Fields of apps that keep the value an app has, for example V(instances) when an autoscaler sets it.
      - V(env.VERSION) names one key of a mapping.
      - The values of the definition are used when an app is created.
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
      - Cancel running deployments that are in the way. Otherwise the module fails and names them, before anything is
        changed and also in check mode where Marathon shows them.
    type: bool
    default: false
  wait:
    description:
      - Wait until every app that is declared, scaled or put back runs as it should, which means that no deployment of
        it is left, that the wanted number of instances runs, and, if it has health checks, that all of them are
        healthy; and until the instances of what is removed are gone.
      - The module also waits, and fails if it has to, when there was nothing to change.
      - When time is up the module fails and says for each app what Marathon waits for.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait for the whole group, in seconds, 0 or more, for all requests of the wait. Reading the
        reason of a failure takes some seconds more.
    type: int
    default: 300
seealso:
  - module: quorum.mesos.marathon_apps
    description: For a set of definitions from many files, owned by a group or by a label.
  - module: quorum.mesos.marathon_deployment
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
"""

EXAMPLES = r"""
- name: A database, and a web server that is deployed after it
  quorum.mesos.marathon_group:
    url: http://marathon.example.com:8080
    id: /shop/inner
    definition:
      groups:
        - id: back
          apps:
            - id: db
              cmd: python3 -m http.server $PORT0
              cpus: 0.1
              mem: 64
        - id: front
          dependencies: [../back]
          apps:
            - id: web
              cmd: python3 -m http.server $PORT0
              cpus: 0.1
              mem: 64
  delegate_to: localhost

- name: Add an app and leave the others alone
  quorum.mesos.marathon_group:
    url: http://marathon.example.com:8080
    id: /shop/inner/back
    definition:
      apps:
        - id: cache
          cmd: python3 -m http.server $PORT0
          cpus: 0.1
          mem: 64
    merge: true
  delegate_to: localhost
  register: extended

- name: Run twice as much of everything
  quorum.mesos.marathon_group:
    url: http://marathon.example.com:8080
    id: /shop/inner/front
    scale_by: 2
  delegate_to: localhost

- name: Put back what was there before the app was added
  quorum.mesos.marathon_group:
    url: http://marathon.example.com:8080
    id: /shop/inner/back
    version: "{{ extended.previous_version }}"
  delegate_to: localhost

- name: Remove the group and all that is in it
  quorum.mesos.marathon_group:
    url: http://marathon.example.com:8080
    id: /shop/inner
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description:
    - What runs, where and how long the change took. Of a set or group counts, then the first ten apps and pods.
    - "In check mode the plan, for example V(Plan for /shop: 1 to create, 2 to change (1 restarts), 0 to remove)."
    - The same line is shown when the task ends, unless O(progress) is off.
  returned: always
  type: str
  sample: "/shop: 1 app runs as declared, nothing to change: /shop/web: 1 of 1 running at slave1:31001"
action:
  description: What was done to the group or anything in it, or would be done in check mode.
  returned: success, and failure after the plan was made
  type: str
  choices: [created, updated, deleted, none]
  sample: updated
restarts:
  description: Whether that replaces running instances of an app.
  returned: success, and failure after the plan was made
  type: bool
  sample: true
group:
  description:
    - The whole group as it is or, after a change, as it is planned, with its apps in the form in which Marathon returns
      them and without what changes by itself. Null when there is none.
  returned: success
  type: dict
  sample:
    id: /shop
    dependencies: []
    apps:
      - id: /shop/web
        cmd: python3 -m http.server $PORT0
        cpus: 0.1
        mem: 64
        instances: 2
    groups: []
apps:
  description:
    - Every app that is declared, scaled, put back or removed, in the order of their ids.
    - After a failure those that were to change.
  returned: success, and failure after the plan was made
  type: list
  elements: dict
  contains:
    id:
      description: Id of the app.
      type: str
      returned: always
    action:
      description: One of V(created), V(updated), V(scaled), V(deleted), V(none).
      type: str
      returned: always
    restarts:
      description: Whether that replaces running instances.
      type: bool
      returned: always
  sample:
    - id: /shop/web
      action: scaled
      restarts: false
groups:
  description: Every group that is declared, put back or removed.
  returned: success, and failure after the plan was made
  type: list
  elements: dict
  contains:
    id:
      description: Id of the group.
      type: str
      returned: always
    action:
      description: One of V(created), V(updated), V(deleted), V(none).
      type: str
      returned: always
    dependencies:
      description: Apps and groups that come before it.
      type: list
      elements: str
      returned: always
  sample:
    - id: /shop
      action: none
      dependencies: []
pods:
  description: Pods that are removed with the group, or that putting back a version changes.
  returned: success, and failure after the plan was made
  type: list
  elements: str
  sample: []
removed:
  description: Ids of the apps that are removed. When a removal is refused, of those that would have been.
  returned: success, and failure after the plan was made, with O(state=present)
  type: list
  elements: str
  sample: [/shop/inner/old]
summary:
  description: What happens to how many apps, with the ids of those that are removed, at most 50.
  returned: success, and failure after the plan was made, with O(state=present)
  type: str
  sample: "apps: 1 scaled, 3 unchanged"
previous_version:
  description:
    - The version that the group had before, which O(version) puts back; null when there was no group. Marathon gives a
      group a new version with every write to anything in it.
  returned: success, and failure after the plan was made
  type: str
  sample: "2020-10-29T12:28:49.123Z"
versions:
  description: The versions of the group, the newest first.
  returned: when something was written, with O(state=present)
  type: list
  elements: str
  sample: ["2020-10-29T12:40:01.007Z", "2020-10-29T12:28:49.123Z"]
deployment_ids:
  description: The deployments that Marathon started, one for every write.
  returned: success, and failure after the plan was made
  type: list
  elements: str
  sample: ["5cd987cd-85ae-4e70-8df7-f1438367d9cb"]
requests:
  description: Number of HTTP requests that were sent; 1 when a definition differs in nothing and everything runs.
  returned: success, and failure after the plan was made
  type: int
  sample: 1
hanging:
  description: The apps that did not run as they should when the time to wait was up.
  returned: failure because the time to wait was up
  type: list
  elements: dict
  contains:
    id:
      description: Id of the app.
      type: str
      returned: always
    counts:
      description: How many instances run and are healthy.
      type: str
      returned: always
    reason:
      description: What Marathon waits for, in words.
      type: str
      returned: always
    task_endings:
      description: How many times an instance ended by itself, or was killed as unhealthy, during the wait.
      returned: always
      type: int
      version_added: 0.4.0
    task_output:
      description: The last lines that the instance that ended last wrote, or why they cannot be read.
      returned: if an instance ended during the wait, for the first three apps, and O(task_output) is on
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
      version_added: 0.4.0
  sample:
    - id: /shop/web
      counts: 0 of 2 instances run
      reason: "no offer has enough mem: one instance needs 65536 MiB of memory"
deployments:
  description: The deployments in the way, or those that still ran when the time to wait was up.
  returned: failure because of a running deployment
  type: list
  elements: str
  sample: ["97c136bf-5a28-4821-9d94-480d9fbb01c8"]
refused:
  description: The definitions that Marathon refuses, or would refuse, each with all that is wrong with it.
  returned: failure because of more than one definition
  type: list
  elements: dict
  contains:
    id:
      description: Id of the app or pod.
      type: str
      returned: always
    origin:
      description: File and place of the definition; null where it has none.
      type: str
      returned: always
    reasons:
      description: What is wrong, with the field, the value and what it must be.
      type: str
      returned: always
  sample:
    - id: /shop/web
      origin: shop/web.json
      reasons: '/instances is -1, but must be 0 or more'
  version_added: 0.4.0
details:
  description: The places in a definition that Marathon refuses and why, as it reports them.
  returned: failure because of a definition
  type: list
  elements: dict
  sample:
    - path: /constraints
      errors: ["UNIQUE does not accept a value"]
"""

import time

from ansible_collections.quorum.mesos.plugins.module_utils._marathon import kinds
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning import limit as removal_limit
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.group.removal import GroupRemoval
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.group.run import (
    GroupOptions,
    GroupRunner,
    declared_tree,
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
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.apps import SetWaiter
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.deployment import DeploymentWaiter
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.pod import PodWaiter


def argument_spec():
    return dict(
        connection_spec(),
        id={"type": "str", "aliases": ["name"]},
        state={"type": "str", "choices": ["present", "absent"], "default": "present"},
        definition={"type": "dict"},
        src={"type": "path"},
        template={"type": "bool", "default": True},
        scale_by={"type": "float"},
        version={"type": "str"},
        merge={"type": "bool", "default": False},
        allow_empty={"type": "bool", "default": False},
        prune_limit={"type": "str"},
        ignore_fields={"type": "list", "elements": "str", "default": []},
        strict={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
        **progress_spec(),
        **stay_spec(),
        **secret_spec(),
        **wait_spec(),
    )


def read_options(params):
    if params["merge"] and params["definition"] is None:
        raise MarathonError("merge is about a definition: give definition or src, or leave merge out")
    if params["state"] == "absent" and (params["scale_by"] is not None or params["version"] is not None):
        raise MarathonError("state absent removes the group, so scale_by and version contradict it: leave them out")
    return GroupOptions(
        group_id=params["id"],
        definition=None if params["definition"] is None else kinds.only(params["definition"], kinds.GROUP),
        scale_by=params["scale_by"],
        version=params["version"],
        merge=params["merge"],
        allow_empty=params["allow_empty"],
        limit=removal_limit.read(params["prune_limit"]),
        ignored=tuple(params["ignore_fields"]),
        secret_names=secret_names(params),
        strict=params["strict"],
        force=params["force"],
        wait=params["wait"],
        healthy_for=params["healthy_for"],
    )


def run(module):
    params = module.given
    options = read_options(params)
    client = open_client(module)
    progress = reporter(module)

    def deployment_waiter(seconds):
        return DeploymentWaiter(client, seconds, time.monotonic, time.sleep, progress)

    def set_waiter(read):
        return SetWaiter(
            read, client, params["wait_timeout"], time.monotonic, time.sleep, progress, outputs(module, client)
        )

    def pod_waiter(seconds):
        return PodWaiter(client, seconds, time.monotonic, time.sleep, progress, outputs(module, client))

    if params["state"] == "absent":
        runner = GroupRemoval(client, options, deployment_waiter(params["wait_timeout"]), time.sleep)
    else:
        declared = declared_tree(client, options)
        runner = GroupRunner(
            client, declared, options, set_waiter, deployment_waiter, time.sleep, module.warn, pod_waiter
        )
    return runner.run(module.check_mode)


def main():
    module = MarathonModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[("definition", "src", "scale_by", "version")],
        supports_check_mode=True,
    )
    try:
        result = run(module)
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
