"""The registry while the number of masters changes: who has a vote, who gets one, and who waits in vain."""

from __future__ import annotations

import shutil
from pathlib import Path

import requests
from local_cluster import LocalCluster, Program, wait_until
from mesos_clients import AgentEnd


def recovered(program: Program) -> float:
    return requests.get(program.url + "/metrics/snapshot", timeout=5).json()["registrar/log/recovered"]


def sizes(cluster: LocalCluster) -> set[float]:
    return {requests.get(one.url + "/metrics/snapshot", timeout=5).json()["registrar/log/ensemble_size"]
            for one in cluster.masters if one.running}


def register(cluster: LocalCluster) -> str:
    return AgentEnd(cluster.leader().url).subscribed()


def knows(cluster: LocalCluster, agent_id: str) -> bool:
    state = requests.get(cluster.leader().url + "/slaves", timeout=5).json()
    return agent_id in [one["id"] for one in [*state["slaves"], *state["recovered_slaves"]]]


def set_quorum(program: Program, quorum: int) -> None:
    program.command = [f"--quorum={quorum}" if word.startswith("--quorum=") else word for word in program.command]


def test_from_one_to_three_needs_a_second_log(tmp_path: Path) -> None:
    """Two new logs do not make a quorum with the one that has a vote, until it was copied."""
    with LocalCluster(tmp_path, masters=1) as cluster:
        first = cluster.masters[0]
        agent_id = register(cluster)
        first.terminate()
        set_quorum(first, 2)
        cluster._quorum = 2
        first.command.append("--registry_fetch_timeout=4secs")
        first.start()
        second = cluster.add_master(registry_fetch_timeout="4secs")
        third = cluster.add_master(registry_fetch_timeout="4secs")
        wait_until("all are there", lambda: sizes(cluster) == {3.0})
        assert (recovered(first), recovered(second), recovered(third)) == (1.0, 0.0, 0.0)
        wait_until("a leader gives up", lambda: not all(one.running for one in cluster.masters), 20)

        for one in cluster.masters:
            one.kill()
        log = tmp_path / second.name / "replicated_log"
        shutil.rmtree(log)
        shutil.copytree(tmp_path / first.name / "replicated_log", log)
        for one in cluster.masters:
            one.start()
        cluster.wait_leader()
        wait_until("the third caught up", lambda: recovered(third) == 1.0)
        assert knows(cluster, agent_id)


def test_from_three_to_five_and_back(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=3) as cluster:
        agent_id = register(cluster)
        old = list(cluster.masters)
        leader = cluster.leader()
        for one in [*(one for one in old if one is not leader), leader]:
            one.terminate()
            set_quorum(one, 3)
            one.start()
            wait_until("it is back", lambda one=one: recovered(one) == 1.0)
            wait_until("all are there", lambda: sizes(cluster) == {3.0})
        cluster._quorum = 3
        new = [cluster.add_master(), cluster.add_master()]
        wait_until("they caught up", lambda: [recovered(one) for one in new] == [1.0, 1.0])
        wait_until("five take part", lambda: sizes(cluster) == {5.0})
        cluster.wait_leader()
        assert knows(cluster, agent_id)
        for one in old[:2]:
            one.kill()
        cluster.wait_leader()
        assert knows(cluster, agent_id)


def test_a_wiped_follower_catches_up(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=3) as cluster:
        agent_id = register(cluster)
        leader = cluster.leader()
        wiped, other = (one for one in cluster.masters if one is not leader)
        wiped.kill()
        shutil.rmtree(tmp_path / wiped.name)
        wiped.start()
        wait_until("it caught up", lambda: recovered(wiped) == 1.0)
        leader.kill()
        cluster.wait_leader()
        assert knows(cluster, agent_id)
        assert recovered(other) == 1.0


def test_five_logs_at_quorum_two_lose_a_registration(tmp_path: Path) -> None:
    """The wrong order: two that missed a write elect a leader that does not know of it."""
    with LocalCluster(tmp_path, masters=5, quorum=2) as cluster:
        wait_until("all vote", lambda: [recovered(one) for one in cluster.masters] == [1.0] * 5)
        leader = cluster.leader()
        late = [one for one in cluster.masters if one is not leader][:2]
        for one in late:
            one.kill()
        agent_id = register(cluster)
        for one in cluster.masters:
            if one.running:
                one.kill()
        for one in late:
            one.start()
        cluster.wait_leader()
        assert not knows(cluster, agent_id)
