#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_apps
short_description: Manage a whole set of applications, pods and groups on Marathon
version_added: 0.3.0
description:
  - Creates and changes all apps and pods of a set with one read, one plan and, wherever Marathon allows it, one write.
    Removes the apps and pods that the set owns and does not declare any more, if asked to.
  - All definitions are read, checked and compared before the first write. A definition that cannot be read, an id
    that is declared twice or an app that is also a group changes nothing at all.
  - All changed apps are sent as one array of whole definitions (C(PUT /v2/apps?partialUpdate=false)), or with
    O(ignore_fields) of what changes (C(PUT /v2/apps)). Marathon takes or refuses it as one, and deploys it as one
    deployment, side by side or in the order of the apps' C(dependencies). As long as that deployment runs, it holds all
    apps that it changes.
  - As for M(quorum.mesos.marathon_app), a definition is complete, and nothing is written when nothing differs.
    What Marathon does not keep of it is a warning on every run, and so is a dependency on what neither the set nor
    Marathon has, because Marathon ignores it.
  - In check mode, and before a run that takes more than one write, Marathon itself checks all new and changed
    definitions by a dry run of their groups, which stores nothing (C(PUT /v2/groups?dryRun=true)). What it would
    refuse fails the module while nothing is changed. Where the user may not do that, check mode goes on with a warning.
  - Marathon before 1.4 replaces no whole definitions. There, and wherever a release needs it, apps are written one by
    one, what others depend on first, and there is no dry run.
  - Marathon takes each pod by a request of its own, which is a deployment of its own, and has no dry run of pods. A pod
    depends on what its groups depend on. What has to run before or behind it is waited for between the writes, unless
    O(wait=false).
  - What one write may change at once follows C(GroupsResource.scala) and C(GroupManagerImpl.scala) of Marathon 1.11.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon
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
      - Marathon checks the definitions of apps by a dry run of their groups (1.4 and newer). The module knows the rules
        that this leaves out, and those for pods, which have no dry run. All that the run would be refused is named.
      - A warning says when Marathon could not check, because it is older or gave no answer.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  definitions:
    description:
      - Definitions of apps, with the fields that the REST API of Marathon takes, in the new or in the old form.
      - An element with C(containers) is a pod, with the fields that C(/v2/pods) takes.
      - An element with C(apps), C(pods) or C(groups) is a group. Ids in it are relative to it, as in C(/v2/groups). Of
        the group itself only C(dependencies) is managed; without C(dependencies) it has none. What a group lists is not
        the whole of its content, see O(prune).
      - Every definition needs an C(id). A relative one is below V(/), or below its group.
      - A saved answer of C(/v2/apps), of an app, of a group or of the status of a pod is read as what is in it. An
        C(enforceRole) that differs from that of the group is refused, because M(quorum.mesos.marathon_group) sets it.
      - Put a large set into files and use O(src). Ansible reads and templates a large variable several
        times, which takes longer than the comparison with Marathon.
    type: list
    elements: dict
    default: []
  src:
    description:
      - Files on the controller with definitions, in JSON, or in YAML if their name ends in C(.yml) or C(.yaml) before a
        C(.j2) if it has one. A file holds one app, one pod, one group, or a list of them.
      - A directory stands for all files C(*.json), C(*.yml) and C(*.yaml) in it, also with C(.j2) behind, in the order
        of their names; for those in its sub-directories too if O(recurse) is set. Hidden files and directories, whose
        names begin with a dot, are never read.
      - An entry of a directory that looks like a definition but is not read, such as a link to a missing file, a name
        in upper case (C(web.JSON)), C(web.json.disabled) or, without O(recurse), a sub-directory with definitions, is
        reported as a warning. With O(prune), which would remove its apps, it is an error.
      - They are looked for where M(ansible.builtin.template) and M(ansible.builtin.copy) look, in C(templates) and then
        in C(files) of the role or playbook.
      - They are templated with Jinja, with the variables of the task. Put text that has C({{) or C({%) of its own
        between C({% raw %}) and C({% endraw %}), or set O(template=false). Unlike elsewhere, C({#) is text, because
        shell commands have it (C(${#name})).
      - Text that is not valid JSON or YAML is refused with its file, line and column. So are a key that is there twice
        and a key of YAML that is no text (C(NO:)). A YAML file may hold several documents.
      - In YAML, words below C(env), C(environment), C(labels), C(parameters), C(options), C(args), C(argv) and
        C(constraints), and single values that are text to Marathon, like C(image) and C(user), are text as they are
        written, for example V(NO), V(1.10) or V(0644), without quotes too.
    type: list
    elements: path
    default: []
  template:
    description: Template the files of O(src) with Jinja.
    type: bool
    default: true
    version_added: 0.4.0
  recurse:
    description:
      - Also read the sub-directories of a directory in O(src), in the order of their names.
    version_added: 0.3.1
    type: bool
    default: false
  origins:
    description:
      - Where each element of O(definitions) comes from, for messages. Filled in from O(src); not meant for playbooks.
    type: list
    elements: str
    default: []
  blank:
    description:
      - Files of O(src) that hold an empty list. Filled in from O(src); not meant for playbooks.
    version_added: 0.3.1
    type: list
    elements: str
    default: []
  owner_group:
    description:
      - Path of a group. Everything in it, also in groups below it, belongs to this set; V(/) is all of Marathon.
      - All that is declared has to be in it.
    type: str
  owner_label:
    description:
      - A label as V(key=value). Every app and pod of the set gets it, and every one with it belongs to this set.
      - A label is set without a cost when an app is created. To add it to an app that runs replaces all instances of
        the app, as Marathon does for any changed label, so that is refused as long as O(adopt) is not set.
      - An app with another value of the label belongs to another set, and is never taken from that.
    type: str
  other_owner_keys:
    description:
      - Keys of the labels by which other sets own their apps, which is what stands before C(=) in their O(owner_label).
      - With O(owner_group), an undeclared app with such a label is not removed by O(prune) and is named in a warning,
        unless a declared app has the same label with the same value.
    type: list
    elements: str
    default: [quorum_owner, owner]
    version_added: 0.3.1
  adopt:
    description: Add the label of O(owner_label) to declared apps that exist without it, even if that restarts them.
    type: bool
    default: false
  prune:
    description:
      - Remove apps that belong to this set according to O(owner_group) or O(owner_label) and are not declared.
        Nothing else is ever removed.
      - The same applies to pods, as long as at least one is declared. Where no pod is declared, pods that would be
        removed are kept and named in a warning, unless O(allow_empty) is set.
      - With O(owner_group), a group in which nothing is left goes too, with one write for all apps in it.
      - What is to be removed is read again just before. A group into which an app, a group or a pod came meanwhile is
        kept, and its apps are removed one by one. An app that meanwhile got the label of another set is kept.
      - Removals are sent after all changes were accepted. Only an app whose id a declared group takes over goes
        before.
    type: bool
    default: false
  prune_limit:
    description:
      - Maximum number of apps, and of pods, that O(prune) may remove, as a number (V(25)) or as a percentage of those
        that the set owns (V(30%)). More is refused, in check mode too, with the number and the first ids.
      - Without it, more than 10 removals that are more than half of the apps that the set owns are refused, also
        with O(allow_empty).
    version_added: 0.3.1
    type: str
  allow_empty:
    description:
      - Allow O(prune) to remove apps although no app at all is declared, although a file of O(src) holds an empty list,
        or although the apps are in a declared group whose C(apps) and C(groups) are empty. Without it this fails, in
        check mode too, and names what would be removed, because a template whose loop yields nothing looks the same.
      - Also allow O(prune) to remove pods although no pod is declared, although a file of O(src) holds an empty list,
        or although they are in a declared group whose C(pods) or C(groups) are empty.
      - Also allow a directory in O(src) that holds no definition.
    type: bool
    default: false
  ignore_fields:
    description:
      - Fields that keep the value an app has, like V(instances) when an autoscaler sets it. This holds for all apps.
      - V(env.VERSION) names one key of a mapping.
      - V(instances) and fields that have the same name apply to pods too; V(environment.VERSION) is one of pods.
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
      - Cancel running deployments of the apps that are to change or to be removed. Otherwise the module fails before
        anything is changed, also in check mode, and names those apps and deployments.
    type: bool
    default: false
  wait:
    description:
      - Wait until every declared app runs as declared, which means that no deployment of it is left, that the wanted
        number of instances runs, and, if it has health checks, that all of them are healthy; until every declared pod
        has all its instances stable; and until the instances of what is removed are gone.
      - The module also waits, and fails if it has to, when there was nothing to change.
      - When time is up the module fails and says for each app and pod what Marathon waits for.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait for the whole set, in seconds, 0 or more, for all requests of the wait. Reading the reason
        of a failure takes some seconds more. Also the time for which the module goes on trying when Marathon runs as
        many deployments as its C(--max_running_deployments) allows.
    type: int
    default: 300
notes:
  - Where a definition has C(executorResources), its app is written by a request of its own, because Marathon drops
    that field from arrays.
seealso:
  - module: quorum.mesos.marathon_app
  - module: quorum.mesos.marathon_pod
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
"""

EXAMPLES = r"""
- name: An app and a pod in one set
  quorum.mesos.marathon_apps:
    url: http://marathon.example.com:8080
    definitions:
      - id: /shop/stock
        cmd: python3 -m http.server $PORT0
        cpus: 0.1
        mem: 64
      - id: /shop/sidecar
        containers:
          - name: main
            exec: {command: {shell: sleep 1000000}}
            resources: {cpus: 0.1, mem: 32}
        networks: [{mode: host}]
  delegate_to: localhost

- name: Deploy all definitions of a directory and remove what was taken out of it
  quorum.mesos.marathon_apps:
    url: http://marathon.example.com:8080
    src: ["{{ playbook_dir }}/apps"]
    recurse: true
    owner_group: /shop
    prune: true
  delegate_to: localhost

- name: A database, and two web servers that start when it runs
  quorum.mesos.marathon_apps:
    url: http://marathon.example.com:8080
    definitions:
      - id: /shop/backend
        apps:
          - id: db
            cmd: python3 -m http.server $PORT0
            cpus: 0.1
            mem: 64
      - id: /shop/frontend
        dependencies: [../backend]
        apps:
          - id: web
            cmd: python3 -m http.server $PORT0
            cpus: 0.1
            mem: 64
            instances: 2
    wait_timeout: 600
  delegate_to: localhost

- name: Own apps anywhere by a label, and leave their number of instances to an autoscaler
  quorum.mesos.marathon_apps:
    url: http://marathon.example.com:8080
    src:
      - "{{ playbook_dir }}/team-a.yml"
      - "{{ playbook_dir }}/team-b.json"
    owner_label: quorum_owner=shop
    ignore_fields: [instances]
    prune: true
  delegate_to: localhost

- name: Remove all apps of the shop
  quorum.mesos.marathon_apps:
    url: http://marathon.example.com:8080
    owner_group: /shop
    prune: true
    allow_empty: true
  delegate_to: localhost
"""

RETURN = r"""
msg:
  description:
    - What runs, where and how long the change took. Of a set or group counts, then the first ten apps and pods.
    - "In check mode the plan, for example V(Plan: 1 to create, 2 to change (1 restarts), 0 to remove)."
    - The same line is shown when the task ends, unless O(progress) is off.
  returned: always
  type: str
  sample: "1 app runs as declared after 3 s (1 created, 0 changed, 0 removed): /web: 1 of 1 running at slave1:31001"
summary:
  description:
    - The plan; how many apps and pods are created, changed and removed, with the ids of those that are removed, at most
      50. In parentheses, of how many the running instances are replaced.
    - The same line is shown before the first write.
  returned: success, and failure after the plan was made
  type: str
  sample: "Plan: 1 to create, 2 to change (2 restarts), 1 to remove (/shop/old), 996 unchanged"
removed:
  description: Ids of the apps and pods that are removed. When a removal is refused, of those that would have been.
  returned: success, failure after the plan was made, and failure because of a removal
  type: list
  elements: str
  sample: [/shop/old]
apps:
  description:
    - Every declared app and every removed one, in the order of their ids. After a failure those that were to change.
  returned: success, and failure after the plan was made
  type: list
  elements: dict
  contains:
    id:
      description: Id of the app.
      type: str
      returned: always
    action:
      description:
        - What is done to it, or would be in check mode; one of V(created), V(updated), V(scaled), V(deleted), V(none).
      type: str
      returned: always
    fields:
      description:
        - Names of the fields in which it differs from its definition, for example V(env.LEVEL). A list is one field.
      type: list
      elements: str
      returned: always
      version_added: 0.7.0
    restarts:
      description: Whether that replaces running instances.
      type: bool
      returned: always
    adopted:
      description: Whether it existed without the label of O(owner_label).
      type: bool
      returned: always
    origin:
      description: The file, or the element of O(definitions), that declares it; null for a removed one.
      type: str
      returned: always
  sample:
    - id: /shop/frontend/web
      action: updated
      fields: [container.docker.image, env.LEVEL]
      restarts: true
      adopted: false
      origin: apps/web.json
pods:
  description:
    - Every declared pod and every removed one, in the order of their ids. After a failure those that were to change.
  returned: success, and failure after the plan was made
  type: list
  elements: dict
  contains:
    id:
      description: Id of the pod.
      type: str
      returned: always
    action:
      description: As for RV(apps).
      type: str
      returned: always
    fields:
      description:
        - Names of the fields in which it differs from its definition, for example V(env.LEVEL). A list is one field.
      type: list
      elements: str
      returned: always
      version_added: 0.7.0
    restarts:
      description: Whether that replaces running instances.
      type: bool
      returned: always
    adopted:
      description: Whether it existed without the label of O(owner_label).
      type: bool
      returned: always
    origin:
      description: The file, or the element of O(definitions), that declares it; null for a removed one.
      type: str
      returned: always
  sample:
    - id: /shop/sidecar
      action: created
      fields: []
      restarts: false
      adopted: false
      origin: apps/sidecar.yml
groups:
  description:
    - Every declared group, and every group that is removed as a whole. After a failure those that were to change.
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
    - id: /shop/frontend
      action: none
      dependencies: [/shop/backend]
deployment_ids:
  description: The deployments that Marathon started, one for every write.
  returned: success, and failure after the plan was made
  type: list
  elements: str
  sample: ["5cd987cd-85ae-4e70-8df7-f1438367d9cb"]
requests:
  description: Number of HTTP requests that were sent; 1 when nothing differs and everything runs.
  returned: success, and failure after the plan was made
  type: int
  sample: 1
hanging:
  description: The apps and pods that did not run as declared when the time to wait was up.
  returned: failure because the time to wait was up
  type: list
  elements: dict
  contains:
    id:
      description: Id of the app or pod.
      type: str
      returned: always
    counts:
      description: How many instances run and are healthy; of a pod, how many are stable.
      type: str
      returned: always
    reason:
      description: What Marathon waits for, in words.
      type: str
      returned: always
    deployments:
      description: The deployments that hold it.
      type: list
      elements: str
      returned: always
    termination_history:
      description: The C(terminationHistory) of the pod, as Marathon returns it.
      type: list
      elements: dict
      returned: for a pod
      version_added: 0.4.0
    task_endings:
      description: How many times an instance ended by itself, or was killed as unhealthy, during the wait.
      returned: always
      type: int
      version_added: 0.4.0
    task_output:
      description: The last lines that the instance that ended last wrote, or why they cannot be read.
      returned: if an instance ended during the wait, for the first three, and O(task_output) is on
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
    last_task_failure:
      description: The last failure of a task, as Marathon reports it; null when there was none.
      type: dict
      returned: for an app
  sample:
    - id: /shop/frontend/web
      counts: 0 of 2 instances run
      reason: "no offer has enough mem: one instance needs 65536 MiB of memory"
      deployments: ["5cd987cd-85ae-4e70-8df7-f1438367d9cb"]
      last_task_failure: null
strangers:
  description: Apps and pods that exist without the label of O(owner_label).
  returned: failure because O(adopt) is not set
  type: list
  elements: str
  sample: [/shop/web]
deployments:
  description: The deployments in the way, or those of removed apps that still ran when the time to wait was up.
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

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning import limit as removal_limit
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.planning.plan import Rules
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.apps.run import SetOptions, SetRunner
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import apps as app_set
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition.apps import Source
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
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import ownership
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.apps import SetWaiter


def argument_spec():
    return dict(
        connection_spec(),
        definitions={"type": "list", "elements": "dict", "default": []},
        src={"type": "list", "elements": "path", "default": []},
        template={"type": "bool", "default": True},
        recurse={"type": "bool", "default": False},
        origins={"type": "list", "elements": "str", "default": []},
        blank={"type": "list", "elements": "str", "default": []},
        owner_group={"type": "str"},
        owner_label={"type": "str"},
        other_owner_keys={
            "type": "list",
            "elements": "str",
            "default": ["quorum_owner", "owner"],
            "no_log": False,
        },
        adopt={"type": "bool", "default": False},
        prune={"type": "bool", "default": False},
        prune_limit={"type": "str"},
        allow_empty={"type": "bool", "default": False},
        ignore_fields={"type": "list", "elements": "str", "default": []},
        strict={"type": "bool", "default": False},
        force={"type": "bool", "default": False},
        **progress_spec(),
        **stay_spec(),
        **secret_spec(),
        **wait_spec(),
    )


def read_sources(params):
    definitions, origins = params["definitions"], params["origins"]
    if len(origins) != len(definitions):
        origins = [f"definitions[{index}]" for index in range(len(definitions))]
    return list(map(Source, definitions, origins))


def read_options(params):
    return SetOptions(
        rules=Rules(
            owner=ownership.read(params["owner_group"], params["owner_label"], tuple(params["other_owner_keys"])),
            adopt=params["adopt"],
            prune=params["prune"],
            allow_empty=params["allow_empty"],
            blank=tuple(params["blank"]),
            limit=removal_limit.read(params["prune_limit"]),
            ignored=tuple(params["ignore_fields"]),
        ),
        secret_names=secret_names(params),
        strict=params["strict"],
        force=params["force"],
        wait=params["wait"],
        healthy_for=params["healthy_for"],
    )


def main():
    module = MarathonModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[("owner_group", "owner_label")],
        supports_check_mode=True,
    )
    params = module.given
    if params["prune"] and not (params["owner_group"] or params["owner_label"]):
        module.fail_json(msg="prune needs to know what this set owns: give owner_group or owner_label")
    try:
        declared = app_set.build(read_sources(params))
        client = open_client(module)

        def waiter(read):
            return SetWaiter(
                read,
                client,
                params["wait_timeout"],
                time.monotonic,
                time.sleep,
                reporter(module),
                outputs(module, client),
            )

        runner = SetRunner(client, declared, read_options(params), waiter, time.sleep, module.warn)
        result = runner.run(module.check_mode)
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
