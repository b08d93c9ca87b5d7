"""What a backup copies from running programs, and what comes back from it: a real ZooKeeper, the engine's cluster."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest
import requests
from ansible_collections.quorum.mesos.plugins.module_utils._backup import collect, zookeeper_data
from kazoo.client import KazooClient
from local_cluster import LocalCluster, Program, wait_until, zookeeper_mode

pytestmark = pytest.mark.engine("it copies the data of a ZooKeeper and of masters that are not ours")
APP = {"id": "/kept", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 2}


def place(cluster: LocalCluster, taken: Path) -> None:
    """The same data for each server, and nothing of what it had."""
    for server in cluster.zookeepers:
        version = cluster.directory / server.name / "version-2"
        shutil.rmtree(version, ignore_errors=True)
        shutil.copytree(taken, version)


def follower(cluster: LocalCluster) -> Program:
    return next(one for one in cluster.zookeepers if zookeeper_mode(one) == "follower")


def test_a_busy_ensemble_is_copied_and_others_have_all_of_it(tmp_path: Path) -> None:
    """While a client writes; onto three servers of other addresses, and onto one."""
    ended, written = threading.Event(), []
    taken = tmp_path / "taken"
    taken.mkdir()
    (tmp_path / "first").mkdir()
    first = LocalCluster(tmp_path / "first", masters=0, zookeepers=3)
    first.start_zookeeper()
    try:
        client = KazooClient(",".join(f"{one.ip}:{one.port}" for one in first.zookeepers))
        client.start(timeout=30)

        def write() -> None:
            while not ended.is_set():
                written.append(client.create(f"/node{len(written)}", b"x" * 2000))

        writer = threading.Thread(target=write)
        writer.start()
        wait_until("the writer is busy", lambda: len(written) > 200)
        before = len(written)
        source = follower(first)
        found = collect.zookeeper([str(first.directory / source.name)], str(taken))
        ended.set()
        writer.join()
        client.stop()
    finally:
        for one in first.zookeepers:
            one.kill()
    assert zookeeper_data.check(str(taken), found["files"]) == []
    for number, name in ((3, "three"), (1, "alone")):
        (tmp_path / name).mkdir()
        other = LocalCluster(tmp_path / name, masters=0, zookeepers=number)
        place(other, taken)
        other.start_zookeeper()
        try:
            reader = KazooClient(f"{other.zookeepers[-1].ip}:{other.zookeepers[-1].port}")
            reader.start(timeout=30)
            there = [path for path in written if reader.exists(path)]
            # A follower may be a few transactions behind what its leader has answered.
            assert len(there) >= before - 20
            assert there == written[: len(there)]
            reader.create("/goes-on")
            reader.stop()
        finally:
            for one in other.zookeepers:
                one.kill()


def test_apps_and_agents_come_back_with_their_tasks(tmp_path: Path) -> None:
    """A master, its ZooKeeper and Marathon lose all, and the agent outlives them."""
    (tmp_path / "cluster").mkdir()
    with LocalCluster(tmp_path / "cluster", masters=1, agents=1, marathons=1) as cluster:
        url = cluster.marathons[0].url

        def ask(path: str) -> dict:
            return requests.get(url + path, timeout=10).json()

        def running() -> set[str]:
            return {task["id"] for task in ask("/v2/apps/kept/tasks")["tasks"] if task["state"] == "TASK_RUNNING"}

        requests.put(f"{url}/v2/apps/kept", json=APP, timeout=10).raise_for_status()
        wait_until("both tasks run", lambda: len(running()) == 2, 60)
        tasks, framework, (agent,) = running(), ask("/v2/info")["frameworkId"], cluster.wait_agents(1)

        data, registry = tmp_path / "data", tmp_path / "registry"
        data.mkdir()
        registry.mkdir()
        collect.zookeeper([str(cluster.directory / cluster.zookeeper.name)], str(data))
        replica = cluster.directory / cluster.masters[0].name / "replicated_log"
        collect.registry(str(replica), str(registry))

        stopped = [*cluster.marathons, *cluster.masters, *cluster.zookeepers]
        for program in stopped:
            program.kill()
        place(cluster, data)
        shutil.rmtree(replica)
        shutil.copytree(registry, replica)
        for program in reversed(stopped):
            program.start()
        cluster.marathons[0].wait_answering("/ping", 60)
        assert cluster.wait_agents(1, 60)[0]["id"] == agent["id"]
        assert ask("/v2/info")["frameworkId"] == framework
        wait_until("the tasks are known again", lambda: running() == tasks, 60)
