# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pure: what the role docker decides."""

from __future__ import annotations

import re
import typing as t

from ansible.module_utils.parsing.convert_bool import boolean
from ansible_collections.quorum.mesos.plugins.module_utils._docker import daemon
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import install, units
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import host as host_plan
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import Values

# The containers of our own services, by the variable that has the group of their hosts.
_OWN_CONTAINERS = {
    "__common_zookeeper_group": "zookeeper",
    "__common_master_group": "mesos-master",
    "__docker_agent_group": "mesos-slave",
    "__docker_marathon_group": "marathon",
}
# As the agent names those of its tasks.
_TASK = re.compile("mesos-[0-9a-f]{8}-")


def main(values: Values) -> dict[str, t.Any]:
    """The problems of the options and of the host, and why Docker must not be restarted now."""
    host = values["inventory_hostname"]
    return {
        "problems": [
            *host_plan.problems(values),
            *common.host_problems(values, values["__docker_needs"]),
            *_option_problems(values, host),
        ],
        "unless_restart": _unless_restart(values, host),
    }


def _option_problems(values: Values, host: str) -> list[str]:
    own, given = values["__docker_own"], values["docker_daemon_options"]
    option_of = values["__docker_option_of"]
    return [
        *daemon.problems(given, "docker_daemon_options", host),
        *units.schedule_problems({"docker_cleanup_schedule": values["docker_cleanup_schedule"]}, host),
        *units.path_problems({"docker_credentials_archive": values["docker_credentials_archive"]}, host),
        *("%s: %s" % (host, problem) for problem in _source_problems(values, host)),
        *daemon.problems(own, "docker_daemon_options", host, option_of),
        *_live_restore_problems(given, host),
        *(
            "%s: docker_daemon_options says again what %s says; leave one of them out." % (host, option_of[name])
            for name in own
            if name in given
        ),
    ]


def _source_problems(values: Values, host: str) -> list[str]:
    repository = values["docker_repository"] or {}
    return [
        *install.repository_problems("docker", repository, values["__common_family"]),
        *install.repository_clashes("docker", repository, values["hostvars"][host]),
        *install.list_problems("docker_packages", values["docker_packages"]),
        *install.image_list_problems("docker_images", values["__docker_image_names"]),
    ]


def _live_restore_problems(given: Values, host: str) -> list[str]:
    if not boolean(given.get("live-restore", False), strict=False):
        return []
    return [
        "%s: docker_daemon_options has live-restore, with which a restart of Docker leaves orphaned containers to "
        "Mesos; remove it." % host
    ]


def _unless_restart(values: Values, host: str) -> str:
    """Why Docker must not be restarted under a running agent; empty where it may be."""
    restarted = "%s: its Docker would have to be restarted, which ends the tasks of its agent, and " % host
    policy = values["docker_restart_policy"]
    if policy == "refuse":
        return restarted + "docker_restart_policy is refuse; drain the agent, stop it, or set another policy."
    if policy == "drain" and not values["__docker_other_agents"]:
        return (
            restarted + "there is no other agent to take them; set docker_restart_policy to restart if they may end, "
            "or stop the agent first and give -e quorum_start_stopped=true."
        )
    return ""


def uninstall(values: Values) -> dict[str, t.Any]:
    """Why Docker must not be removed."""
    host, agent = values["inventory_hostname"], values["__docker_agent"]["agent"]
    agent_goes = _others_go(values) and values["__docker_agent_group"] in values["group_names"]
    problems = []
    if (agent.get("running") or agent.get("silent")) and not agent_goes:
        problems.append(
            "%s: its agent of Mesos runs and would lose its containers; uninstall the agent first (entry point "
            "uninstall of quorum.mesos.mesos_slave) or stop it." % host
        )
    foreign = _foreign_containers(values, tasks_go=bool(agent.get("running")) and agent_goes)
    if foreign:
        problems.append(
            "%s: its Docker runs containers that do not go with the cluster: %s; stop them first (docker stop) if they "
            "may end." % (host, ", ".join(foreign))
        )
    return {"problems": problems}


def _others_go(values: Values) -> bool:
    """Whether the agent and what runs in our containers go before Docker does, in the run of the playbook uninstall.

    With --check they are still there when Docker's turn comes.
    """
    asked = boolean(values.get("quorum_uninstall", False), strict=False)
    return asked and (
        values["ansible_check_mode"] or not boolean(values.get("__uninstall_checked", False), strict=False)
    )


def _foreign_containers(values: Values, tasks_go: bool) -> list[str]:
    own = [name for group, name in _OWN_CONTAINERS.items() if values[group] in values["group_names"]]
    return sorted(
        name
        for name in values["__docker_containers"].get("stdout_lines") or []
        if not (name in own and _others_go(values)) and not (tasks_go and _TASK.match(name))
    )
