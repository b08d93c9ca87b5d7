"""Whose znode the leader's is."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.master import election, state
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper.client import ZooKeeperError


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


class Fading(Store):
    """A ZooKeeper in which a znode ends between the list and the look."""

    def __init__(self, nodes: dict[str, bytes], gone: str, kind: str = "NoNodeError") -> None:
        super().__init__(nodes)
        self.gone, self.kind = gone, kind

    def get(self, path: str) -> bytes:
        if path == self.gone:
            raise ZooKeeperError("read", self.kind)
        return super().get(path)

    def children(self, path: str) -> list[str]:
        if path == self.gone:
            raise ZooKeeperError("list", self.kind)
        return super().children(path)


NODES = {
    "/mesos/json.info_0000000009": info("10.0.0.2"),
    "/mesos/json.info_0000000004": info("10.0.0.1"),
    "/mesos/json.info_0000000005": b"no JSON",
    "/mesos/log_replicas": b"",
}


def test_who_stands_for_election() -> None:
    standing = election.candidates(Store(NODES), "/mesos")
    assert [each.name for each in standing] == ["10.0.0.1:5050", "10.0.0.2:5050"]
    assert election.strangers(standing, ["h10.0.0.1"]) == ["10.0.0.2:5050"]
    assert election.strangers(standing, ["10.0.0.1", "10.0.0.2"]) == []


def test_a_candidate_that_ends_meanwhile() -> None:
    found = election.candidates(Fading(NODES, "/mesos/json.info_0000000004"), "/mesos")
    assert [each.name for each in found] == ["10.0.0.2:5050"]
    assert election.candidates(Fading(NODES, "/mesos"), "/mesos") == []
    with pytest.raises(ZooKeeperError):
        election.candidates(Fading(NODES, "/mesos", "AuthFailedError"), "/mesos")


def test_candidates_of_this_host_and_of_known_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    standing = [election.candidate(info(address)) for address in ("127.0.0.1", "192.0.2.8", "192.0.2.9")]
    answers = {"zk://a/mesos": standing, "zk://b/mesos": None}
    monkeypatch.setattr(state, "standing", answers.get)
    assert state.strangers(["zk://a/mesos", "zk://b/mesos"], ["192.0.2.8"]) == ["192.0.2.9:5050"]
    # A member that the inventory has by a name only.
    monkeypatch.setattr(state, "addresses_of", lambda names: {"192.0.2.8", "192.0.2.9"})
    assert state.strangers(["zk://a/mesos"], ["b", "c"]) == []
    # Nobody to ask is no answer.
    assert state.strangers(["zk://b/mesos"], []) is None


def test_a_zookeeper_that_does_not_listen_tells_nothing() -> None:
    assert state.standing("zk://127.0.0.1:9/mesos") is None
    assert state.standing("no URL") is None


@pytest.mark.parametrize(
    ("address", "own"),
    [("127.0.0.1", True), ("127.0.0.7", True), ("::1", True), ("192.0.2.1", False), ("a.name", False)],
)
def test_own_addresses(address: str, own: bool) -> None:
    assert state.is_local(address) is own
