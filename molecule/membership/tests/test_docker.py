"""A newer package of Docker is installed without a restart, and started on one agent after another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import newer_docker
import one_agent
import pytest
from lab_cluster import LabCluster, eventually

from lab import playbook
from lab.config import Host

# What the scenario begins with, as molecule.yml says it.
FIRST = Path(__file__).resolve().parent.parent / "first.yml"
GROUPS = {"zookeeper_group": "first_servers", "mesos_master_group": "first_master", "marathon_group": "first_master"}
SHOW = "systemctl show --property={} --value docker"


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def slaves(cluster: LabCluster) -> list[Host]:
    return cluster.config.in_group("mesos_slaves")


@pytest.fixture(scope="module")
def newer(cluster: LabCluster, slaves: list[Host]) -> Iterator[str]:
    (version,) = {newer_docker.offer(cluster.shell(host)) for host in slaves}
    with one_agent.app_on(cluster, slaves[0]):
        yield version


def run(cluster: LabCluster, variables: dict[str, object], *arguments: str) -> tuple[int, str]:
    done = playbook.run(
        "quorum.mesos.docker", Path(cluster.inventory), "--inventory", str(FIRST), "--limit", "mesos_slaves",
        "-e", json.dumps({**GROUPS, **variables}), *arguments, capture=True,
    )  # fmt: skip
    return done.returncode, done.stdout


def started(cluster: LabCluster, hosts: list[Host]) -> dict[str, int]:
    show = SHOW.format("ExecMainStartTimestampMonotonic")
    return {host.name: int(cluster.shell(host).check_output(show)) for host in hosts}


def installed(cluster: LabCluster, hosts: list[Host]) -> set[str]:
    return {cluster.shell(host).package("docker.io").version for host in hosts}


def test_a_newer_package_that_must_not_be_started_is_not_installed(
    cluster: LabCluster, slaves: list[Host], newer: str
) -> None:
    before = started(cluster, slaves)
    variables = {"docker_packages": [f"docker.io={newer}"], "docker_restart_policy": "refuse"}
    code, output = run(cluster, variables)
    assert code != 0
    assert "its Docker would have to be restarted, which ends the tasks of its agent" in output
    assert newer not in installed(cluster, slaves)
    assert started(cluster, slaves) == before


def test_a_newer_package_is_started_on_one_agent_after_another(
    cluster: LabCluster, slaves: list[Host], newer: str
) -> None:
    before = started(cluster, slaves)
    variables = {"docker_packages": [f"docker.io={newer}"]}
    code, output = run(cluster, variables, "--check")
    assert code == 0, output
    assert "Restart Docker, which ends what still runs in its containers" in output
    with one_agent.watch(cluster) as seen:
        code, output = run(cluster, variables)
        assert code == 0, output[-4000:]
        eventually("both run", 60, lambda: len(one_agent.places(cluster)) == 2)
    one_agent.nothing_lost(seen)
    assert installed(cluster, slaves) == {newer}
    after = started(cluster, slaves)
    assert all(after[name] > before[name] for name in before)
    first, second = sorted(after.values())
    # A drain lies between, not only the time that two package managers may be apart.
    assert second - first > 5_000_000
    for host in slaves:
        program = cluster.shell(host).check_output(f"readlink /proc/$({SHOW.format('MainPID')})/exe")
        assert not program.endswith("(deleted)")
    code, output = run(cluster, variables)
    assert code == 0, output
    assert "changed=0" in output
    assert started(cluster, slaves) == after


def test_a_package_that_was_upgraded_by_hand_is_started(cluster: LabCluster, slaves: list[Host], newer: str) -> None:
    """As after a play that stopped between the package and the restart."""
    host = slaves[0]
    shell = cluster.shell(host)
    # Another file with the same path: what the package manager leaves of a running program.
    shell.check_output("p=$(command -v dockerd) && cp $p $p.new && echo >>$p.new && mv $p.new $p")
    before = started(cluster, slaves)
    code, output = run(cluster, {}, "--check", "--diff")
    assert code == 0, output
    assert "was replaced since it started; it must be restarted" in output
    code, output = run(cluster, {})
    assert code == 0, output[-4000:]
    after = started(cluster, slaves)
    assert [name for name in after if after[name] != before[name]] == [host.name]
