"""What operators do to agents: drain, deactivate, give up; and the maintenance of machines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, Program, wait_until


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[LocalCluster]:
    with LocalCluster(tmp_path, masters=3, agents=2, marathons=1) as made:
        yield made


def call(cluster: LocalCluster, kind: str, agent_id: str = "", **content: Any) -> requests.Response:
    if agent_id:
        content["agent_id"] = {"value": agent_id}
    return requests.post(cluster.leader().url + "/api/v1", json={"type": kind, kind.lower(): content}, timeout=5)


def agents(cluster: LocalCluster) -> dict[str, dict[str, Any]]:
    """By host name, as GET_AGENTS shows them."""
    found = call(cluster, "GET_AGENTS").json()["get_agents"]["agents"]
    return {one["agent_info"]["hostname"]: one for one in found}


def id_of(cluster: LocalCluster, agent: Program) -> str:
    return agents(cluster)[agent.ip]["agent_info"]["id"]["value"]


def hosts(cluster: LocalCluster) -> list[str]:
    tasks = requests.get(cluster.marathon_url + "/v2/apps/web/tasks", timeout=5,
                         headers={"Accept": "application/json"}).json()["tasks"]
    return sorted(task["host"] for task in tasks if task["state"] == "TASK_RUNNING")


def run(cluster: LocalCluster, instances: int) -> None:
    app = {"id": "/web", "cmd": "trap '' TERM; while :; do sleep 1; done", "cpus": 0.1, "mem": 32,
           "instances": instances, "taskKillGracePeriodSeconds": 60}
    assert requests.post(cluster.marathon_url + "/v2/apps", json=app, timeout=10).status_code == 201
    wait_until("the tasks run", lambda: len(hosts(cluster)) == instances)


def test_drained_agents_stay_so_and_their_tasks_start_elsewhere(cluster: LocalCluster) -> None:
    agent, other = cluster.agents
    agent_id = id_of(cluster, agent)
    assert call(cluster, "DEACTIVATE_AGENT", id_of(cluster, other)).text == ""
    assert agents(cluster)[other.ip] | {"active": False, "deactivated": True} == agents(cluster)[other.ip]
    run(cluster, 2)
    assert hosts(cluster) == [agent.ip] * 2
    assert call(cluster, "REACTIVATE_AGENT", id_of(cluster, other)).status_code == 200

    answer = call(cluster, "DRAIN_AGENT", agent_id, max_grace_period={"seconds": 1})
    assert (answer.status_code, answer.text) == (200, "")
    shown = agents(cluster)[agent.ip]
    config = {"mark_gone": False, "max_grace_period": {"seconds": 1}}
    assert shown["drain_info"] == {"state": "DRAINING", "config": config}
    assert (shown["active"], shown["deactivated"]) == (False, True)
    assert call(cluster, "REACTIVATE_AGENT", agent_id).status_code == 400
    wait_until("it is drained", lambda: agents(cluster)[agent.ip]["drain_info"]["state"] == "DRAINED")
    wait_until("the tasks run elsewhere", lambda: hosts(cluster) == [other.ip] * 2)

    agent.terminate()
    agent.start()
    wait_until("it is back", lambda: "reregistered_time" in agents(cluster)[agent.ip])
    cluster.leader().kill()
    cluster.wait_leader()
    cluster.restart_marathons()
    wait_until("both are back", lambda: len(agents(cluster)) == 2)
    shown = agents(cluster)[agent.ip]
    assert (shown["drain_info"]["state"], shown["deactivated"]) == ("DRAINED", True)
    state = requests.get(cluster.leader().url + "/state", timeout=5).json()
    assert (state["activated_slaves"], state["deactivated_slaves"]) == (1.0, 1.0)

    assert call(cluster, "REACTIVATE_AGENT", agent_id).status_code == 200
    assert (answer := call(cluster, "REACTIVATE_AGENT", agent_id)).status_code == 400
    assert answer.text == "Agent is not deactivated"
    assert agents(cluster)[agent.ip]["active"]


def test_a_drain_goes_on_with_the_next_leader_and_ends_as_gone(cluster: LocalCluster) -> None:
    agent, other = cluster.agents
    agent_id = id_of(cluster, agent)
    call(cluster, "DEACTIVATE_AGENT", id_of(cluster, other))
    run(cluster, 1)
    call(cluster, "REACTIVATE_AGENT", id_of(cluster, other))
    assert call(cluster, "DRAIN_AGENT", agent_id, max_grace_period={"seconds": 8}, mark_gone=True).status_code == 200
    cluster.leader().kill()
    cluster.wait_leader()
    cluster.restart_marathons()
    assert agent.wait(30) == 0
    assert agent.ip not in agents(cluster)
    wait_until("the task runs elsewhere", lambda: hosts(cluster) == [other.ip])
    agent.start()
    assert agent.wait(10) == 0


def test_marked_gone_it_ends_each_time_until_it_gets_a_new_id(cluster: LocalCluster) -> None:
    run(cluster, 2)
    agent, other = cluster.agents
    assert call(cluster, "MARK_AGENT_GONE", id_of(cluster, agent)).status_code == 200
    assert agent.wait(15) == 0
    assert list(agents(cluster)) == [other.ip]
    wait_until("the tasks run elsewhere", lambda: hosts(cluster) == [other.ip] * 2)
    agent.start()
    assert agent.wait(10) == 0
    assert "marked gone" in agent.tail()
    (cluster.directory / agent.name / "meta" / "slaves" / "latest").unlink()
    agent.start()
    cluster.wait_agents(2)


def test_unknown_agents(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=1) as cluster:
        for kind in ("DRAIN_AGENT", "DEACTIVATE_AGENT", "REACTIVATE_AGENT", "MARK_AGENT_GONE"):
            answer = call(cluster, kind, "nope")
            assert (answer.status_code, answer.text) == (400, "Unknown agent")
            assert call(cluster, kind).status_code == 400


def test_maintenance(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=1, agents=1) as cluster:
        agent = cluster.agents[0]
        url = cluster.leader().url
        ours = {"hostname": agent.ip, "ip": agent.ip}
        other = {"hostname": "other.example", "ip": "10.9.8.7"}

        def post(path: str, body: Any) -> tuple[int, str]:
            answer = requests.post(url + path, json=body, timeout=5)
            return answer.status_code, answer.text

        def get(path: str) -> Any:
            return requests.get(url + path, timeout=5).json()

        def window(*machines: dict[str, str]) -> dict[str, Any]:
            return {"machine_ids": list(machines), "unavailability": {"start": {"nanoseconds": 1}}}

        assert get("/maintenance/schedule") == get("/maintenance/status") == {}
        assert post("/maintenance/schedule", []) == (400, "Unexpected JSON type parsed")
        name = '{"hostname":"other.example","ip":"10.9.8.7"}'
        assert post("/maintenance/schedule", {"windows": [window(other), window(other)]}) == (
            400, f"Machine '{name}' appears more than once in the schedule")
        assert post("/machine/down", [ours])[0] == 400
        assert post("/maintenance/schedule", {"windows": [window(ours, other)]}) == (200, "")
        assert get("/master/maintenance/status") == {"draining_machines": [{"id": ours}, {"id": other}]}
        assert post("/machine/up", [ours])[1].endswith("is not in DOWN mode and cannot be brought up")

        assert post("/machine/down", [ours]) == (200, "")
        assert agent.wait(10) == 0
        assert get("/slaves")["slaves"] == []
        assert get("/maintenance/status") == {"down_machines": [ours], "draining_machines": [{"id": other}]}
        assert post("/maintenance/schedule", {"windows": []})[1].endswith(
            "is deactivated and cannot be removed from the schedule")
        agent.start()
        assert agent.wait(10) == 0
        assert post("/machine/up", [ours]) == (200, "")
        assert get("/maintenance/schedule") == {"windows": [window(other)]}
        agent.start()
        cluster.wait_agents(1)
        assert call(cluster, "UPDATE_MAINTENANCE_SCHEDULE", schedule={"windows": []}).status_code == 200
        assert get("/maintenance/schedule") == {}
