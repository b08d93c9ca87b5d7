# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon_endpoint
short_description: Find out where apps on Marathon answer
version_added: 0.3.0
description:
  - Returns C(host:port) for the ports of the running tasks of apps, which are named by their ids or chosen by labels.
  - A port of a bridge or of the host's network stands with the host of the agent. A port that a container network gives
    to the container alone stands with the container's own address.
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon_plugin
options:
  _terms:
    description:
      - Ids of apps, like V(/shop/web). A relative id is one below V(/).
      - An app that does not exist is an error. One that has no task yet, or no healthy one, has no endpoint.
    type: list
    elements: str
  label:
    description:
      - Choose apps by their labels instead, with a label selector of Marathon like V(tier==web,team in (shop,search\)).
      - V(key) alone asks for the label, a comma means and. The operators are C(==), C(!=), C(in) and C(notin).
      - Marathon itself selects the apps.
    type: str
  port_index:
    description:
      - Only this port of each task, counted from 0 in the order of C(portDefinitions) or C(portMappings).
      - An app named by its id that has no such port is an error. With O(label) such an app is left out.
      - Mutually exclusive with O(port_name).
    type: int
  port_name:
    description:
      - Only the port of this name.
      - An app named by its id that has no such port is an error. With O(label) such an app is left out.
    type: str
  only_healthy:
    description:
      - Leave tasks out whose health checks do not pass or were not run yet.
      - A task of an app without health checks counts as healthy.
    type: bool
    default: true
  format:
    description:
      - What to return for each endpoint. V({host}), V({port}), V({port_name}), V({app_id}) and V({task_id}) stand for
        what they say, an IPv6 address in brackets.
    type: str
    default: "{host}:{port}"
seealso:
  - plugin: quorum.mesos.marathon_endpoints
    plugin_type: filter
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
"""

EXAMPLES = r"""
- name: Show where the tasks of an app answer
  ansible.builtin.debug:
    msg: "{{ query('quorum.mesos.marathon_endpoint', '/shop/web', url='http://marathon.example.com:8080') }}"

- name: Write the servers of every app that wants to be balanced
  ansible.builtin.copy:
    content: |
      {% for server in query('quorum.mesos.marathon_endpoint', label='balanced==true', port_name='http',
                             format='server {task_id} {host}:{port} check') %}
      {{ server }}
      {% endfor %}
    dest: /etc/haproxy/backends.cfg
    mode: "0644"
  vars:
    marathon_url: [http://master1.example.com:8080, http://master2.example.com:8080]

- name: Ask one task for its version
  ansible.builtin.uri:
    url: "{{ query('quorum.mesos.marathon_endpoint', '/shop/web', format='http://{host}:{port}/version') | first }}"
"""

RETURN = r"""
_list:
  description:
    - The endpoints in the order of the ids, or of the ids of the apps with O(label), and of each app by host and port.
    - Empty when no task answers.
  type: list
  elements: str
  sample: ["slave1.example.com:31001", "slave2.example.com:31874"]
"""

import re
import typing as t

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import values
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import (
    DefinitionError,
    MarathonError,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report.endpoints import (
    Endpoint,
    bracketed,
    endpoints,
    port_names,
)
from ansible_collections.quorum.mesos.plugins.plugin_utils.connection import open_client, variables_for

_WORDS = ("host", "port", "port_name", "app_id", "task_id")


class LookupModule(LookupBase):
    def run(self, terms: list[t.Any], variables: t.Any = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables_for(self._templar, variables or {}), direct=kwargs)
        try:
            return self._endpoints(self._flatten(terms))
        except MarathonError as error:
            raise AnsibleLookupError(str(error)) from error

    def _endpoints(self, app_ids: list[str]) -> list[str]:
        label = self.get_option("label")
        if bool(app_ids) == bool(label):
            raise DefinitionError("marathon_endpoint takes either ids of apps or the option label")
        if self.get_option("port_index") is not None and self.get_option("port_name") is not None:
            raise DefinitionError("port_index and port_name contradict each other: keep one of them")
        form = self.get_option("format")
        _check_form(form)
        client = open_client(self.get_option)
        if label:
            apps = [app for app in client.apps(label=label, embed="apps.tasks") if self._port_of(app) is not None]
            apps.sort(key=lambda app: app["id"])
        else:
            apps = [self._named(client, values.absolute_id(app_id, "the app id")) for app_id in app_ids]
        return [_written(endpoint, form) for app in apps for endpoint in endpoints(app) if self._chosen(app, endpoint)]

    def _named(self, client: t.Any, app_id: str) -> dict[str, t.Any]:
        app = client.app(app_id)
        if app is None:
            raise DefinitionError(f"{app_id} does not exist on Marathon: check the id")
        if self._port_of(app) is None:
            names = port_names(app)
            found = ", ".join(f"{index} {name or '(no name)'}" for index, name in enumerate(names)) or "none"
            asked = self.get_option("port_name") or self.get_option("port_index")
            raise DefinitionError(f"{app_id} has no port {asked!r}; its ports are: {found}")
        return app

    def _port_of(self, app: dict[str, t.Any]) -> range | None:
        """The indexes of the ports that are asked for; None when the app does not have the one that is."""
        index, name, names = self.get_option("port_index"), self.get_option("port_name"), port_names(app)
        if name is not None:
            index = names.index(name) if name in names else -1
        if index is None:
            return range(len(names))
        return range(index, index + 1) if 0 <= index < len(names) else None

    def _chosen(self, app: dict[str, t.Any], endpoint: Endpoint) -> bool:
        return endpoint.index in self._port_of(app) and not (
            self.get_option("only_healthy") and endpoint.healthy is False
        )


def _check_form(form: str) -> None:
    wrong = [word for word in re.findall(r"\{([^{}]*)\}", form) if word not in _WORDS]
    if wrong:
        raise DefinitionError(f"format {form!r} names {wrong[0]!r}, which is none of {', '.join(_WORDS)}")


def _written(endpoint: Endpoint, form: str) -> str:
    # Not str.format: the form may come from anywhere, and that would open the attributes of every object.
    known = {
        "host": bracketed(endpoint.host),
        "port": str(endpoint.port),
        "port_name": endpoint.name or "",
        "app_id": endpoint.app_id,
        "task_id": endpoint.task_id,
    }
    return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], form)
