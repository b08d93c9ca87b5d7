"""What the checks before a run read of a real ensemble: its servers, their data, and who stands for election."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master import state as masters
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import ensemble
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import state as servers
from kazoo.client import KazooClient
from local_cluster import LocalCluster, Program, wait_until, zookeeper_installed, zookeeper_mode

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path_factory.mktemp("ensemble"), masters=0, zookeepers=3) as started:
        yield started


def address(server: Program) -> str:
    return f"{server.ip}:{server.port}"


@contextmanager
def session(*of: Program) -> Iterator[KazooClient]:
    client = KazooClient(hosts=",".join(address(server) for server in of), timeout=20)
    client.start(timeout=20)
    try:
        yield client
    finally:
        client.stop()
        client.close()


def test_who_stands_for_election(cluster: LocalCluster) -> None:
    url = cluster.zk_url("mesos")
    assert masters.strangers([url], []) == []
    with session(*cluster.zookeepers) as client:
        for ip in ("127.0.0.1", "192.0.2.8", "192.0.2.9"):
            info = {"address": {"hostname": f"h{ip}", "ip": ip, "port": 5050}, "port": 5050}
            client.create("/mesos/json.info_", json.dumps(info).encode(), sequence=True, makepath=True, ephemeral=True)
        assert masters.strangers([url], ["192.0.2.8"]) == ["192.0.2.9:5050"]
    # Their sessions ended with the client's.
    assert masters.strangers([url], []) == []


def test_a_server_that_ran_alone_and_comes_back(cluster: LocalCluster) -> None:
    """What it has more of an epoch stays: the check refuses such a server, and the members' health finds it."""
    addresses = [address(server) for server in cluster.zookeepers]
    states = servers.ask(addresses)
    alone = next(server for server, seen in zip(cluster.zookeepers, states, strict=True) if seen["mode"] == "follower")
    home = cluster.directory / alone.name
    config = home / "zoo.cfg"
    whole = config.read_text()
    assert servers.configuration(str(config), "")["lines"]
    assert servers.has_data([str(home)])
    epoch = servers.epoch(str(home))
    assert epoch is not None

    alone.kill()
    config.write_text("\n".join(line for line in whole.splitlines() if not line.startswith("server.")))
    alone.start()
    wait_until("it serves alone", lambda: zookeeper_mode(alone) == "standalone")
    assert servers.configuration(str(config), "")["lines"] == []
    assert servers.epoch(str(home)) == epoch
    with session(alone) as client:
        for number in range(5):
            client.create(f"/alone{number}")
    with session(*(server for server in cluster.zookeepers if server is not alone)) as client:
        for number in range(20):
            client.create(f"/together{number}")

    alone.kill()
    config.write_text(whole)
    alone.start()
    wait_until("it is back", lambda: zookeeper_mode(alone) == "follower")
    wait_until("it is found", lambda: any("the znode trees differ" in said for said in problems(addresses)))


def problems(addresses: list[str]) -> list[str]:
    return ensemble.problems(servers.ask(addresses))
