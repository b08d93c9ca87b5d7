# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon_minimal
short_description: Leave out what Marathon fills in
version_added: 0.3.0
description:
  - Makes the shortest definition of an app that is still the same app, out of an app as Marathon returns it or out of
    any longer definition.
  - A service port that Marathon has assigned stays, because somebody may have written it down. A port that Marathon
    has given to an app without any is left out, and so is the role V(*).
author:
  - quorum.mesos contributors (@quorum-mesos)
positional: release
options:
  _input:
    description: An app as Marathon returns it, or the definition of one.
    type: dict
    required: true
  release:
    description: The release of Marathon whose defaults are left out, for example V(1.7). Without it, those of 1.11.
    type: str
seealso:
  - module: quorum.mesos.marathon_export
  - plugin: quorum.mesos.marathon_canonical
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Read the app
  quorum.mesos.marathon_app:
    url: http://marathon.example.com:8080
    id: /shop/web
    instances: 2
  check_mode: true
  delegate_to: localhost
  register: web

- name: Show the definition that one would write
  ansible.builtin.debug:
    msg: "{{ web.app | quorum.mesos.marathon_minimal | ansible.builtin.to_nice_yaml }}"
"""

RETURN = r"""
_value:
  description: The definition, its fields in the order of Marathon's documentation.
  type: dict
  sample: {"id": "/a", "cmd": "sleep 1000", "mem": 32.0}
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app_fields
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import export


def marathon_minimal(app: dict[str, t.Any], release: str | None = None) -> dict[str, t.Any]:
    try:
        return export.minimal(app, app_fields.parse_release(release) if release else app_fields.NEWEST)
    except MarathonError as error:
        raise AnsibleFilterError(f"marathon_minimal: {error}") from error


class FilterModule:
    """marathon_minimal"""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        return {"marathon_minimal": marathon_minimal}
