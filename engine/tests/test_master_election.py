"""Three masters on a real ZooKeeper: who leads, what the others answer, what a loss costs."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from kazoo.client import KazooClient
from kazoo.exceptions import NoAuthError
from local_cluster import LocalCluster, Program, wait_until
from mesos_clients import AgentEnd, Scheduler, task


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path, masters=3) as cluster:
        yield cluster


@contextlib.contextmanager
def zookeeper(cluster: LocalCluster) -> Iterator[KazooClient]:
    client = KazooClient(f"127.0.0.1:{cluster.zookeeper_port}")
    client.start(10)
    try:
        yield client
    finally:
        client.stop()
        client.close()


def metrics(program: Program) -> dict[str, float]:
    return requests.get(program.url + "/metrics/snapshot", timeout=5).json()


def see_one_leader(cluster: LocalCluster) -> bool:
    running = [program for program in cluster.masters if program.running]
    return all(requests.get(program.url + "/redirect", allow_redirects=False, timeout=5).headers.get("Location")
               == f"//{cluster.leader().ip}:{cluster.leader().port}" for program in running)


def with_a_task(leader: Program) -> tuple[AgentEnd, Scheduler, dict[str, Any]]:
    """An agent, a scheduler, and the RUN_TASK between them."""
    agent = AgentEnd(leader.url)
    agent.subscribed()
    scheduler = Scheduler(leader.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    scheduler.launch(offer, task(offer))
    return agent, scheduler, agent.stream.expect("RUN_TASK")


def test_followers_point_at_the_leader(cluster: LocalCluster) -> None:
    leader = cluster.leader()
    wait_until("all see the leader", lambda: see_one_leader(cluster))
    assert [metrics(program)["master/elected"] for program in cluster.masters].count(1.0) == 1
    for program in cluster.masters:
        assert metrics(program)["registrar/log/ensemble_size"] == 3.0
        assert metrics(program)["registrar/log/recovered"] == 1.0
        assert requests.get(program.url + "/master/health", timeout=5).text == ""
        if program is leader:
            continue
        for path in ("/state", "/master/state", "/slaves", "/state-summary", "/tasks", "/roles", "/frameworks"):
            answer = requests.get(program.url + path, allow_redirects=False, timeout=5)
            target = path if path.startswith("/master") else f"/master{path}"
            assert (answer.status_code, answer.headers["Location"]) == (307, f"//{leader.ip}:{leader.port}{target}")
        answer = requests.post(program.url + "/api/v1", json={"type": "GET_MASTER"}, allow_redirects=False, timeout=5)
        assert (answer.status_code, answer.headers["Location"]) == (
            307, f"//{leader.ip}:{leader.port}/master/api/v1")
        followed = requests.get(program.url + "/state", timeout=5).json()
        assert followed["pid"] == f"master@{leader.ip}:{leader.port}"


def test_znodes_are_those_of_mesos(cluster: LocalCluster) -> None:
    with zookeeper(cluster) as client:
        names = sorted(name for name in client.get_children("/mesos") if name.startswith("json.info_"))
        assert len(names) == 3
        info = json.loads(client.get(f"/mesos/{names[0]}")[0])
        assert len(client.get_children("/mesos/log_replicas")) == 3
    leader = cluster.leader()
    assert info["address"] == {"hostname": leader.ip, "ip": leader.ip, "port": leader.port}
    assert (info["hostname"], info["port"], info["pid"]) == (
        leader.ip, leader.port, f"master@{leader.ip}:{leader.port}")
    assert info["ip"] == int.from_bytes(bytes(int(part) for part in leader.ip.split(".")), "little")
    assert info["version"] == "1.11.0"


def test_tasks_survive_a_killed_leader(cluster: LocalCluster) -> None:
    leader = cluster.leader()
    agent, scheduler, run = with_a_task(leader)
    scheduler.acknowledge(agent.report(run, "TASK_RUNNING"))
    leader.kill()
    assert agent.stream.ended.wait(5)
    new = cluster.wait_leader()
    assert new is not leader

    # The framework is first: its agent is still on the way.
    again = Scheduler(new.url, framework_id=scheduler.id)
    assert again.subscribed() == scheduler.id
    again.call("RECONCILE", tasks=[{"task_id": {"value": "t1"}, "agent_id": {"value": agent.id}}])
    again.stream.nothing("UPDATE", 0.5)
    waiting = requests.get(new.url + "/slaves", timeout=5).json()
    assert (waiting["slaves"], [one["id"] for one in waiting["recovered_slaves"]]) == ([], [agent.id])
    back = AgentEnd(new.url, agent_id=agent.id, frameworks=[run["framework"]], tasks=[
        {"framework_id": run["framework"]["id"], "task": run["task"], "status": {"state": "TASK_RUNNING"}}])
    assert back.subscribed() == agent.id
    assert requests.get(new.url + "/slaves", timeout=5).json()["recovered_slaves"] == []
    again.call("RECONCILE", tasks=[{"task_id": {"value": "t1"}, "agent_id": {"value": agent.id}}])
    assert again.update()["state"] == "TASK_RUNNING"
    state = requests.get(new.url + "/state", timeout=5).json()
    assert [one["id"] for one in state["frameworks"][0]["tasks"]] == ["t1"]
    assert state["slaves"][0]["used_resources"]["cpus"] == 0.5


def test_the_registry_outlives_every_master(cluster: LocalCluster) -> None:
    agent_id = AgentEnd(cluster.leader().url).subscribed()
    for program in cluster.masters:
        program.kill()
    for program in cluster.masters:
        program.start()
    recovered = requests.get(cluster.wait_leader().url + "/state", timeout=5).json()["recovered_slaves"]
    assert [(one["id"], one["hostname"], one["attributes"]) for one in recovered] == [
        (agent_id, "agent", {"rack": "r1"})]


def test_a_leader_that_lost_its_quorum_stops_at_the_next_write(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=3, master_flags={"registry_store_timeout": "1secs"}) as cluster:
        leader = cluster.leader()
        AgentEnd(leader.url).subscribed()
        for program in cluster.masters:
            if program is not leader:
                program.kill()
        with contextlib.suppress(requests.RequestException):
            AgentEnd(leader.url, port=5052)
        assert leader.wait(10) == 1
        assert "Failed to update registry" in leader.tail()


def test_deleting_the_leaders_znode_hands_over_at_once(cluster: LocalCluster) -> None:
    leader = cluster.leader()
    with zookeeper(cluster) as client:
        lowest = min(name for name in client.get_children("/mesos") if name.startswith("json.info_"))
        client.delete(f"/mesos/{lowest}")
    assert leader.wait(5) == 1
    new = cluster.wait_leader(2)
    assert new is not leader
    leader.start()
    leader.wait_answering("/health")
    wait_until("all see the leader", lambda: see_one_leader(cluster))
    assert cluster.leader() is new


def test_a_leader_without_zookeeper_exits_and_followers_wait(cluster: LocalCluster) -> None:
    leader = cluster.leader()
    cluster.zookeeper.kill()
    assert leader.wait(cluster.session_timeout + 5) == 1
    followers = [program for program in cluster.masters if program is not leader]
    assert all(program.running for program in followers)
    wait_until("nobody leads", lambda: requests.get(
        followers[0].url + "/state", timeout=5, allow_redirects=False).status_code == 503)
    assert requests.get(followers[0].url + "/state", timeout=5).text == "No leader elected"
    assert requests.get(followers[0].url + "/health", timeout=5).status_code == 200
    cluster.start_zookeeper()
    assert cluster.wait_leader(20) in followers


def test_without_quorum_a_leader_has_not_recovered(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=0, quorum=2) as cluster:
        lonely = cluster.add_master(registry_fetch_timeout="4secs")
        lonely.wait_answering("/health")
        wait_until("it leads", lambda: metrics(lonely)["master/elected"] == 1.0)
        assert metrics(lonely)["registrar/log/recovered"] == 0.0
        assert metrics(lonely)["registrar/log/ensemble_size"] == 1.0
        answer = requests.post(lonely.url + "/api/v1", json={"type": "GET_HEALTH"}, timeout=5)
        assert (answer.status_code, answer.text) == (503, "Master has not finished recovery")
        state = requests.get(lonely.url + "/state", timeout=5)
        assert (state.status_code, state.json()["slaves"]) == (200, [])
        assert lonely.wait(10) == 1
        assert "registrar" in lonely.tail()
        lonely.start()
        cluster.add_master()
        cluster.add_master()
        cluster.wait_leader()


def test_a_stopped_leader_keeps_its_session(cluster: LocalCluster) -> None:
    """As the real one: SIGTERM does not hand over, the session has to run out."""
    leader = cluster.leader()
    assert leader.terminate() == 0
    with zookeeper(cluster) as client:
        assert len([name for name in client.get_children("/mesos") if name.startswith("json.info_")]) == 3
    assert cluster.wait_leader() is not leader


def test_znodes_of_other_credentials(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=0) as cluster:
        servers = f"127.0.0.1:{cluster.zookeeper_port}/mesos"
        cluster.add_master(zk=f"zk://mesos:secret@{servers}")
        cluster.wait_leader()
        other = cluster.add_master(zk=f"zk://mesos:wrong@{servers}")
        assert other.wait(10) == 1
        assert "the znodes belong to other credentials" in other.tail()
        assert "secret" not in cluster.masters[0].tail(100)
        with zookeeper(cluster) as client:
            acls, _stat = client.get_acls("/mesos")
            assert sorted((acl.id.scheme, acl.perms) for acl in acls) == [("digest", 31), ("world", 1)]
            with pytest.raises(NoAuthError):
                client.create("/mesos/x")
        # Whoever only reads needs no credentials, as with the real ones.
        cluster.add_agent(master=f"zk://{servers}")
        cluster.wait_agents(1)
        state = f"zk://app:pw@127.0.0.1:{cluster.zookeeper_port}/marathon"
        marathon = cluster.add_marathon(master=f"zk://{servers}", zk=state)
        marathon.wait_answering("/v2/info")
        info = requests.get(marathon.url + "/v2/info", timeout=5).json()
        assert info["zookeeper_config"]["zk"].startswith("zk://xxxxxxxx:xxxxxxxx@127.0.0.1:")
        with zookeeper(cluster) as client:
            for path in ("/marathon/state", "/marathon/leader-curator"):
                with pytest.raises(NoAuthError):
                    client.get(path)


def test_a_leader_that_was_replaced_ends_instead_of_writing_on(cluster: LocalCluster) -> None:
    leader = cluster.leader()
    written = requests.get(leader.url + "/lab/v1/registry", timeout=5).json()
    with contextlib.suppress(requests.RequestException):
        requests.post(leader.url + "/lab/v1/registry", timeout=5, json={
            **written, "version": written["version"] + 1, "writer": "another-master"})
    assert leader.wait(5) == 1
    assert "another master (another-master) writes the registry" in leader.tail()


def test_a_new_leader_tells_that_an_unreachable_agent_is_back(tmp_path: Path) -> None:
    """The one before it told of the loss: the framework must hear that the task runs."""
    with LocalCluster(tmp_path, masters=3, master_flags={"agent_ping_timeout": "1secs",
                                                        "max_agent_ping_timeouts": "2"}) as cluster:
        leader = cluster.leader()
        agent, scheduler, run = with_a_task(leader)
        agent.silent = True
        assert scheduler.update()["state"] == "TASK_UNREACHABLE"
        leader.kill()
        new = cluster.wait_leader()
        again = Scheduler(new.url, framework_id=scheduler.id)
        again.subscribed()
        AgentEnd(new.url, agent_id=agent.id, frameworks=[run["framework"]], tasks=[
            {"framework_id": run["framework"]["id"], "task": run["task"], "status": {"state": "TASK_RUNNING"}}]
        ).subscribed()
        status = again.update()
        assert (status["state"], status["reason"]) == ("TASK_RUNNING", "REASON_SLAVE_REREGISTERED")
