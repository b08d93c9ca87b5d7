"""The lab engine's agent with its masters: a fail-over does not touch a running task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
from local_cluster import LocalCluster, wait_until, zookeeper_installed
from mesos_clients import Scheduler

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")


def _task(offer: dict[str, Any], command: str) -> dict[str, Any]:
    return {"name": "long", "task_id": {"value": "long.1"}, "agent_id": offer["agent_id"],
            "command": {"value": command, "shell": True},
            "resources": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}},
                          {"name": "mem", "type": "SCALAR", "scalar": {"value": 32}}]}


def _updates(scheduler: Scheduler, state: str) -> dict[str, Any]:
    while True:
        status = scheduler.update()
        scheduler.acknowledge(status)
        if status["state"] == state:
            return status


def test_task_survives_the_leader_and_the_agent(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=3, agents=1, agent_flags={"containerizers": "mesos"}) as cluster:
        leader = cluster.leader()
        scheduler = Scheduler(leader.url, name="survivor")
        framework_id = scheduler.subscribed()
        offer = scheduler.offer()
        scheduler.launch(offer, _task(offer, "echo $$; while [ ! -e go ]; do sleep 0.1; done"))
        running = _updates(scheduler, "TASK_RUNNING")
        leader.kill()
        follower = cluster.wait_leader()
        (slave,) = cluster.wait_agents(1)
        assert slave["id"] == offer["agent_id"]["value"]
        scheduler = Scheduler(follower.url, name="survivor", framework_id=framework_id)
        scheduler.subscribed()
        cluster.agents[0].kill()
        cluster.agents[0].start()
        (task,) = wait_until("the task is known to the new leader", lambda: [
            task for task in requests.get(follower.url + "/tasks", timeout=5).json()["tasks"]
            if task["state"] == "TASK_RUNNING"])
        container_id = task["statuses"][-1]["container_status"]["container_id"]["value"]
        assert container_id == running["container_status"]["container_id"]["value"]
        cluster.agents[0].wait_answering("/health")
        state = requests.get(cluster.agents[0].url + "/state", timeout=5).json()
        Path(state["frameworks"][0]["executors"][0]["directory"], "go").touch()
        assert _updates(scheduler, "TASK_FINISHED")["message"] == "Command exited with status 0"


def test_an_id_longer_than_a_file_name_ends_the_task_alone(tmp_path: Path) -> None:
    with LocalCluster(tmp_path, masters=1, agents=1, agent_flags={"containerizers": "mesos"}) as cluster:
        scheduler = Scheduler(cluster.leader().url, name="long")
        scheduler.subscribed()
        offer = scheduler.offer()
        scheduler.launch(offer, {**_task(offer, "true"), "task_id": {"value": "a" * 256}})
        assert scheduler.update()["state"] == "TASK_ERROR"
        offer = scheduler.offer()
        scheduler.launch(offer, {**_task(offer, "true"), "task_id": {"value": "a" * 255}})
        assert _updates(scheduler, "TASK_FINISHED")["agent_id"] == offer["agent_id"]
