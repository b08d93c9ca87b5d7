"""Task groups: launched whole or not at all, running beside one another, ending together."""

from __future__ import annotations

import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from agent_master import (
    FRAMEWORK,
    AgentProcess,
    FakeMaster,
    agent_of_a_master,
    busybox_image,
    containerizers,
    docker_answers,
    shell_task,
    wait_for,
)
from local_cluster import ENGINE, Program, free_port
from mesos_clients import AgentEnd, Scheduler, scalar, task

SHARE = {"source": {"type": "SANDBOX_PATH", "sandbox_path": {"type": "PARENT", "path": "volumes/share"}}}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeMaster, AgentProcess]]:
    with agent_of_a_master(tmp_path_factory.mktemp("agent"), containerizers()) as both:
        yield both


def run_group(master: FakeMaster, *tasks: dict[str, Any], **executor: Any) -> list[str]:
    info = {"type": "DEFAULT", "executor_id": {"value": f"group-{uuid.uuid4().hex[:8]}"},
            "framework_id": FRAMEWORK["id"],
            "resources": [{"name": "cpus", "type": "SCALAR", "scalar": {"value": 0.1}, "role": "*"}], **executor}
    master.send({"type": "RUN_TASK_GROUP", "framework": FRAMEWORK,
                 "tasks": [{**one, "executor": info} for one in tasks]})
    return [one["task_id"]["value"] for one in tasks]


def test_the_failure_of_one_ends_the_others(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    good, bad = run_group(master, shell_task("exec sleep 1000"), shell_task("sleep 1; exit 3"))
    master.wait_state(good, "TASK_RUNNING")
    assert master.wait_over(bad)["message"] == "Command exited with status 3"
    assert master.wait_over(good)["state"] == "TASK_KILLED"
    framework = wait_for(lambda: agent.get("/state")["completed_frameworks"], "the end of the group")[0]
    executor = framework["completed_executors"][-1]
    assert [one["id"] for one in executor["completed_tasks"]] and executor["id"].startswith("group-")
    assert not list(agent.work_dir.glob("meta/slaves/*/frameworks/*/executors/group-*"))


def test_a_task_that_is_done_leaves_the_others_and_a_killed_one_does_not(
        shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    first, done, second = run_group(master, shell_task("exec sleep 1000"), shell_task("true"),
                                    shell_task("exec sleep 1000"))
    assert master.wait_over(done)["state"] == "TASK_FINISHED"
    time.sleep(0.5)
    assert master.states(first)[-1] == master.states(second)[-1] == "TASK_RUNNING"
    (executor,) = agent.get("/state")["frameworks"][0]["executors"]
    assert {one["id"] for one in executor["tasks"]} == {first, second}
    assert executor["resources"]["cpus"] == pytest.approx(0.3)
    master.kill(first)
    assert master.wait_over(second)["state"] == "TASK_KILLED"


def test_the_tasks_of_a_group_share_a_volume(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    container = {"type": "MESOS", "volumes": [{"container_path": "box", "mode": "RW", **SHARE}]}
    _writer, reader = run_group(
        master, shell_task("echo hello > box/word", container=container),
        shell_task("until grep -q hello box/word; do sleep 0.1; done; env", container=container))
    assert master.wait_over(reader)["state"] == "TASK_FINISHED"
    words = (agent.sandbox(reader) / "stdout").read_text(encoding="utf-8")
    assert "MESOS_EXECUTOR_ID=group-" in words and f"MESOS_TASK_ID={reader}" in words


def test_without_its_isolator_nobody_mounts_what_a_group_shares(tmp_path: Path) -> None:
    """Mesos starts the tasks all the same, and they do not find it."""
    master = FakeMaster()
    flags = {"containerizers": "mesos", "isolation": "posix/cpu,posix/mem"}
    agent = AgentProcess(master.port, tmp_path / "work", **flags).start()
    try:
        master.wait_subscribed()
        container = {"type": "MESOS", "volumes": [{"container_path": "box", "mode": "RW", **SHARE}]}
        (one,) = run_group(master, shell_task("cd box && exec sleep 1000", container=container))
        last = master.wait_over(one)
        assert last["state"] == "TASK_FAILED" and last["message"].startswith("Command exited with status ")
    finally:
        agent.remove_tasks()
        master.close()


def test_a_network_of_its_own_is_refused(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, _agent = shared
    (one,) = run_group(master, shell_task("exec sleep 1000"),
                       container={"type": "MESOS", "network_infos": [{"name": "mesos-bridge"}]})
    assert master.wait_over(one)["message"].endswith(
        "runs the containers of a pod in the host's network only: leave networks out or use the mode host")


def test_a_restarted_agent_still_ends_the_group_together(tmp_path: Path) -> None:
    master = FakeMaster()
    agent = AgentProcess(master.port, tmp_path / "work", containerizers="mesos").start()
    try:
        master.wait_subscribed()
        stays, fails = run_group(master, shell_task("exec sleep 1000"),
                                 shell_task("until [ -e /tmp/never ] || [ -e end ]; do sleep 0.1; done; exit 4"))
        master.wait_state(stays, "TASK_RUNNING")
        master.wait_state(fails, "TASK_RUNNING")
        agent.kill()
        (agent.sandbox(fails) / "end").touch()
        time.sleep(0.5)
        agent.spawn()
        assert "executor" in wait_for(lambda: master.subscriptions[1:], "the agent is back")[0]["tasks"][0]["task"]
        assert master.wait_over(fails)["state"] == "TASK_FAILED"
        assert master.wait_over(stays)["state"] == "TASK_KILLED"
    finally:
        agent.remove_tasks()
        master.close()


@pytest.mark.skipif(not docker_answers(), reason="Docker does not run on this machine")
def test_a_task_with_an_image_is_a_container_beside_a_process(
        shared: tuple[FakeMaster, AgentProcess], tmp_path: Path) -> None:
    master, _agent = shared
    with busybox_image(tmp_path) as image:
        volumes = [{"container_path": "/box", "mode": "RW", **SHARE}]
        boxed = {"type": "MESOS", "volumes": volumes,
                 "mesos": {"image": {"type": "DOCKER", "docker": {"name": image}, "cached": True}}}
        plain = {"type": "MESOS", "volumes": [{"container_path": "box", "mode": "RW", **SHARE}]}
        command = {"shell": False, "value": "sh", "arguments": ["sh", "-c", "echo inside > /box/word; sleep 1000"]}
        inside, beside = run_group(
            master, shell_task(container=boxed, command=command),
            shell_task("until grep -q inside box/word; do sleep 0.1; done; exit 5", container=plain))
        assert master.wait_over(beside)["message"] == "Command exited with status 5"
        assert master.wait_over(inside)["state"] == "TASK_KILLED"
        assert "TASK_RUNNING" in master.states(inside)


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    port = free_port()
    flags = {"ip": "127.0.0.1", "hostname": "127.0.0.1", "port": str(port), "registry": "in_memory",
             "allocation_interval": "200ms"}
    command = [sys.executable, "-m", "labengine.master", *(f"--{name}={value}" for name, value in flags.items())]
    made = Program("master", command, tmp_path, "127.0.0.1", port, {"PYTHONPATH": str(ENGINE)})
    made.start()
    made.wait_answering("/slaves")
    yield made
    made.kill()


def accept(scheduler: Scheduler, offer: dict[str, Any], *tasks: dict[str, Any], **executor: Any) -> None:
    info = {"type": "DEFAULT", "executor_id": {"value": "pod"}, "framework_id": {"value": scheduler.id},
            "resources": [scalar("cpus", 0.1), scalar("mem", 32)], **executor}
    group = {"executor": info, "task_group": {"tasks": list(tasks)}}
    answer = scheduler.call("ACCEPT", offer_ids=[offer["id"]], filters={"refuse_seconds": 0.0},
                            operations=[{"type": "LAUNCH_GROUP", "launch_group": group}])
    assert answer.status_code == 202, answer.text


def used(program: Program) -> float:
    return requests.get(program.url + "/slaves", timeout=5).json()["slaves"][0]["used_resources"]["cpus"]


def test_the_master_accounts_for_the_executor_as_long_as_a_task_lives(program: Program) -> None:
    agent = AgentEnd(program.url)
    agent.subscribed()
    scheduler = Scheduler(program.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    accept(scheduler, offer, task(offer, "a", cpus=0.5), task(offer, "b", cpus=1))
    event = agent.stream.expect("RUN_TASK_GROUP")
    assert [one["executor"]["executor_id"]["value"] for one in event["tasks"]] == ["pod", "pod"]
    assert used(program) == pytest.approx(1.6)
    states = requests.get(program.url + "/state", timeout=5).json()["frameworks"][0]["tasks"]
    assert {one["executor_id"] for one in states} == {"pod"}
    for name, left in (("a", 1.1), ("b", 0.0)):
        agent.report({"framework": event["framework"], "task": {"task_id": {"value": name}}}, "TASK_FAILED")
        assert used(program) == pytest.approx(left)


@pytest.mark.parametrize(("executor", "cpus", "message"), [
    ({}, 100, "task group and its executor"),
    ({"type": "CUSTOM"}, 0.5, "must be DEFAULT"),
    ({"command": {"value": "x"}}, 0.5, "must not be set for 'DEFAULT' executor"),
    ({"framework_id": {"value": "other"}}, 0.5, "invalid FrameworkID"),
    ({"executor_id": {"value": "e" * 256}}, 0.5, "ID must not be greater than 255 characters"),
])
def test_an_invalid_group_is_refused_whole(program: Program, executor: dict, cpus: float, message: str) -> None:
    AgentEnd(program.url).subscribed()
    scheduler = Scheduler(program.url)
    scheduler.subscribed()
    offer = scheduler.offer()
    accept(scheduler, offer, task(offer, "a", cpus=cpus), task(offer, "b"), **executor)
    first, second = scheduler.update(), scheduler.update()
    assert {one["task_id"]["value"] for one in (first, second)} == {"a", "b"}
    assert {one["state"] for one in (first, second)} == {"TASK_ERROR"} and message in first["message"]
    assert first["reason"] == "REASON_TASK_GROUP_INVALID" and used(program) == 0
