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
      - Ids of apps, for example V(/shop/web). A relative id is one below V(/).
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
      - V({path}) is the path for which a virtual host leads to the app with O(public), such as V(/shop), else empty.
    type: str
    default: "{host}:{port}"
  public:
    description:
      - Return where the apps answer at the load balancers instead, which stays while tasks move. That is each virtual
        host at the balancers' port for HTTP, and each service port at each balancer.
      - It is computed from the labels and service ports of all apps by the program that feeds the balancers of the role
        C(haproxy), so by the same rules. What a balancer serves at this moment is in C(/status) of its agent, and in
        the playbook C(status).
      - Whether tasks run or are healthy does not matter, so O(only_healthy) has no effect, and V({task_id}) is empty.
      - An app that has no address there, because of a wrong label or because another app has its port or virtual host,
        is a warning that says why.
    type: bool
    default: false
    version_added: 0.7.0
  balancers:
    description:
      - Names or addresses under which clients reach the load balancers, for O(public), for example that of an address
        which two of them share.
      - A name that is a host of the inventory has the settings of that host (C(haproxy_app_groups), C(haproxy_strict)
        and the like), another one those that the task itself has.
      - Default are the hosts of the group C(load_balancers), or of the one that C(haproxy_group) names, each by the
        address that they share (C(haproxy_address)), else by its C(quorum_address), C(ansible_host) or name. No load
        balancer at all is an error.
    type: list
    elements: str
    version_added: 0.7.0
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

- name: Show where an app answers at the load balancers; without balancers, at those of the inventory
  ansible.builtin.debug:
    msg: "{{ query('quorum.mesos.marathon_endpoint', '/shop/web', public=true, format='{host}:{port}{path}',
                   balancers=['lb1.example.com', 'lb2.example.com']) }}"

- name: Show the service port of every app of a team at an address that load balancers share
  ansible.builtin.debug:
    msg: "{{ query('quorum.mesos.marathon_endpoint', label='team==shop', public=true, balancers=['lb.example.com'],
                   format='{app_id} {host}:{port}') }}"
"""

RETURN = r"""
_list:
  description:
    - The endpoints in the order of the ids, or of the ids of the apps with O(label), and of each app by host and port.
    - With O(public) of each app by its ports, virtual hosts first.
    - Empty when no task answers, or with O(public) when no load balancer serves the app.
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
from ansible_collections.quorum.mesos.plugins.module_utils._words import printable
from ansible_collections.quorum.mesos.plugins.plugin_utils import load_balancers, public_addresses
from ansible_collections.quorum.mesos.plugins.plugin_utils.connection import open_client, variables_for

_WORDS = ("host", "port", "port_name", "app_id", "task_id", "path")

App = t.Dict[str, t.Any]


class LookupModule(LookupBase):
    def run(self, terms: list[t.Any], variables: t.Any = None, **kwargs: t.Any) -> list[str]:
        self.set_options(var_options=variables_for(self._templar, variables or {}), direct=kwargs)
        try:
            return self._endpoints(self._flatten(terms), variables or {})
        except MarathonError as error:
            raise AnsibleLookupError(str(error)) from error

    def _endpoints(self, app_ids: list[str], variables: t.Mapping[str, t.Any]) -> list[str]:
        label = self.get_option("label")
        if bool(app_ids) == bool(label):
            raise DefinitionError("marathon_endpoint takes either ids of apps or the option label")
        if self.get_option("port_index") is not None and self.get_option("port_name") is not None:
            raise DefinitionError("port_index and port_name contradict each other: keep one of them")
        form = self.get_option("format")
        _check_form(form)
        names = [values.absolute_id(app_id, "the app id") for app_id in app_ids]
        if self.get_option("public"):
            balancers = load_balancers.known(self.get_option("balancers"), variables, self._templar)
            return [_written(known, form) for known in self._public(names, label, balancers)]
        client = open_client(self.get_option)
        apps = self._labelled(client, label) if label else [self._named(name, client.app(name)) for name in names]
        return [
            _written(_of_task(endpoint), form)
            for app in apps
            for endpoint in endpoints(app)
            if self._chosen(app, endpoint)
        ]

    def _public(
        self, names: list[str], label: str | None, balancers: list[public_addresses.Balancer]
    ) -> t.Iterator[dict[str, str]]:
        client = open_client(self.get_option)
        everyone = {app["id"]: app for app in client.apps()}
        apps = self._labelled(client, label) if label else [self._named(name, everyone.get(name)) for name in names]
        found = public_addresses.found(list(everyone.values()), balancers)
        for app in apps:
            for sentence in found.problems.get(app["id"], []):
                self._display.warning(printable(f"{app['id']} at {sentence}"))
            ports, named = self._port_of(app), port_names(app)
            for one in found.addresses:
                if one.app_id == app["id"] and one.index in ports:
                    yield {
                        "host": bracketed(one.host),
                        "port": str(one.port),
                        "port_name": named[one.index] or "",
                        "app_id": one.app_id,
                        "task_id": "",
                        "path": one.path,
                    }

    def _labelled(self, client: t.Any, label: str) -> list[App]:
        found = client.apps(label=label, embed="apps.tasks")
        return sorted((app for app in found if self._port_of(app) is not None), key=lambda app: app["id"])

    def _named(self, app_id: str, app: App | None) -> App:
        if app is None:
            raise DefinitionError(f"{app_id} does not exist on Marathon: check the id")
        if self._port_of(app) is None:
            names = port_names(app)
            found = ", ".join(f"{index} {name or '(no name)'}" for index, name in enumerate(names)) or "none"
            asked = self.get_option("port_name") or self.get_option("port_index")
            raise DefinitionError(f"{app_id} has no port {asked!r}; its ports are: {found}")
        return app

    def _port_of(self, app: App) -> range | None:
        """The indexes of the ports that are asked for; None when the app does not have the one that is."""
        index, name, names = self.get_option("port_index"), self.get_option("port_name"), port_names(app)
        if name is not None:
            index = names.index(name) if name in names else -1
        if index is None:
            return range(len(names))
        return range(index, index + 1) if 0 <= index < len(names) else None

    def _chosen(self, app: App, endpoint: Endpoint) -> bool:
        return endpoint.index in self._port_of(app) and not (
            self.get_option("only_healthy") and endpoint.healthy is False
        )


def _check_form(form: str) -> None:
    wrong = [word for word in re.findall(r"\{([^{}]*)\}", form) if word not in _WORDS]
    if wrong:
        raise DefinitionError(f"format {form!r} names {wrong[0]!r}, which is none of {', '.join(_WORDS)}")


def _of_task(endpoint: Endpoint) -> dict[str, str]:
    return {
        "host": bracketed(endpoint.host),
        "port": str(endpoint.port),
        "port_name": endpoint.name or "",
        "app_id": endpoint.app_id,
        "task_id": endpoint.task_id,
        "path": "",
    }


def _written(known: t.Mapping[str, str], form: str) -> str:
    # Not str.format: the form may come from anywhere, and that would open the attributes of every object.
    return re.sub(r"\{(\w+)\}", lambda found: known[found[1]], form)
