# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _kubernetes_manifests
short_description: "[INTERNAL] Read the manifests that the playbook translate wrote"
version_added: 0.9.0
description:
  - The objects in the order in which they are applied, and what they need of the cluster.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: A directory of the controller.
    type: path
    required: true
  namespace:
    description: The namespace of objects that name none.
    type: str
    default: default
"""

EXAMPLES = r"""
manifests: "{{ kubernetes_dir | quorum.mesos._kubernetes_manifests }}"
"""

RETURN = r"""
_value:
  description: Their C(objects), C(workloads), C(secrets) and C(namespaces).
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.quorum.mesos.plugins.module_utils._translate.apply import cluster


def kubernetes_manifests(directory: str, namespace: str = "") -> dict[str, t.Any]:
    try:
        # A command may have {{ of its own, which is no template here.
        found = wrap_var(cluster.read(directory, namespace))
    except cluster.BadManifest as error:
        raise AnsibleFilterError(str(error)) from error
    return {
        "objects": found,
        "workloads": cluster.workloads(found),
        "secrets": cluster.secrets(found),
        "namespaces": cluster.namespaces(found),
    }


class FilterModule:
    """kubernetes_manifests"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_kubernetes_manifests": kubernetes_manifests}
