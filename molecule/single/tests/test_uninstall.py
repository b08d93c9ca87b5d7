"""uninstall.yml takes everything away, data only where it is told to. Runs last: nothing is left after it."""

from __future__ import annotations

import re

import pytest
from lab_cluster import LabCluster

from lab import playbook

UNITS = ["zookeeper", "mesos-master", "mesos-slave", "marathon", "quorum-firewall"]
DATA = ["/var/lib/zookeeper", "/var/lib/mesos/master", "/var/lib/mesos/slave"]
LAYERS = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon"]
SURE = ["-e", "quorum_uninstall=true", "-e", "mesos_slave_drain_force=true"]


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def uninstall(cluster: LabCluster, *arguments: str) -> tuple[int, str]:
    done = playbook.run("quorum.mesos.uninstall", cluster.config.directory / "inventory.yml", *arguments, capture=True)
    return done.returncode, done.stdout


def changes(output: str) -> int:
    return sum(map(int, re.findall(r"node1\b.*changed=(\d+)", output)))


def test_nobody_does_it_by_mistake(cluster: LabCluster) -> None:
    code, output = uninstall(cluster)
    assert code != 0
    assert "give -e quorum_uninstall=true if that is what you want" in output
    assert "node1 " not in output


def test_check_mode_removes_nothing(cluster: LabCluster) -> None:
    code, output = uninstall(cluster, *SURE, "--check")
    assert code == 0, output
    assert changes(output) > 0
    (node,) = cluster.config.in_group("mesos_masters")
    assert all(cluster.shell(node).service(unit).is_running for unit in UNITS)


def test_the_services_go_and_the_data_stays(cluster: LabCluster) -> None:
    code, output = uninstall(cluster, *SURE)
    assert code == 0, output
    (node,) = cluster.config.in_group("mesos_masters")
    shell = cluster.shell(node)
    for unit in UNITS:
        assert not shell.service(unit).is_running, unit
        assert not shell.file(f"/etc/systemd/system/{unit}.service").exists, unit
    for path in DATA:
        assert shell.file(path).is_directory, path
    for path in ("/etc/mesos/mesos-master.env", "/etc/mesos/mesos-slave.env", "/etc/mesos/marathon.env"):
        assert not shell.file(path).exists, path
    assert "Mesos cluster" not in shell.file("/etc/hosts").content_string
    assert "table inet quorum" not in shell.run("nft list tables").stdout


def test_a_second_time_changes_nothing(cluster: LabCluster) -> None:
    code, output = uninstall(cluster, *SURE)
    assert code == 0, output
    assert changes(output) == 0, output


def test_the_data_goes_when_told_to(cluster: LabCluster) -> None:
    options = [word for layer in LAYERS for word in ("-e", f"{layer}_uninstall_data=true")]
    code, output = uninstall(cluster, *SURE, *options)
    assert code == 0, output
    (node,) = cluster.config.in_group("mesos_masters")
    for path in DATA:
        assert not cluster.shell(node).file(path).exists, path
    code, output = uninstall(cluster, *SURE, *options)
    assert code == 0, output
    assert changes(output) == 0, output
