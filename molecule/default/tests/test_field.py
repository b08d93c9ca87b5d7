"""What operators do by hand (docs/field.md, A and C) is there when site.yml and apps.yml ran with their settings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lab_cluster import LabCluster, eventually

from lab import playbook

APPS = Path(__file__).resolve().parent.parent / "apps"


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def test_zookeeper_has_the_guides_settings(cluster: LabCluster) -> None:
    members = cluster.config.in_group("zookeeper")
    for number, host in enumerate(members, start=1):
        shell = cluster.shell(host)
        assert shell.file("/var/lib/zookeeper/myid").content_string.strip() == str(number)
        text = "".join(shell.file(path).content_string for path in zookeeper_files(cluster, host.name))
        settings = dict(re.findall(r"^([\w.]+)=(\S+)$", text, re.MULTILINE))
        guide = {"maxClientCnxns": "50", "tickTime": "2000", "initLimit": "10", "syncLimit": "5", "clientPort": "2181"}
        assert {**guide, "dataDir": "/var/lib/zookeeper"}.items() <= settings.items()
        for id_of, member in enumerate(members, start=1):
            assert settings[f"server.{id_of}"].startswith(f"{member.address}:3181:4181")


def zookeeper_files(cluster: LabCluster, name: str) -> list[str]:
    """zoo.cfg, and the members' file where it has one."""
    path = "/etc/zookeeper/conf/zoo.cfg"
    named = re.findall(
        r"^dynamicConfigFile=(\S+)$", cluster.shell(cluster.host_at(name)).file(path).content_string, re.MULTILINE
    )
    return [path, *named]


def test_the_url_and_the_quorum_are_computed(cluster: LabCluster) -> None:
    servers = ",".join(f"{host.address}:2181" for host in cluster.config.in_group("zookeeper"))
    for host in cluster.config.hosts:
        if host.name != "registry1":
            assert cluster.shell(host).file("/etc/mesos/zk").content_string.strip() == f"zk://{servers}/mesos"
    for host in cluster.config.in_group("mesos_masters"):
        assert cluster.get(host, 5050, "/flags").json()["flags"]["quorum"] == "2"


def test_agents_and_marathon_wait_for_a_pull_and_offer_the_guides_ports(cluster: LabCluster) -> None:
    for host in cluster.config.in_group("mesos_slaves"):
        flags = cluster.get(host, 5051, "/flags").json()["flags"]
        assert (flags["containerizers"], flags["executor_registration_timeout"]) == ("docker,mesos", "5mins")
        assert "[8000-9000, 31000-32000]" in cluster.get(host, 5051, "/state").json()["resources"]["ports"]
    assert cluster.marathon("/v2/info")["marathon_config"]["task_launch_timeout"] == 300000


def test_images_are_there_before_a_task_asks_for_them(cluster: LabCluster) -> None:
    # Also on slaves that run no task of them.
    for host in cluster.config.in_group("mesos_slaves"):
        for image in ("nginx:latest", "python:3"):
            assert cluster.shell(host).run(f"docker image inspect {image}").rc == 0, f"{image} on {host.name}"


def test_an_app_with_a_static_port_volumes_arguments_and_docker_parameters(cluster: LabCluster) -> None:
    inventory = cluster.config.directory / "inventory.yml"
    done = playbook.run("quorum.mesos.apps", inventory, variables={"apps_dir": str(APPS)}, capture=True)
    assert done.returncode == 0, done.stdout
    (task,) = cluster.running("field")
    assert task["ports"] == [8500]
    (mapping,) = cluster.marathon("/v2/apps/field")["app"]["container"]["portMappings"]
    assert 10000 <= mapping["servicePort"] <= 20000
    host = cluster.host_at(task["host"])
    # The directory of the host that is mounted read-only is served; the one that may be written was written.
    eventually("the app's page", 60, lambda: "[Manager]" in cluster.get(host, 8500, "/system.conf").text)
    shell = cluster.shell(host)
    assert shell.file("/var/tmp/field-was-here").exists
    container = shell.check_output("docker ps --quiet --filter publish=8500")
    assert shell.check_output(f"docker exec {container} hostname") == "field.example.org"
    assert shell.run(f"docker exec {container} touch /site/x").rc != 0
