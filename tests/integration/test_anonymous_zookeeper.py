"""What real ZooKeeper servers let a client do that shows no password."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import anonymous, trees
from kazoo.client import KazooClient
from kazoo.security import make_acl
from local_cluster import (
    ZOOKEEPER_JAR,
    LocalCluster,
    free_port,
    wait_until,
    zookeeper_installed,
    zookeeper_mode,
)

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path_factory.mktemp("anonymous"), masters=0, zookeepers=3) as started:
        yield started


def test_by_the_permissions_of_the_root(cluster: LocalCluster) -> None:
    server = cluster.zookeeper
    assert anonymous.rights(server.ip, server.port, 5) == ["read", "write"]
    client = KazooClient(hosts=f"{server.ip}:{server.port}", auth_data=[("digest", "a:b")], timeout=20)
    client.start(timeout=20)
    try:
        owner = make_acl("auth", "", all=True)
        client.set_acls("/", [owner, make_acl("world", "anyone", read=True)])
        assert anonymous.rights(server.ip, server.port, 5) == ["read"]
        client.set_acls("/", [owner])
        assert anonymous.rights(server.ip, server.port, 5) == []
        client.set_acls("/", [make_acl("world", "anyone", all=True)])
    finally:
        client.stop()
        client.close()
    assert anonymous.rights(server.ip, server.port, 5) == ["read", "write"]


def test_one_that_wants_a_user_first(tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "zoo.cfg").write_text(
        f"dataDir={tmp_path}\nclientPort={port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\n"
        "4lw.commands.whitelist=srvr\nenforce.auth.enabled=true\nenforce.auth.schemes=sasl\n"
        "authProvider.sasl=org.apache.zookeeper.server.auth.SASLAuthenticationProvider\n"
    )
    (tmp_path / "jaas.conf").write_text(
        'Server { org.apache.zookeeper.server.auth.DigestLoginModule required user_a="b"; };\n'
    )
    with open(tmp_path / "log", "wb") as log:
        server = subprocess.Popen(
            ["java", "-Xmx64m", f"-Djava.security.auth.login.config={tmp_path}/jaas.conf", "-cp",
             f"{ZOOKEEPER_JAR}:/usr/share/java/*", "org.apache.zookeeper.server.quorum.QuorumPeerMain",
             str(tmp_path / "zoo.cfg")], stdout=log, stderr=log)  # fmt: skip

    class Here:
        ip = "127.0.0.1"

    here = Here()
    here.port = port  # type: ignore[attr-defined]
    try:
        wait_until("it serves", lambda: zookeeper_mode(here) == "standalone")  # type: ignore[arg-type]
        assert anonymous.rights("127.0.0.1", port, 5) == []
    finally:
        server.kill()
        server.wait()


def test_a_busy_ensemble_has_no_trees_that_differ(cluster: LocalCluster) -> None:
    addresses = [f"{server.ip}:{server.port}" for server in cluster.zookeepers]
    client = KazooClient(hosts=",".join(addresses), timeout=20)
    client.start(timeout=20)
    try:
        for number in range(400):
            client.create_async(f"/busy{number}", b"")
        _servers, problems = trees.examine(addresses, 5)
    finally:
        client.stop()
        client.close()
    assert problems == []
    servers, problems = trees.examine(addresses, 5)
    assert problems == []
    assert trees.agree(servers)
