"""uninstall.yml takes everything away, data only where it is told to. Runs last: nothing is left after it."""

from __future__ import annotations

import re

import pytest
import requests
from lab_cluster import LabCluster, eventually

from lab import playbook

UNITS = ["zookeeper", "mesos-master", "mesos-slave", "marathon", "quorum-firewall"]
DATA = ["/var/lib/zookeeper", "/var/lib/mesos/master", "/var/lib/mesos/slave"]
LAYERS = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon"]
SURE = ["-e", "quorum_uninstall=true", "-e", "mesos_slave_drain_force=true"]


APP = {"id": "/returns", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32, "instances": 1}


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
    assert changes(output) == 0


def test_a_limit_asks_for_the_confirmation_too(cluster: LabCluster) -> None:
    code, output = uninstall(cluster, "--limit", "node1")
    assert code != 0
    assert "give -e quorum_uninstall=true if that is what you want" in output


def test_check_mode_removes_nothing(cluster: LabCluster) -> None:
    code, output = uninstall(cluster, *SURE, "--check")
    assert code == 0, output
    assert changes(output) > 0
    (node,) = cluster.config.in_group("mesos_masters")
    assert all(cluster.shell(node).service(unit).is_running for unit in UNITS)


def test_the_services_go_and_the_data_stays(cluster: LabCluster) -> None:
    url = f"http://{cluster.config.in_group('marathon')[0].address}:8080/v2/apps"
    for old in requests.get(url, timeout=10).json()["apps"]:
        requests.delete(url + old["id"], params={"force": "true"}, timeout=10).raise_for_status()
    requests.put(url + str(APP["id"]), json=APP, timeout=10).raise_for_status()
    eventually("the app runs", 90, lambda: cluster.running("returns"))
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
    assert not shell.file("/etc/mesos").exists
    assert not shell.service("containerd").is_running
    left = shell.run("iptables-save; ip6tables-save").stdout
    # DOCKER_OUTPUT and the like are those of the Docker in which the host itself is a container.
    assert not re.search("^:DOCKER[ -]", left, re.MULTILINE), left
    assert "docker0" not in left
    assert "Mesos cluster" not in shell.file("/etc/hosts").content_string
    assert "table inet quorum" not in shell.run("nft list tables").stdout


@pytest.mark.long
def test_a_second_time_changes_nothing(cluster: LabCluster) -> None:
    code, output = uninstall(cluster, *SURE)
    assert code == 0, output
    assert changes(output) == 0, output


@pytest.mark.long
def test_what_is_installed_again_runs_the_apps_again(cluster: LabCluster) -> None:
    """The registry has kept that the agent was drained."""
    done = playbook.run("quorum.mesos.site", cluster.config.directory / "inventory.yml", capture=True)
    assert done.returncode == 0, done.stdout
    assert "is not healthy" not in done.stdout
    (node,) = cluster.config.in_group("mesos_masters")
    (agent,) = cluster.get(node, 5050, "/slaves").json()["slaves"]
    assert not agent["deactivated"]
    eventually("the app runs again", 90, lambda: cluster.running("returns"))
    assert not cluster.shell(node).file("/etc/mesos/mesos-slave.drained").exists


@pytest.mark.long
def test_every_refusal_comes_before_anything_is_removed(cluster: LabCluster) -> None:
    code, output = uninstall(cluster, SURE[0], SURE[1])
    assert code != 0
    assert "its agent runs 1 tasks; drain it first" in output
    assert changes(output) == 0, output
    (node,) = cluster.config.in_group("mesos_masters")
    assert all(cluster.shell(node).service(unit).is_running for unit in UNITS)


@pytest.mark.long
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
