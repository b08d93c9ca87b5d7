"""Whose znode the leader's is."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils.masters import election


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("zk://a:2181,b:2181/mesos", ("a:2181,b:2181", "/mesos", None, None)),
        ("zk://me:p:w@a/mesos/", ("a", "/mesos", "me", "p:w")),
        ("file:///etc/mesos/zk", None),
        ("zk://a:2181", None),
    ],
)
def test_urls(url: str, place: tuple[str | None, ...] | None) -> None:
    assert election.parse(url) == place


class Store:
    def __init__(self, nodes: dict[str, bytes]) -> None:
        self.nodes = nodes

    def children(self, path: str) -> list[str]:
        return [name.rpartition("/")[2] for name in self.nodes if name.startswith(path + "/")]

    def get(self, path: str) -> bytes:
        return self.nodes[path]

    def delete(self, path: str) -> None:
        del self.nodes[path]


def info(ip: str, port: int = 5050) -> bytes:
    return json.dumps({"address": {"hostname": f"h{ip}", "ip": ip, "port": port}, "port": port}).encode()


@pytest.mark.parametrize(
    ("names", "port", "reason"),
    [
        (["10.0.0.1"], 5050, None),
        (["h10.0.0.1"], 5050, None),
        (["10.0.0.2"], 5050, "another master leads (json.info_0000000004)"),
        (["10.0.0.1"], 5051, "another master leads (json.info_0000000004)"),
    ],
)
def test_only_the_leader_gives_up(names: list[str], port: int, reason: str | None) -> None:
    nodes = {
        "/mesos/json.info_0000000009": info("10.0.0.2"),
        "/mesos/json.info_0000000004": info("10.0.0.1"),
        "/mesos/log_replicas": b"",
    }
    store = Store(nodes)
    assert election.give_up(store, "/mesos", names, port) == reason
    assert ("/mesos/json.info_0000000004" in store.nodes) is (reason is not None)


def test_nobody_stands_for_election() -> None:
    assert election.give_up(Store({}), "/mesos", ["a"], 5050) == "no master stands for election at /mesos"


def test_a_znode_of_something_else() -> None:
    assert not election.is_own(b"no json", ["a"], 5050)
    assert not election.is_own(b"{}", ["a"], 5050)
