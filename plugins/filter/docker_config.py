# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: docker_config
short_description: Make Docker's config.json from credentials
version_added: 0.2.0
description:
  - The content of a C(config.json) with the credentials of registries, as Docker keeps them, and as the agent of Mesos
    takes them by its flag C(docker_config).
author:
  - quorum.mesos contributors (@quorum-mesos)
options:
  _input:
    description: Dictionaries with C(registry), C(username) and C(password).
    type: list
    elements: dict
    required: true
seealso:
  - name: The role docker
    link: https://quorum.example.org/mesos/site/roles/docker/README.html
    description: Three ways by which tasks get the credentials of a private registry.
"""

EXAMPLES = r"""
mesos_slave_docker_config: "{{ docker_registry_credentials | quorum.mesos.docker_config }}"
"""

RETURN = r"""
_value:
  description: The content; empty where there are no credentials.
  type: dict
"""

import typing as t

from ansible_collections.quorum.mesos.plugins.module_utils._docker import credentials


def docker_config(items: t.Iterable[t.Mapping[str, str]]) -> dict[str, t.Any]:
    return credentials.config(items)


class FilterModule:
    """docker_config"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"docker_config": docker_config}
