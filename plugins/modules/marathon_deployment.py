#!/usr/bin/python
# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: marathon_deployment
short_description: Wait for running deployments of Marathon, end them or have them undone
version_added: 0.3.0
description:
  - Picks running deployments by their ids, or by what they change, and waits until they are over, ends them where they
    stand, or has Marathon undo them.
  - Marathon lists a deployment as long as it runs, and then forgets it, together with how it ended. So this module
    tells that deployments are over, not that the apps run; for that, wait with M(quorum.mesos.marathon_app) or
    M(quorum.mesos.marathon_apps).
  - What cancelling and rolling back do is taken from C(DeploymentsResource.scala) and C(DeploymentPlanReverter.scala)
    of Marathon 1.11.
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
    details: Does not wait in check mode.
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - What is over is not ended again, so with O(id) a second run changes nothing.
      - To undo is a deployment of its own, of the same apps. With O(app) or O(group), a second O(state=rolled_back)
        while that still runs would undo the undoing.
options:
  id:
    description:
      - Ids of deployments, like those that the other modules return. One that is over already, or that never was, is
        fine; so is an empty list.
    type: list
    elements: str
  app:
    description: Id of an app or a pod. It stands for the deployment that changes it.
    type: str
    aliases: [pod]
  group:
    description:
      - Id of a group. It stands for all deployments that change an app or a pod in it or in a group below it, V(/) for
        all deployments.
      - Such a deployment may change others as well, and is undone as a whole.
    type: str
  state:
    description:
      - V(finished) waits until the deployments are over. With O(app) and O(group) those count too that begin during the
        wait.
      - V(cancelled) ends them where they stand (C(DELETE /v2/deployments/{id}?force=true)). The definitions stay as
        they were deployed, and the instances a mixture of old and new ones. Marathon only keeps up their number from
        then on; to go on, deploy again.
      - V(rolled_back) has Marathon undo them by a new deployment (C(DELETE /v2/deployments/{id})). Changed apps get
        back the definition from before, new ones are removed, and removed ones come back.
    type: str
    choices: [finished, cancelled, rolled_back]
    default: finished
  wait:
    description:
      - Wait until the deployments are over, with O(state=rolled_back) those that undo them too. When time is up the
        module fails and says what Marathon waits for.
      - With V(false), O(state=finished) only lists them.
    type: bool
    default: true
  wait_timeout:
    description: Maximum time to wait, in seconds.
    type: int
    default: 300
seealso:
  - module: quorum.mesos.marathon_app
  - module: quorum.mesos.marathon_apps
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
  - name: Troubleshooting
    link: https://quorum.example.org/mesos/site/docs/troubleshooting.html
    description: The messages that people meet most, with cause and remedy.
"""

EXAMPLES = r"""
- name: Go on when nothing in the shop is being deployed any more
  quorum.mesos.marathon_deployment:
    url: http://marathon.example.com:8080
    group: /shop
    wait_timeout: 600
  delegate_to: localhost

- name: Deploy without waiting, and undo it when the smoke test fails
  delegate_to: localhost
  block:
    - name: Deploy
      quorum.mesos.marathon_app:
        url: http://marathon.example.com:8080
        src: "{{ playbook_dir }}/apps/web.json"
        wait: false
      register: deployed

    - name: Look whether it answers
      ansible.builtin.uri:
        url: http://web.example.com/
      register: answer
      until: answer is succeeded
      retries: 10
      delay: 5
  rescue:
    - name: Undo it if it still runs
      quorum.mesos.marathon_deployment:
        url: http://marathon.example.com:8080
        id: ["{{ deployed.deployment_id }}"]
        state: rolled_back
      when: deployed.deployment_id is defined

- name: End what hangs, and leave everything as it is
  quorum.mesos.marathon_deployment:
    url: http://marathon.example.com:8080
    app: /shop/web
    state: cancelled
  delegate_to: localhost
"""

RETURN = r"""
deployments:
  description: The deployments that were picked, as they stood at the first look; empty when none ran.
  returned: success, and failure after they were read
  type: list
  elements: dict
  contains:
    id:
      description: Id of the deployment.
      type: str
      returned: always
    affected:
      description: The apps and pods that it changes.
      type: list
      elements: str
      returned: always
    step:
      description: Number of the step that it is at; 0 directly after it was created.
      type: int
      returned: always
    steps:
      description: How many steps it has.
      type: int
      returned: always
    actions:
      description: What is done in that step.
      type: list
      elements: str
      returned: always
    version:
      description: The time of the change, which is the version of what is deployed.
      type: str
      returned: always
  sample:
    - id: 97c136bf-5a28-4821-9d94-480d9fbb01c8
      affected: [/shop/web]
      step: 1
      steps: 1
      actions: [RestartApplication /shop/web]
      version: "2020-10-29T12:28:49.123Z"
rollback_deployment_ids:
  description: The deployments that undo them.
  returned: success, and failure after they were read
  type: list
  elements: str
  sample: [0b4f9b41-3ef5-4a56-b0e6-d0e2f0c0c9a5]
requests:
  description: Number of HTTP requests that were sent.
  returned: success, and failure after they were read
  type: int
  sample: 1
hanging:
  description: The apps and pods that the deployments wait for, at most five.
  returned: failure because the time to wait was up
  type: list
  elements: dict
  contains:
    id:
      description: Id of the app or pod.
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
  sample:
    - id: /shop/web
      counts: 0 of 2 instances run
      reason: "no offer has enough mem: one instance needs 65536 MiB of memory"
"""

import time

from ansible_collections.quorum.mesos.plugins.module_utils._marathon.deployment import run
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.deployment.run import DeploymentRunner
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
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.wait.deployment import DeploymentWaiter


def argument_spec():
    return dict(
        connection_spec(),
        id={"type": "list", "elements": "str"},
        app={"type": "str", "aliases": ["pod"]},
        group={"type": "str"},
        state={"type": "str", "choices": ["finished", "cancelled", "rolled_back"], "default": "finished"},
        **progress_spec(),
        **wait_spec(),
    )


def main():
    module = MarathonModule(
        argument_spec=argument_spec(),
        mutually_exclusive=[("id", "app", "group")],
        required_one_of=[("id", "app", "group")],
        supports_check_mode=True,
    )
    params = module.given
    try:
        selected = run.selection(params["id"], params["app"], params["group"])
        client = open_client(module)
        waiter = DeploymentWaiter(client, params["wait_timeout"], time.monotonic, time.sleep, reporter(module))
        runner = DeploymentRunner(client, waiter, selected, params["state"], params["wait"], time.sleep)
        result = runner.run(module.check_mode)
    except MarathonError as error:
        module.fail_json(msg=str(error), **error.facts)
    module.exit_json(**result)


if __name__ == "__main__":
    main()
