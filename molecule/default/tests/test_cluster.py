"""The cluster that site.yml built and the apps that apps.yml deployed."""

from __future__ import annotations

import pytest
from lab_cluster import LabCluster, eventually

# What every agent offers: variables.yml.
OFFERED_PORTS = ((8000, 9000), (31000, 32000))


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def test_the_ensemble_has_one_leader(cluster: LabCluster) -> None:
    modes = sorted(cluster.zookeeper_modes().values())
    assert modes == ["follower", "follower", "leader"]


def test_one_master_leads(cluster: LabCluster) -> None:
    assert len(cluster.elected_masters()) == 1


def test_every_slave_is_registered(cluster: LabCluster) -> None:
    wanted = sorted(host.name for host in cluster.config.in_group("mesos_slaves"))
    assert sorted(cluster.active_agents()) == wanted


@pytest.mark.parametrize(
    ("group", "services"),
    [("mesos_masters", ["zookeeper", "mesos-master", "marathon"]), ("mesos_slaves", ["docker", "mesos-slave"])],
)
def test_services_run_and_are_enabled(cluster: LabCluster, group: str, services: list[str]) -> None:
    for host in cluster.config.in_group(group):
        for name in services:
            service = cluster.shell(host).service(name)
            assert service.is_running, f"{name} on {host.name}"
            assert service.is_enabled, f"{name} on {host.name}"


def test_a_master_runs_no_slave(cluster: LabCluster) -> None:
    for host in cluster.config.in_group("mesos_masters"):
        assert not cluster.shell(host).service("mesos-slave").is_running


@pytest.mark.parametrize(
    ("group", "path"),
    [
        ("mesos_masters", "/etc/mesos/mesos-master.env"),
        ("marathon", "/etc/mesos/marathon.env"),
        ("mesos_slaves", "/etc/mesos/mesos-slave.env"),
    ],
)
def test_settings_are_readable_by_root_only(cluster: LabCluster, group: str, path: str) -> None:
    for host in cluster.config.in_group(group):
        file = cluster.shell(host).file(path)
        assert (file.user, file.mode) == ("root", 0o600), f"{path} on {host.name}"


def test_nginx_answers_on_the_port_that_marathon_assigned(cluster: LabCluster) -> None:
    (task,) = cluster.running("nginx")
    (port,) = task["ports"]
    assert any(port in range(first, last + 1) for first, last in OFFERED_PORTS)
    assert "nginx" in cluster.get(cluster.host_at(task["host"]), port, "/").text


def test_tomcat_answers_on_its_fixed_port(cluster: LabCluster) -> None:
    (task,) = cluster.running("tomcat")
    assert task["ports"] == [31001]
    host = cluster.host_at(task["host"])
    eventually("tomcat's page", 60, lambda: cluster.get(host, 31001, "/").ok)


def test_the_shell_app_runs(cluster: LabCluster) -> None:
    assert len(cluster.running("basic-0")) == 1


def test_health_checks_pass(cluster: LabCluster) -> None:
    app = cluster.marathon("/v2/apps/bridged-webapp")["app"]
    assert (app["tasksRunning"], app["tasksHealthy"], app["tasksUnhealthy"]) == (2, 2, 0)
