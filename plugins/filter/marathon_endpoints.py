# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon_endpoints
short_description: Tell where the tasks of an app answer
version_added: 0.3.0
description:
  - What P(quorum.mesos.marathon_endpoint#lookup) finds out by asking Marathon, out of an app that was read already.
  - Tasks that do not run have no endpoint.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: An app as Marathon returns it together with its tasks, as C(/v2/apps?embed=apps.tasks) does.
    type: dict
    required: true
seealso:
  - plugin: quorum.mesos.marathon_endpoint
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Read all apps in one request
  ansible.builtin.uri:
    url: http://marathon.example.com:8080/v2/apps?embed=apps.tasks
  register: marathon

- name: Show where each app answers
  ansible.builtin.debug:
    msg: "{{ item | quorum.mesos.marathon_endpoints | map(attribute='address') | join(' ') }}"
  loop: "{{ marathon.json.apps }}"
  loop_control:
    label: "{{ item.id }}"
"""

RETURN = r"""
_value:
  description:
    - One mapping for every port of every running task, by host and port. C(host) and C(port) are the two parts of
      C(address); C(index) counts the ports of the app from 0; C(name) is null for a port without one, C(healthy) is
      null for an app without health checks.
  type: list
  elements: dict
  sample:
    - app_id: /shop/web
      task_id: shop_web.instance-6a2e1f9c-9f0e-11ea-9d5f-0242ac110002._app.1
      address: "slave1.example.com:31001"
      host: slave1.example.com
      port: 31001
      index: 0
      name: http
      protocol: tcp
      healthy: true
"""

import typing as t
from dataclasses import asdict

from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import endpoints


def marathon_endpoints(app: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    if "tasks" not in app:
        raise AnsibleFilterError("marathon_endpoints: the app has no tasks with it: read it with embed=apps.tasks")
    try:
        return [{**asdict(found), "address": found.address} for found in endpoints.endpoints(app)]
    except MarathonError as error:
        raise AnsibleFilterError(f"marathon_endpoints: {error}") from error


class FilterModule:
    """marathon_endpoints"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"marathon_endpoints": marathon_endpoints}
