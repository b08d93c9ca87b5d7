"""What servers answer to srvr, and when an ensemble is whole."""

from __future__ import annotations

import socket
import threading

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._zookeeper import ensemble, four_letter, probe

SRVR = """Zookeeper version: 3.8.0-${mvnbuild}, built on 2024-06-16 08:53 UTC
Latency min/avg/max: 0/0.0/0
Received: 5
Sent: 4
Connections: 2
Outstanding: 0
Zxid: 0x100000004
Mode: follower
Node count: 12
"""


def server(address: str, mode: str | None, error: str | None = None) -> dict[str, str | None]:
    return {"address": address, "mode": mode, "error": error}


def test_srvr_of_a_follower() -> None:
    assert ensemble.parse_srvr(SRVR) == {
        "mode": "follower",
        "version": "3.8.0-${mvnbuild}",
        "zxid": "0x100000004",
        "connections": 2,
        "node_count": 12,
        "error": None,
    }


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("This ZooKeeper instance is not currently serving requests\n", "not currently serving"),
        ("srvr is not executed because it is not in the whitelist.\n", "not in the whitelist"),
        ("", "empty answer"),
        ("\x16\x03\x01", "\x16\x03\x01"),
    ],
)
def test_srvr_of_one_that_does_not_serve(answer: str, error: str) -> None:
    state = ensemble.parse_srvr(answer)
    assert state["mode"] is None
    assert error in state["error"]


@pytest.mark.parametrize(
    ("modes", "problem"),
    [
        (["leader", "follower", "follower"], None),
        (["leader", "follower", None], None),
        (["standalone"], None),
        (["follower", None, None], "1 of 3 servers serve and 2 must; not serving: h1 (refused), h2 (refused)"),
        (["follower", "follower", "follower"], "the ensemble has 0 leaders"),
        (["leader", "leader", "follower"], "the ensemble has 2 leaders"),
        (["leader", "follower", "standalone"], "h2 runs standalone, outside the ensemble"),
        ([None], "0 of 1 servers serve and 1 must; not serving: h0 (refused)"),
    ],
)
def test_problems(modes: list[str | None], problem: str | None) -> None:
    servers = [server(f"h{n}", mode, None if mode else "refused") for n, mode in enumerate(modes)]
    assert ensemble.problems(servers) == ([problem] if problem else [])


def test_trees_are_compared_at_the_same_transaction() -> None:
    servers = [
        {**server(f"h{n}", mode, None), "zxid": zxid, "node_count": count}
        for n, (mode, zxid, count) in enumerate(
            [("leader", "0x300000009", 12), ("follower", "0x300000009", 15), ("follower", "0x300000008", 11)]
        )
    ]
    (problem,) = ensemble.problems(servers)
    assert problem.startswith(
        "at the same transaction 0x300000009 the znode trees differ (12 znodes on h0, 15 znodes on h1); keep the one"
    )
    servers[1]["node_count"] = 12
    assert ensemble.problems(servers) == []


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("zk1", ("zk1", 2181)),
        ("zk1:2182", ("zk1", 2182)),
        ("[::1]:2182", ("::1", 2182)),
        ("[::1]", ("::1", 2181)),
        ("::1", ("::1", 2181)),
    ],
)
def test_addresses(text: str, address: tuple[str, int]) -> None:
    assert probe.split_address(text) == address


@pytest.fixture
def listener() -> socket.socket:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_asks_over_tcp(listener: socket.socket) -> None:
    asked: list[bytes] = []

    def answer() -> None:
        connection, _peer = listener.accept()
        with connection:
            asked.append(connection.recv(4))
            connection.sendall(SRVR.encode())

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        assert four_letter.ask("127.0.0.1", listener.getsockname()[1], "srvr", 5) == SRVR
    finally:
        thread.join(5)
    assert asked == [b"srvr"]


def test_one_that_does_not_answer_is_a_result() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    state = probe.look(f"127.0.0.1:{port}", 1)
    assert state == {"address": f"127.0.0.1:{port}", "mode": None, "error": "Connection refused"}
