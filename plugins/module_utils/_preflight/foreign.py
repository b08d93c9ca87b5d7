# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables that look like options of the roles and have no effect."""

from __future__ import annotations

import re
import typing as t

from .._names import nearest

# Whoever writes one of these means a role of this collection, which alone would read it.
OWN = ("mesos_master_", "mesos_slave_", "zookeeper_", "marathon_")
# How much like an option a name must be, so that this option was probably meant.
LIKENESS = 0.85
# Begins most names alike, and so says nothing of what was meant.
FIRST_WORD = re.compile("^[a-z]+_")
# The same without it.
LIKENESS_OF_REST = 0.8
# Other programs beside a cluster, whose roles name their options after them.
COMPANION = re.compile(
    "^(?!mesos_dns_)(?:mesos|zookeeper|marathon)_(?:(?:master|slave|agent)_)?(?:consul|dns|exporter|lb|ui)_"
)
PREFIXES = {
    "mesos_agent_": "mesos_slave_",
    "mesos_agents_": "mesos_slave_",
    "mesos_slaves_": "mesos_slave_",
    "mesos_masters_": "mesos_master_",
}
BOTH = ("mesos_master_", "mesos_slave_")
# Of other roles for the same programs, and what they are called here.
ELSEWHERE = {
    "docker_daemon_opts": ["docker_daemon_options"],
    "docker_dns": ["docker_daemon_options"],
    "docker_graph": ["docker_data_root"],
    "docker_log_opts": ["docker_log_options"],
    "docker_mirror": ["docker_registry_mirrors"],
    "docker_options": ["docker_daemon_options"],
    "docker_opts": ["docker_daemon_options"],
    "docker_storage_dir": ["docker_data_root"],
    "docker_storage_opts": ["docker_daemon_options"],
    "docker_version": ["docker_packages"],
    "marathon_credentials": ["marathon_http_credentials"],
    "marathon_event_subscriber": ["marathon_flags"],
    "marathon_heap": ["marathon_heap_size"],
    "marathon_java_settings": ["marathon_java_opts"],
    "marathon_jvm_opts": ["marathon_java_opts"],
    "marathon_port": ["marathon_http_port"],
    "marathon_principal": ["marathon_mesos_principal"],
    "marathon_role": ["marathon_mesos_role"],
    "marathon_secret": ["marathon_mesos_secret"],
    "marathon_zookeeper": ["marathon_zk"],
    "marathon_zookeeper_connect": ["marathon_zk"],
    "marathon_zookeeper_masters": ["marathon_zk"],
    "mesos_cluster_name": ["mesos_master_cluster"],
    "mesos_install_mode": ["mesos_master_install_method", "mesos_slave_install_method"],
    "mesos_log_location": ["mesos_master_log_dir", "mesos_slave_log_dir"],
    "mesos_master_version": ["mesos_master_package_version"],
    "mesos_option_prefs": ["mesos_master_flags", "mesos_slave_flags"],
    "mesos_options_master": ["mesos_master_flags"],
    "mesos_options_slave": ["mesos_slave_flags"],
    "mesos_quorum_count": ["mesos_master_quorum"],
    "mesos_slave_version": ["mesos_slave_package_version"],
    "mesos_ulimit": ["mesos_master_limit_nofile", "mesos_slave_limit_nofile"],
    "mesos_version": ["mesos_master_package_version", "mesos_slave_package_version"],
    "mesos_zookeeper": ["mesos_master_zk", "mesos_slave_master"],
    "mesos_zookeeper_masters": ["mesos_master_zk", "mesos_slave_master"],
    "quorum_size": ["mesos_master_quorum"],
    "zookeeper_dir": ["zookeeper_data_dir"],
    "zookeeper_heap": ["zookeeper_heap_size"],
    "zookeeper_hostnames": ["zookeeper_group"],
    "zookeeper_hosts": ["zookeeper_group"],
    "zookeeper_leader_port": ["zookeeper_peer_port"],
    "zookeeper_myid": ["zookeeper_id"],
    "zookeeper_port": ["zookeeper_client_port"],
    "zookeeper_url": ["zookeeper_archive"],
    "zookeeper_version": ["zookeeper_archive", "zookeeper_image"],
}


def _elsewhere(name: str, options: t.Collection[str]) -> list[str]:
    """What an option of other roles is called here."""
    if name in ELSEWHERE:
        return ELSEWHERE[name]
    for other, own in PREFIXES.items():
        option = own + name[len(other) :]
        if name.startswith(other) and option in options:
            return [option]
    if name.startswith("mesos_") and not name.startswith(BOTH):
        return [own + name[len("mesos_") :] for own in BOTH if own + name[len("mesos_") :] in options]
    return []


def _near(name: str, options: t.Collection[str]) -> str | None:
    near = nearest(name, options, LIKENESS)
    if near is None or name.startswith(OWN):
        return near
    return near if nearest(FIRST_WORD.sub("", name), [FIRST_WORD.sub("", near)], LIKENESS_OF_REST) else None


def problems(names: t.Collection[str], options: t.Collection[str], host: str) -> list[str]:
    """One sentence for each of the variables of a host that was meant as an option and is none.

    A name that no role here begins with may be a variable of the user: it is one where nothing tells what else it would
    be, or where what it is called here is set too, perhaps from it.
    """
    found = []
    for name in sorted(set(names) - set(options)):
        if COMPANION.match(name):
            continue
        meant = _elsewhere(name, options)
        if not name.startswith(OWN) and set(meant) & set(names):
            continue
        near = None if meant else _near(name, options)
        meant = [near] if near else meant
        if not name.startswith(OWN) and not meant:
            continue
        remedy = "write %s" % " or ".join(meant) if meant else "remove it"
        found.append("%s: the variable '%s' is no option of the role; %s." % (host, name, remedy))
    return found
