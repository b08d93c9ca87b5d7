"""ZooKeeper gets older data while the programs that ask it run on, as a restore from a backup does."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from kazoo.client import KazooClient
from local_cluster import LocalCluster, zookeeper_installed

from labengine.common.address import Address
from labengine.common.zk import MasterDetector
from labengine.master.election import master_info

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")

# More than all that happens after the data was replaced, or ZooKeeper would reach what the old session has seen.
LATER_TRANSACTIONS = 1000


def _write_leader(client: KazooClient, number: int) -> str:
    ip = f"127.0.0.{number}"
    data = json.dumps(master_info(f"m{number}", Address(ip, 5050, ip, 5050, ip))).encode()
    return str(client.create("/mesos/json.info_", data, sequence=True, makepath=True))


def _client(cluster: LocalCluster) -> KazooClient:
    client = KazooClient(f"127.0.0.1:{cluster.zookeeper_port}", timeout=30)
    client.start(30)
    return client


def test_the_leader_is_detected_when_zookeeper_has_older_data(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=0) as cluster:
        home, kept = tmp_path / "zookeeper", tmp_path / "kept"
        client = _client(cluster)
        first = _write_leader(client, 2)
        shutil.copytree(home, kept)

        async def story() -> None:
            detector = MasterDetector(cluster.zk_url("mesos"), session_timeout=3.0)
            await detector.start(30)
            for number in range(LATER_TRANSACTIONS):
                client.create_async(f"/later-{number}")
            client.delete(first)
            await asyncio.to_thread(_write_leader, client, 3)
            client.stop()
            async with asyncio.timeout(60):
                while detector.leader is None or detector.leader.host != "127.0.0.3":
                    await detector.wait_for_change(detector.leader)

            await asyncio.to_thread(cluster.zookeeper.kill)
            shutil.rmtree(home)
            shutil.copytree(kept, home)
            await asyncio.to_thread(cluster.start_zookeeper)
            async with asyncio.timeout(60):
                found = await detector.wait_for_change(detector.leader)
            assert found is not None and found.host == "127.0.0.2"
            await detector.stop()

        asyncio.run(story())
