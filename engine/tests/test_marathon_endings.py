"""With which status a Marathon ends, and what it takes to start again: as the real one, whose supervisor tells it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest
import requests
from kazoo.client import KazooClient
from local_cluster import ENGINE, LocalCluster, Program, wait_until, zookeeper_installed

APP = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32}
PRINCIPAL = "--mesos_authentication_principal=marathon"
MINUTE = 60


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    if not zookeeper_installed():
        pytest.skip("needs ZooKeeper and Java: apt-get install zookeeper")
    with LocalCluster(tmp_path_factory.mktemp("cluster"), agents=1, marathons=1,
                      agent_flags={"containerizers": "mesos"}) as made:
        requests.post(f"{made.marathon_url}/v2/apps", json=APP, timeout=10).raise_for_status()
        yield made


@pytest.fixture
def marathon(cluster: LocalCluster) -> Iterator[Program]:
    """It runs again afterwards with the command of before."""
    (program,) = cluster.marathons
    command = program.command
    yield program
    program.command = command


def running(cluster: LocalCluster) -> list[str]:
    """The ids of the app's tasks, as soon as one runs."""
    return wait_until("the app runs", lambda: [
        task["id"] for task in requests.get(f"{cluster.marathon_url}/v2/apps/web/tasks", timeout=5).json()["tasks"]
        if task["state"] == "TASK_RUNNING"])


def test_a_principal_is_no_more_given_to_one_that_registered(cluster: LocalCluster, marathon: Program) -> None:
    before, command = running(cluster), marathon.command
    marathon.terminate()
    marathon.command = [*command, PRINCIPAL]
    refused = "the Mesos master refuses this framework: Changing framework's principal is not allowed."
    for _start in range(2):
        marathon.start()
        assert marathon.wait(MINUTE) == 106
        assert refused in marathon.tail()
    # A new master knows the framework by what its agents bring.
    cluster.leader().kill()
    cluster.masters[0].start()
    cluster.wait_leader()
    cluster.wait_agents(1)
    marathon.start()
    assert marathon.wait(MINUTE) == 106
    marathon.command = command
    marathon.start()
    marathon.wait_answering("/ping")
    assert running(cluster) == before


def test_a_lost_master_ends_it_and_the_next_start_finds_everything(cluster: LocalCluster, marathon: Program) -> None:
    before = running(cluster)
    cluster.leader().kill()
    assert marathon.wait(MINUTE) == 105
    cluster.masters[0].start()
    cluster.wait_leader()
    cluster.wait_agents(1)
    marathon.start()
    marathon.wait_answering("/ping")
    assert running(cluster) == before


def test_a_port_that_is_taken(cluster: LocalCluster, marathon: Program) -> None:
    second = subprocess.run(marathon.command, env={"PYTHONPATH": str(ENGINE)}, cwd=cluster.directory,
                            capture_output=True, text=True, timeout=MINUTE)
    assert second.returncode == 111 and f"Failed to bind on {marathon.ip}:{marathon.port}" in second.stderr


def test_a_framework_that_was_removed_keeps_its_id_and_cannot_start(cluster: LocalCluster, marathon: Program) -> None:
    """The last one: nothing of the cluster's Marathon is of use after it."""
    running(cluster)
    framework = requests.get(f"{marathon.url}/v2/info", timeout=5).json()["frameworkId"]
    requests.post(f"{cluster.leader().url}/teardown", data={"frameworkId": framework}, timeout=5).raise_for_status()
    assert marathon.wait(MINUTE) == 105
    for _start in range(2):
        marathon.start()
        assert marathon.wait(MINUTE) == 110
        assert "Framework has been removed" in marathon.tail()
    client = KazooClient(f"{cluster.zookeeper.ip}:{cluster.zookeeper_port}", timeout=20)
    client.start()
    client.delete("/marathon/state/framework-id")
    client.stop()
    marathon.start()
    assert marathon.wait(MINUTE) == 108
    assert "Refusing to create a new framework id while 1 instances are stored" in marathon.tail()
