# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Computes on the controller what a role decides, and refuses what cannot work."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import characters
from ansible_collections.quorum.mesos.plugins.plugin_utils import preload
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import (
    docker,
    docker_swarm,
    haproxy,
    host,
    marathon,
    mesos_dns,
    mesos_master,
    mesos_slave,
    zookeeper,
)

preload.import_filters()

display = Display()

PLANS: dict[tuple[str, str], t.Callable[[t.Mapping[str, t.Any]], dict[str, t.Any]]] = {
    ("_common", "network"): host.network_plan,
    ("_common", "variables"): host.variables_plan,
    ("docker", "main"): docker.main,
    ("docker", "uninstall"): docker.uninstall,
    ("docker_swarm", "main"): docker_swarm.main,
    ("docker_swarm", "uninstall"): docker_swarm.uninstall,
    ("haproxy", "main"): haproxy.main,
    ("marathon", "main"): marathon.main,
    ("mesos_dns", "main"): mesos_dns.main,
    ("mesos_master", "main"): mesos_master.main,
    ("mesos_master", "step"): mesos_master.step,
    ("mesos_slave", "main"): mesos_slave.main,
    ("zookeeper", "main"): zookeeper.main,
    ("zookeeper", "uninstall"): zookeeper.uninstall,
}
# What this finds is for its caller to weigh; the others refuse.
WEIGHED = "uninstall"


class Values(t.Mapping[str, t.Any]):
    """The variables of a host, each resolved when it is asked for."""

    # They are data already, and large.
    _PLAIN = frozenset({"ansible_facts", "groups", "group_names", "hostvars", "inventory_hostname"})

    def __init__(self, variables: t.Mapping[str, t.Any], resolve: t.Callable[[t.Any], t.Any]) -> None:
        self._variables = variables
        self._resolve = resolve

    def __getitem__(self, name: str) -> t.Any:
        value = self._variables[name]
        return value if name in self._PLAIN else self._resolve(value)

    def __iter__(self) -> t.Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class ActionModule(ActionBase):
    """No module: nothing of it runs on the host."""

    _supports_check_mode = True
    _VALID_ARGS = frozenset({"role", "entry_point"})

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        result = super().run(tmp, task_vars)
        role, entry_point = self._task.args.get("role"), self._task.args.get("entry_point", "main")
        if (role, entry_point) not in PLANS:
            raise AnsibleActionFail("There is no plan for %s of the role %s." % (entry_point, role))
        found = PLANS[role, entry_point](Values(task_vars or {}, self._templar.template))
        if entry_point != WEIGHED and found["problems"]:
            text = " ".join(characters.sentence(problem) for problem in found["problems"])
            return {**result, "failed": True, "msg": text}
        for warning in found.get("warnings", ()):
            display.warning(warning)
        return {**result, "changed": False, **{name: value for name, value in found.items() if name != "warnings"}}
