"""From which hosts a backup is taken, and when there must be none."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._backup.sources import description, sources


def zookeeper(mode: str, zxid: str = "0x30", **facts: Any) -> dict[str, Any]:
    return {"answers": True, "facts": {"mode": mode, "zxid": zxid, "version": "3.8.0", "node_count": 20, **facts}}


def master(leads: bool = False, recovered: bool = True) -> dict[str, Any]:
    agents = [{"id": "S1", "name": "slave1", "state": "active", "total": {}}] if leads else None
    return {"answers": True, "facts": {"version": "1.11.0", "leads": leads, "recovered": recovered, "agents": agents}}


def marathon(leads: bool = True) -> dict[str, Any]:
    loads = [{"id": "/a", "kind": "app"}, {"id": "/b", "kind": "app"}, {"id": "/c", "kind": "pod"}]
    return {"answers": True, "facts": {"version": "1.11.24", "leads": leads, "workloads": loads, "deployments": 0}}


SILENT = {"answers": False, "why": "connection refused", "facts": {}}


def hosts(**services: list[Any]) -> dict[str, Any]:
    names = [f"node{number}" for number in range(1, max(map(len, services.values())) + 1)]
    return {
        name: {
            "services": {service: found[at] for service, found in services.items() if at < len(found)},
            "lock": "",
            "down": "",
        }
        for at, name in enumerate(names)
    }


def whole() -> dict[str, Any]:
    return hosts(
        zookeeper=[zookeeper("leader"), zookeeper("follower"), zookeeper("follower")],
        master=[master(leads=True), master(), master()],
        marathon=[marathon(leads=False), marathon(), marathon(leads=False)],
    )


def test_followers_are_asked_and_the_leading_marathon() -> None:
    assert sources(whole()) == {
        "zookeeper": "node2", "registry": "node2", "marathon": "node2", "problems": [], "not_reached": [],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("servers", "chosen"),
    [
        ([zookeeper("standalone")], "node1"),
        ([zookeeper("leader"), zookeeper("follower", "0x2e"), zookeeper("follower", "0x2f")], "node3"),
        ([zookeeper("leader"), SILENT, zookeeper("follower")], "node3"),
        ([zookeeper("observer"), zookeeper("leader"), zookeeper("observer")], "node2"),
    ],
)
def test_the_follower_that_is_in_step_is_chosen(servers: list[Any], chosen: str) -> None:
    assert sources(hosts(zookeeper=servers))["zookeeper"] == chosen


def test_a_lone_master_is_taken_and_one_without_a_replica_is_not() -> None:
    assert sources(hosts(master=[master(leads=True)]))["registry"] == "node1"
    assert sources(hosts(master=[master(leads=True), master(recovered=False), master()]))["registry"] == "node3"


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (hosts(zookeeper=[SILENT]), "ZooKeeper: no server answers"),
        (hosts(zookeeper=[zookeeper("leader", problems=["other trees"]), SILENT]), "ZooKeeper: other trees"),
        (hosts(master=[SILENT, master(recovered=False)]), "masters: none answers that has its replica"),
        (hosts(master=[master(), master()]), "masters: none leads"),
        (hosts(marathon=[marathon(leads=False), SILENT]), "no Marathon leads"),
    ],
)
def test_what_is_not_whole_is_not_backed_up(found: dict[str, Any], words: str) -> None:
    (problem,) = sources(found)["problems"]
    assert words in problem


def test_not_while_another_run_changes_the_cluster() -> None:
    found = whole()
    found["node1"]["lock"] = "alice@controller has it for 3 min"
    (problem,) = sources(found)["problems"]
    assert "another run is changing the cluster" in problem
    assert "node1: alice@controller" in problem
    found["node1"]["lock"] += ", and has ended: the next run takes it over"
    assert sources(found)["problems"] == []


def test_a_host_that_is_not_reached_is_named() -> None:
    found = whole()
    found["node2"] = {"services": {"zookeeper": None, "master": None, "marathon": None}, "down": "no route"}
    found["node3"]["services"]["marathon"] = marathon()
    assert sources(found) == {
        "zookeeper": "node3", "registry": "node3", "marathon": "node3", "problems": [], "not_reached": ["node2"],
    }  # fmt: skip


def test_the_manifest_says_what_there_was() -> None:
    found = whole()
    assert description(found, sources(found), {"frameworkId": "F1"}) == {
        "zookeeper": {"host": "node2", "mode": "follower", "version": "3.8.0", "zxid": "0x30", "znodes": 20},
        "registry": {
            "host": "node2", "version": "1.11.0", "leads": False,
            "agents": [{"id": "S1", "name": "slave1", "state": "active"}],
        },
        "marathon": {
            "host": "node2", "version": "1.11.24", "framework": "F1", "apps": 2, "pods": 1, "deployments": 0,
        },
    }  # fmt: skip
    assert description(found, {"zookeeper": None, "registry": None, "marathon": None}, {}) == {}
