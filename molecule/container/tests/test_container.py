"""Services run from images with few rights, and their way to archives and back keeps state and identity."""

from __future__ import annotations

import json
from typing import Any

import pytest
import switching
from lab_cluster import LabCluster, eventually

UNITS = [
    ("zookeeper", "zookeeper"),
    ("mesos_masters", "mesos-master"),
    ("mesos_slaves", "mesos-slave"),
    ("marathon", "marathon"),
]


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def container(cluster: LabCluster, group: str, name: str) -> dict[str, Any]:
    shell = cluster.shell(cluster.config.in_group(group)[0])
    return json.loads(shell.check_output(f"docker inspect {name}"))[0]


@pytest.mark.parametrize(("group", "unit"), UNITS)
def test_each_service_runs_from_its_image(cluster: LabCluster, group: str, unit: str) -> None:
    assert "/usr/bin/docker run" in switching.command_of(cluster, group, unit)
    seen = container(cluster, group, unit)
    assert seen["State"]["Running"]
    assert seen["HostConfig"]["NetworkMode"] == "host"
    assert f"/library/{unit}:" in seen["Config"]["Image"]


def test_the_agent_has_docker_and_control_groups_of_its_host(cluster: LabCluster) -> None:
    seen = container(cluster, "mesos_slaves", "mesos-slave")
    assert {"/var/run/docker.sock:/var/run/docker.sock", "/sys/fs/cgroup:/sys/fs/cgroup"} <= set(
        seen["HostConfig"]["Binds"]
    )
    assert seen["HostConfig"]["PidMode"] == "host"


@pytest.mark.parametrize(("group", "unit"), [("mesos_masters", "mesos-master"), ("marathon", "marathon")])
def test_master_and_marathon_have_no_rights(cluster: LabCluster, group: str, unit: str) -> None:
    seen = container(cluster, group, unit)
    assert seen["HostConfig"]["CapDrop"] == ["ALL"]
    assert seen["HostConfig"]["ReadonlyRootfs"]
    assert "no-new-privileges" in seen["HostConfig"]["SecurityOpt"]
    assert not seen["Config"]["User"].startswith(("0", "root"))


def test_the_way_to_archives_and_back_keeps_state(cluster: LabCluster) -> None:
    switching.start_app(cluster)
    agents = switching.agent_ids(cluster)
    for method, words in (("archive", "/opt/mesos/"), ("container", "/usr/bin/docker run")):
        switching.run(cluster, "site", switching.archive_variables() if method == "archive" else {})
        assert words in switching.command_of(cluster, "mesos_slaves", "mesos-slave")
        # An agent in a container cannot keep its tasks: they were given to others first.
        eventually("the agents are back", 60, lambda: switching.agent_ids(cluster) == agents)
        eventually("the app runs", 90, lambda: len(cluster.running("web")) == 1)
