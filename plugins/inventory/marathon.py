# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: marathon
short_description: Tasks on Marathon as hosts
version_added: 0.3.0
description:
  - Makes a host of every task of every app on Marathon. Its name is the id of the task, its C(ansible_host) the host of
    the agent that the task runs on.
  - All of these hosts are in the group C(marathon_tasks). O(group_by) says what further groups there are.
  - Everything is read in one request. Only what the variables of the hosts tell is cached; the environment of an app,
    where its secrets are, is not.
  - The name of the file must end in C(marathon.yml) or C(marathon.yaml).
  - "A host has the variables C(marathon_app_id), C(marathon_app_labels), C(marathon_app_version), C(marathon_task_id),
    C(marathon_task_state) (like V(TASK_RUNNING)), C(marathon_task_healthy) (null without health checks),
    C(marathon_task_version), C(marathon_task_agent), C(marathon_task_agent_id), C(marathon_task_region),
    C(marathon_task_zone), C(marathon_task_ports) (on the agent's host), C(marathon_task_addresses) (of its container)
    and C(marathon_task_endpoints), a list of mappings with C(name), C(host), C(port) and C(protocol)."
author:
  - quorum.mesos contributors (@quorum-mesos)
extends_documentation_fragment:
  - quorum.mesos.marathon_plugin
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Says that the file is one of this plugin.
    type: str
    required: true
    choices: [quorum.mesos.marathon]
  label:
    description:
      - Only apps with these labels, a label selector of Marathon like V(tier==web,team in (shop,search\)).
    type: str
  group_by:
    description:
      - The groups that every task is put in, besides those of O(groups) and O(keyed_groups).
      - V(app) is one for each app, C(marathon_app_) with its id, in which two underscores stand for a slash and one for
        every other sign. The tasks of V(/shop/web-eu) are in C(marathon_app_shop__web_eu).
      - V(label) is one for each label, C(marathon_label_) with its name and value. A label with a value of more than 64
        characters has none, and neither has one whose value is masked.
      - V(agent) is one for each host of an agent, C(marathon_agent_) with its name.
    type: list
    elements: str
    choices: [app, label, agent]
    default: [app, label, agent]
  secret_labels:
    description:
      - Names of labels whose values are secret. They are masked in C(marathon_app_labels) and in the cache, whose files
        other users of the machine may read.
      - A password inside a URL is masked without being named.
    type: list
    elements: str
    default: []
seealso:
  - plugin: quorum.mesos.marathon_endpoint
    plugin_type: lookup
  - module: quorum.mesos.marathon_info
  - name: What runs on Marathon, kept in files
    link: https://quorum.example.org/mesos/site/docs/marathon.html
    description: The guide, from one file to a directory that owns its apps.
"""

EXAMPLES = r"""
# marathon.yml: any of three nodes may answer
plugin: quorum.mesos.marathon
url:
  - http://master1.example.com:8080
  - http://master2.example.com:8080
  - http://master3.example.com:8080

---
# shop.marathon.yml: the web tasks of one team, kept for a minute. The password is in the environment variable
# MARATHON_PASSWORD; url_password with a value that ansible-vault has encrypted will do as well.
plugin: quorum.mesos.marathon
url: https://marathon.example.com:8443
ca_path: /etc/ssl/certs/cluster-ca.pem
url_username: inventory
label: team==shop,tier==web
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: /var/tmp/marathon-inventory
cache_timeout: 60
compose:
  web_port: marathon_task_ports[0]
groups:
  ready: marathon_task_state == 'TASK_RUNNING' and marathon_task_healthy
keyed_groups:
  - key: marathon_task_zone
    prefix: zone
"""

import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import MarathonError
from ansible_collections.quorum.mesos.plugins.module_utils._words import printable
from ansible_collections.quorum.mesos.plugins.plugin_utils import task_hosts
from ansible_collections.quorum.mesos.plugins.plugin_utils.connection import open_client

_ALL = "marathon_tasks"


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    NAME = "quorum.mesos.marathon"

    def verify_file(self, path: str) -> bool:
        return super().verify_file(path) and path.endswith(("marathon.yml", "marathon.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        super().parse(inventory, loader, path)
        self._read_config_data(path)
        self.inventory.add_group(_ALL)
        hosts = self._hosts(path, cache)
        for name, ids in task_hosts.shared_app_groups(hosts).items():
            self.display.warning(f"{path}: the group {name} has the tasks of several apps: {', '.join(ids)}")
        if "label" in self.get_option("group_by"):
            for name, labels in task_hosts.shared_label_groups(hosts).items():
                told = printable(", ".join(labels))
                self.display.warning(f"{path}: the group {name} has the tasks of several labels: {told}")
        for name, variables in hosts.items():
            self._add(name, variables)

    def _hosts(self, path: str, cache: bool) -> dict[str, dict[str, t.Any]]:
        """From the cache if it may be used and has them. Ansible gives cache as false where it is told to refresh."""
        if not self.get_option("cache"):
            return self._read()
        # What another Marathon said, or for other labels, is not what is asked for now.
        asked = (self.get_option(name) for name in ("url", "label", "secret_labels"))
        key = self.get_cache_key(" ".join([path, *map(str, asked)]))
        if cache:
            try:
                return self._cache[key]
            except KeyError:
                pass
        self._cache[key] = hosts = self._read()
        return hosts

    def _read(self) -> dict[str, dict[str, t.Any]]:
        label = self.get_option("label")
        selectors = {"label": label} if label else {}
        try:
            apps = open_client(self.get_option).apps(embed="apps.tasks", **selectors)
            return task_hosts.hosts(apps, self.get_option("secret_labels"))
        except MarathonError as error:
            raise AnsibleParserError(str(error)) from error

    def _add(self, name: str, variables: dict[str, t.Any]) -> None:
        # Whoever may deploy an app chooses its labels, and must not have templates run here by them.
        variables = wrap_var(variables)
        self.inventory.add_host(name, group=_ALL)
        for variable, value in variables.items():
            self.inventory.set_variable(name, variable, value)
        for group in task_hosts.groups(variables, self.get_option("group_by")):
            self.inventory.add_group(group)
            self.inventory.add_child(group, name)
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), variables, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, name, strict=strict)
