# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: _kubernetes_missing_secrets
short_description: "[INTERNAL] Name the Secrets that a cluster of Kubernetes does not have"
version_added: 0.9.0
description:
  - Without them pods would wait, and nothing would say so until the wait ends.
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: The C(secrets) of the filter C(_kubernetes_manifests).
    type: list
    elements: dict
    required: true
  there:
    description: The Secrets of the cluster, of which the names are read.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
problem: "{{ manifests.secrets | quorum.mesos._kubernetes_missing_secrets(found.resources) }}"
"""

RETURN = r"""
_value:
  description: One sentence; empty where nothing is missing.
  type: str
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._translate.apply import cluster


class FilterModule:
    """kubernetes_missing_secrets"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"_kubernetes_missing_secrets": cluster.missing}
