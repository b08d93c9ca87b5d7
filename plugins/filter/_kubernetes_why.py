# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _kubernetes_why
short_description: "[INTERNAL] Explain why the pods of a workload are not ready"
version_added: 0.9.0
description:
  - From what a cluster of Kubernetes returns of the workload, its pods and their events.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: A Deployment, StatefulSet or DaemonSet as the cluster has it.
    type: dict
    required: true
  pods:
    description: Its pods.
    type: list
    elements: dict
    required: true
  events:
    description: The events of its namespace.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
reason: "{{ workload | quorum.mesos._kubernetes_why(pods.resources, events.resources) }}"
"""

RETURN = r"""
_value:
  description: Sentences with cause and remedy.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._translate.apply import rollout


class FilterModule:
    """kubernetes_why"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_kubernetes_why": rollout.why}
