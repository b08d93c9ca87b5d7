"""Simulated agents: alone beside a master that the test plays, and many of them with masters and Marathon."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from agent_master import FRAMEWORK, FakeMaster, wait_for
from local_cluster import ENGINE, LocalCluster, Program, wait_until, zookeeper_installed

from labengine.simulated import options

NOTE = "Simulated by the lab engine: nothing runs"
AGENTS = 50
APPS = 100
INSTANCES = 3

Start = Callable[..., Program]


def test_the_help_says_that_nothing_runs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options.read(["--help"])
    assert "NOTHING IS RUN" in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "words"), [
    ([], "the following arguments are required: --master"),
    (["--master=m:5050", "--agents=0"], "argument --agents: '0' is less than 1"),
    (["--master=m:5050", "--failing=2"], "argument --failing: '2' is not between 0 and 1"),
    (["--master=m:5050", "--start_delay=5"], "argument --start_delay: Unknown duration unit ''"),
    (["--master=m:5050", "--resources=cpus:many"], "argument --resources: Bad type for resource cpus"),
    (["--master=m:5050", "--agents=9", "--first_port=65530"], "need ports beyond 65535: lower one of them"),
])
def test_wrong_options_are_refused(capsys: pytest.CaptureFixture[str], arguments: list[str], words: str) -> None:
    with pytest.raises(SystemExit):
        options.read(arguments)
    assert words in " ".join(capsys.readouterr().err.split())


@pytest.fixture
def master() -> Iterator[FakeMaster]:
    made = FakeMaster()
    yield made
    made.close()


@pytest.fixture
def start(master: FakeMaster, tmp_path: Path) -> Iterator[Start]:
    """One simulated agent, which is subscribed when the call returns."""
    with ExitStack() as stack:
        def run(**given: str) -> Program:
            command = [sys.executable, "-m", "labengine.simulated", f"--master=127.0.0.1:{master.port}", "--agents=1",
                       *(f"--{name}={value}" for name, value in given.items())]
            program = Program("simulated", command, tmp_path, "127.0.0.1", 0, {"PYTHONPATH": str(ENGINE)})
            program.start()
            stack.callback(program.kill)
            master.wait_subscribed()
            return program

        yield run


def _task(task_id: str, **more: Any) -> dict[str, Any]:
    return {"name": task_id, "task_id": {"value": task_id}, "command": {"value": "false", "shell": True},
            "resources": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}}], **more}


def test_a_task_runs_is_healthy_and_is_killed(master: FakeMaster, start: Start) -> None:
    start()
    master.run(_task("t", health_check={"type": "COMMAND", "command": {"value": "false"}}))
    running = master.wait_state("t", "TASK_RUNNING")
    assert (running["message"], running["healthy"]) == (NOTE, True)
    master.kill("t")
    killed = master.wait_over("t")
    assert master.states("t") == ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"]
    assert killed["message"] == NOTE
    master.kill("t")
    wait_for(lambda: master.states("t")[-1] == "TASK_DROPPED", "the answer for a task that is not there")


def test_the_agent_is_marked_and_brings_its_tasks_along(master: FakeMaster, start: Start) -> None:
    start(attributes="rack:a", resources="cpus:2;mem:64")
    assert master.subscriptions[0]["tasks"] == []
    info = master.subscriptions[0]["agent_info"]
    assert [one["name"] for one in info["attributes"]] == ["rack", "simulated"]
    assert [one["name"] for one in info["resources"]] == ["cpus", "mem"]
    master.run(_task("t"))
    master.wait_state("t", "TASK_RUNNING")
    master.disconnect()
    master.wait_subscribed(2)
    again = master.subscriptions[1]
    assert again["agent_info"]["id"]["value"]
    assert [(one["task"]["task_id"]["value"], one["status"]["state"]) for one in again["tasks"]] == [
        ("t", "TASK_RUNNING")]
    assert [one["id"] for one in again["frameworks"]] == [FRAMEWORK["id"]]


def test_an_update_is_repeated_to_a_new_master_until_it_is_acknowledged(master: FakeMaster, start: Start) -> None:
    start()
    master.acknowledging = False
    master.run(_task("t"))
    master.wait_state("t", "TASK_STARTING")
    told = len(master.updates)
    master.disconnect()
    wait_for(lambda: len(master.updates) > told, "the repeated update")
    assert master.states("t") == ["TASK_STARTING"]
    master.acknowledge(master.updates[-1])
    wait_for(lambda: master.states("t") == ["TASK_STARTING", "TASK_RUNNING"], "the next update")


def test_tasks_fail_as_asked_and_a_group_ends_as_a_whole(master: FakeMaster, start: Start) -> None:
    start(failing="1", start_delay="300ms")
    master.run(_task("t"))
    failed = master.wait_over("t")
    assert failed["state"] == "TASK_FAILED"
    assert NOTE in failed["message"]
    assert failed["timestamp"] - master.statuses("t")[0]["timestamp"] >= 0.3
    executor = {"executor": {"executor_id": {"value": "e"}, "type": "DEFAULT"}}
    master.send({"type": "RUN_TASK_GROUP", "framework": FRAMEWORK, "tasks": [_task("a", **executor),
                                                                             _task("b", **executor)]})
    assert master.wait_over("a")["state"] == "TASK_FAILED"
    assert master.wait_over("b")["state"] == "TASK_KILLED"


def test_a_task_is_killed_before_it_runs(master: FakeMaster, start: Start) -> None:
    start(start_delay="1hrs")
    master.run(_task("t"))
    master.wait_state("t", "TASK_STARTING")
    master.send({"type": "DRAIN", "config": {}})
    assert master.wait_over("t")["reason"] == "REASON_SLAVE_DRAINING"
    assert "TASK_RUNNING" not in master.states("t")


def test_a_framework_that_is_gone_leaves_nothing(master: FakeMaster, start: Start) -> None:
    start()
    master.run(_task("t"))
    master.wait_state("t", "TASK_RUNNING")
    master.send({"type": "SHUTDOWN_FRAMEWORK", "framework_id": FRAMEWORK["id"]})
    master.disconnect()
    master.wait_subscribed(2)
    assert (master.subscriptions[1]["tasks"], master.subscriptions[1]["frameworks"]) == ([], [])


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    if not zookeeper_installed():
        pytest.skip("needs ZooKeeper and Java: apt-get install zookeeper")
    with LocalCluster(tmp_path_factory.mktemp("cluster"), masters=3, marathons=1,
                      marathon_flags={"min_revive_offers_interval": "500"}) as made:
        made.add_simulated(AGENTS)
        made.wait_agents(AGENTS)
        yield made


def _definitions(instances: int) -> list[dict[str, Any]]:
    check = {"protocol": "COMMAND", "command": {"value": "false"}}
    return [{"id": f"/many/group-{number % 10}/app-{number:03}", "cmd": "false", "cpus": 0.1, "mem": 32,
             "instances": instances, "healthChecks": [check]} for number in range(APPS)]


def _settle(cluster: LocalCluster) -> None:
    wait_until("the deployments are finished",
               lambda: requests.get(f"{cluster.marathon_url}/v2/deployments", timeout=10).json() == [], 120)


def _apps(cluster: LocalCluster) -> list[dict[str, Any]]:
    return requests.get(f"{cluster.marathon_url}/v2/apps", timeout=10).json()["apps"]


def _tasks(cluster: LocalCluster) -> dict[str, dict[str, Any]]:
    answer = requests.get(f"{cluster.marathon_url}/v2/tasks", timeout=10)
    return {task["id"]: task for task in answer.json()["tasks"]}


def _state(cluster: LocalCluster) -> dict[str, Any]:
    return requests.get(cluster.leader().url + "/state", timeout=10).json()


def _running(state: dict[str, Any]) -> dict[str, str]:
    """The agent of each running task."""
    return {task["id"]: task["slave_id"] for framework in state["frameworks"] for task in framework["tasks"]
            if task["state"] == "TASK_RUNNING"}


def test_hundreds_of_tasks_are_deployed_and_the_master_knows_where(cluster: LocalCluster) -> None:
    answer = requests.put(f"{cluster.marathon_url}/v2/apps", json=_definitions(INSTANCES), timeout=60)
    assert answer.status_code == 200, answer.text
    _settle(cluster)
    assert {(app["tasksRunning"], app["tasksHealthy"]) for app in _apps(cluster)} == {(INSTANCES, INSTANCES)}
    state, tasks = _state(cluster), _tasks(cluster)
    assert len(tasks) == APPS * INSTANCES
    assert _running(state) == {name: task["slaveId"] for name, task in tasks.items()}
    assert state["activated_slaves"] == AGENTS
    assert {slave["attributes"]["simulated"] for slave in state["slaves"]} == {"true"}
    per_agent = Counter(_running(state).values())
    for slave in state["slaves"]:
        assert slave["used_resources"]["cpus"] == pytest.approx(0.1 * per_agent[slave["id"]])
        assert slave["used_resources"]["mem"] == 32 * per_agent[slave["id"]]


def test_a_killed_leader_costs_no_task(cluster: LocalCluster) -> None:
    before, agents = _tasks(cluster), {slave["id"] for slave in _state(cluster)["slaves"]}
    cluster.leader().kill()
    cluster.wait_leader()
    cluster.restart_marathons()
    assert {slave["id"] for slave in cluster.wait_agents(AGENTS)} == agents
    wait_until("the new leader knows every task", lambda: set(_running(_state(cluster))) == set(before))
    assert set(_tasks(cluster)) == set(before)
    # It launches and ends tasks too.
    requests.put(f"{cluster.marathon_url}/v2/apps", json=_definitions(INSTANCES - 1), timeout=60).raise_for_status()
    _settle(cluster)
    left = _tasks(cluster)
    assert len(left) == APPS * (INSTANCES - 1) and set(left) < set(before)
    wait_until("the master knows too", lambda: set(_running(_state(cluster))) == set(left))


def test_killed_tasks_are_replaced(cluster: LocalCluster) -> None:
    before = set(_tasks(cluster))
    victims = sorted(before)[::2]
    answer = requests.post(f"{cluster.marathon_url}/v2/tasks/delete", json={"ids": victims}, timeout=60)
    assert answer.status_code == 200, answer.text

    def replaced() -> bool:
        tasks = _tasks(cluster)
        return len(tasks) == len(before) and not tasks.keys() & set(victims) and all(
            task["state"] == "TASK_RUNNING" for task in tasks.values())

    wait_until("other tasks run", replaced, 60)
    assert before - set(victims) < set(_tasks(cluster))


def test_a_group_that_is_removed_leaves_nothing(cluster: LocalCluster) -> None:
    requests.delete(f"{cluster.marathon_url}/v2/groups/many", params={"force": "true"}, timeout=60).raise_for_status()
    _settle(cluster)
    state = _state(cluster)
    assert _running(state) == {}
    assert {slave["used_resources"]["cpus"] for slave in state["slaves"]} == {0}
