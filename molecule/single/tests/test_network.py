"""Names in the hosts file; ports that only the cluster and the listed networks may use."""

from __future__ import annotations

import pytest
from lab_cluster import LabCluster

PORTS = [2181, 5050, 5051, 8080]


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def connects(cluster: LabCluster, source: str, port: int) -> bool:
    (here,) = [host for host in cluster.config.hosts if host.name == source]
    (node,) = cluster.config.in_group("mesos_masters")
    return cluster.shell(here).run(f"timeout 3 bash -c '</dev/tcp/{node.address}/{port}'").rc == 0


@pytest.mark.parametrize("port", PORTS)
def test_who_may_use_a_port(cluster: LabCluster, port: int) -> None:
    (node,) = cluster.config.in_group("mesos_masters")
    assert connects(cluster, "node1", port)
    # This machine is in quorum_firewall_sources, and the registry's host is not.
    if port != 2181:
        assert cluster.get(node, port, "/ping" if port == 8080 else "/health").ok
    assert not connects(cluster, "registry1", port)


def test_other_ports_stay_open(cluster: LabCluster) -> None:
    assert connects(cluster, "registry1", 22)


def test_the_rules_come_back_after_nftables(cluster: LabCluster) -> None:
    (node,) = cluster.config.in_group("mesos_masters")
    unit = cluster.shell(node).file("/etc/systemd/system/quorum-firewall.service").content_string
    assert "PartOf=nftables.service" in unit
    assert cluster.shell(node).service("quorum-firewall").is_enabled


def test_names(cluster: LabCluster) -> None:
    (node,) = cluster.config.in_group("mesos_masters")
    assert f"{node.address} {node.name}\n" in cluster.shell(node).file("/etc/hosts").content_string
