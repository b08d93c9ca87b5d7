"""Masters, agents and Marathon of the engine together: a task survives the loss of the leader."""

from __future__ import annotations

from pathlib import Path

import requests
from local_cluster import LocalCluster, wait_until


def running_tasks(cluster: LocalCluster) -> dict[str, str]:
    """The host of every running task of the app."""
    tasks = requests.get(cluster.marathon_url + "/v2/apps/sleeper/tasks", timeout=5,
                         headers={"Accept": "application/json"}).json()["tasks"]
    return {task["id"]: task["host"] for task in tasks if task["state"] == "TASK_RUNNING"}


def test_tasks_survive_the_loss_of_the_leader(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=3, agents=2, marathons=1) as cluster:
        app = {"id": "/sleeper", "cmd": "sleep 1000", "cpus": 0.1, "mem": 32, "instances": 2,
               "constraints": [["hostname", "UNIQUE"]]}
        assert requests.post(cluster.marathon_url + "/v2/apps", json=app, timeout=10).status_code == 201
        before = wait_until("two tasks run", lambda: len(found := running_tasks(cluster)) == 2 and found)
        assert sorted(before.values()) == ["127.0.0.2", "127.0.0.3"]

        cluster.leader().kill()
        leader = cluster.wait_leader()
        cluster.wait_agents(2)
        cluster.restart_marathons()

        def reconnected() -> bool:
            frameworks = requests.get(leader.url + "/frameworks", timeout=5).json()["frameworks"]
            return [one["connected"] for one in frameworks] == [True]

        wait_until("Marathon is back", reconnected)
        assert running_tasks(cluster) == before
        answer = requests.put(cluster.marathon_url + "/v2/apps/sleeper", json={"instances": 1}, timeout=10)
        assert answer.status_code == 200
        wait_until("one task is left", lambda: len(running_tasks(cluster)) == 1)
        assert set(running_tasks(cluster)) < set(before)
