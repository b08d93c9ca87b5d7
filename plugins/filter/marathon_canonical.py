# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon_canonical
short_description: Write the definition of an app as Marathon returns it
version_added: 0.3.0
description:
  - Translates a definition in any form since Marathon 0.8 (C(container.docker.network), C(ports), C(uris),
    C(ipAddress), an empty third element of C(UNIQUE)) to the form that Marathon returns since 1.5, with all that it
    fills in.
  - Ports that Marathon assigns are 0. Fields that it only reports, for example C(tasks), are left out.
  - Two definitions are the same app if and only if this makes them equal.
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: release
options:
  _input:
    description: The definition of one app, or an app as Marathon returns it.
    type: dict
    required: true
  release:
    description: The release of Marathon whose defaults are filled in, for example V(1.7). Without it, that of 1.11.
    type: str
seealso:
  - plugin: quorum.mesos.marathon_minimal
    plugin_type: filter
"""

EXAMPLES = r"""
- name: See what Marathon will make of an old file
  ansible.builtin.debug:
    msg: "{{ lookup('ansible.builtin.file', 'nginx.json') | from_json | quorum.mesos.marathon_canonical }}"

- name: Compare an old file and its new form
  ansible.builtin.assert:
    that: old | quorum.mesos.marathon_canonical == new | quorum.mesos.marathon_canonical
  vars:
    old: "{{ lookup('ansible.builtin.file', 'nginx.json') | from_json }}"
    new: "{{ lookup('ansible.builtin.file', 'nginx-1.5.json') | from_json }}"
"""

RETURN = r"""
_value:
  description: The definition in the form in which Marathon returns it.
  type: dict
  sample: {"id": "/a", "cmd": "sleep 1000", "cpus": 1.0, "networks": [{"mode": "host"}]}
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app_fields,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError


def marathon_canonical(definition: dict[str, t.Any], release: str | None = None) -> dict[str, t.Any]:
    try:
        return app_definition.canonical_app(
            definition, app_fields.parse_release(release) if release else app_fields.NEWEST
        )
    except MarathonError as error:
        raise AnsibleFilterError(f"marathon_canonical: {error}") from error


class FilterModule:
    """marathon_canonical"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"marathon_canonical": marathon_canonical}
