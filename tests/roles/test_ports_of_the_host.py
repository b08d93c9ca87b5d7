"""The addresses that are printed for apps know the same ports of a host as the role that feeds its load balancer."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils import host_ports
from rendered_role import Role

MORE = {
    "zookeeper_admin_server": True, "zookeeper_secure_client_port": 2281, "marathon_keystore": "a.jks",
    "marathon_environment": {"LIBPROCESS_PORT": 10007}, "mesos_dns_port": 5353, "haproxy_status_port": 9192,
}  # fmt: skip


@pytest.mark.parametrize("options", [{}, MORE, {"marathon_disable_http": True, "zookeeper_admin_server_port": 7}])
def test_both_know_the_same_ports(options: dict[str, Any]) -> None:
    groups = ["zookeeper", "mesos_masters", "mesos_slaves", "marathon", "load_balancers", "dns"]
    given = {**options, "group_names": groups}
    listed = Role("haproxy").value("__common_ports", given)
    assert host_ports.of_balancer(given) == {int(one["port"]) for one in listed if one["port"]}
