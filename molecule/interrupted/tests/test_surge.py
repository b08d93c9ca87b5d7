"""An app that has all its instances on one agent loses no request while that agent is drained."""

from __future__ import annotations

import json
from collections.abc import Iterator

import one_agent
import pytest
from lab_cluster import LabCluster, eventually

from lab import playbook
from lab.config import Host

# What Docker takes over by a restart alone.
CHANGE = {"docker_daemon_options": {"max-concurrent-downloads": 5, "default-shm-size": "80m"}}


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def agent(cluster: LabCluster) -> Iterator[Host]:
    """The agent with both instances."""
    host = cluster.config.in_group("mesos_slaves")[0]
    with one_agent.app_on(cluster, host):
        yield host


def run(cluster: LabCluster, name: str, *arguments: str) -> str:
    done = playbook.run(f"quorum.mesos.{name}", cluster.config.directory / "inventory.yml", *arguments, capture=True)
    assert done.returncode == 0, done.stdout[-4000:]
    return done.stdout


def wanted(cluster: LabCluster) -> int:
    return int(cluster.marathon(f"/v2/apps{one_agent.APP['id']}")["app"]["instances"])


def test_a_drained_agent_loses_no_request(cluster: LabCluster, agent: Host) -> None:
    shown = run(cluster, "mesos_slave_drain", "--limit", agent.name, "--check", "--diff")
    assert "/together (2 instances): an instance elsewhere first" in shown
    assert one_agent.places(cluster) == [agent.name] * 2
    with one_agent.watch(cluster) as seen:
        run(cluster, "mesos_slave_drain", "--limit", agent.name)
        eventually("both run elsewhere", 60, lambda: len(one_agent.places(cluster)) == 2)
    assert agent.name not in one_agent.places(cluster)
    assert wanted(cluster) == 2
    one_agent.nothing_lost(seen)
    run(cluster, "mesos_slave_activate", "--limit", agent.name)


def test_a_restart_of_docker_loses_no_request(cluster: LabCluster, agent: Host) -> None:
    before = cluster.started("mesos_slaves", "docker")
    with one_agent.watch(cluster) as seen:
        run(cluster, "docker", "-e", json.dumps(CHANGE))
        eventually("both run", 60, lambda: len(one_agent.places(cluster)) == 2)
    one_agent.nothing_lost(seen)
    after = cluster.started("mesos_slaves", "docker")
    assert all(after[name] > before[name] for name in before)
    assert wanted(cluster) == 2
    assert sorted(one_agent.agents(cluster)) == sorted(before)
    for host in cluster.config.in_group("mesos_slaves"):
        assert not cluster.shell(host).file("/etc/mesos/mesos-slave.surge").exists
        assert not cluster.shell(host).file("/etc/mesos/mesos-slave.drained").exists
