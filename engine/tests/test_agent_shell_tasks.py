"""The lab engine's agent runs processes of the host, and they outlive it."""

from __future__ import annotations

import http.server
import os
import re
import stat
import tarfile
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import requests
from agent_master import AGENT_ID, FRAMEWORK, AgentProcess, FakeMaster, agent_of_a_master, shell_task, wait_for


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeMaster, AgentProcess]]:
    """For the tests that leave the agent as it is."""
    with agent_of_a_master(tmp_path_factory.mktemp("agent"), "mesos") as both:
        yield both


@pytest.fixture
def master() -> Iterator[FakeMaster]:
    fake = FakeMaster()
    yield fake
    fake.close()


@pytest.fixture
def agent(master: FakeMaster, tmp_path: Path) -> Iterator[AgentProcess]:
    process = AgentProcess(master.port, tmp_path / "work", containerizers="mesos",
                           attributes="rack:r1;slot:4").start()
    master.wait_subscribed()
    yield process
    process.remove_tasks()


def test_registers_with_resources_and_attributes(master: FakeMaster, agent: AgentProcess) -> None:
    body = master.subscriptions[0]
    assert body["ip"] == "127.0.0.1"
    assert body["version"] == "1.11.0"
    assert "id" not in body["agent_info"]
    assert body["agent_info"]["attributes"][1] == {"name": "slot", "type": "SCALAR", "scalar": {"value": 4.0}}
    assert [item["name"] for item in body["agent_info"]["resources"]] == ["cpus", "mem", "disk", "ports"]
    wait_for(lambda: agent.get("/state")["id"] == AGENT_ID, "the id in /state")
    assert (agent.work_dir / "meta" / "slaves" / "latest").resolve().name == AGENT_ID


def test_command_with_its_environment_and_output(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    task = shell_task(command={
        "value": "echo $GREETING from $MESOS_TASK_ID; pwd; echo oops >&2", "shell": True,
        "environment": {"variables": [{"name": "GREETING", "value": "hello"}]}})
    task_id = master.run(task)
    last = master.wait_over(task_id)
    assert master.states(task_id) == ["TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"]
    assert last["message"] == "Command exited with status 0"
    sandbox = agent.sandbox(task_id)
    assert (sandbox / "stdout").read_text() == f"hello from {task_id}\n{sandbox.resolve()}\n"
    assert (sandbox / "stderr").read_text() == "oops\n"


@pytest.mark.parametrize(("command", "message"), [
    ("exit 7", "Command exited with status 7"),
    ("kill -9 $$", "Command terminated with signal Killed"),
])
def test_failures_say_how_the_command_ended(shared: tuple[FakeMaster, AgentProcess],
                                            command: str, message: str) -> None:
    master, _ = shared
    last = master.wait_over(master.run(shell_task(command)))
    assert (last["state"], last["message"]) == ("TASK_FAILED", message)


def test_arguments_without_a_shell(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    task_id = master.run(shell_task(command={"shell": False, "value": "echo", "arguments": ["echo", "$HOME", "a b"]}))
    master.wait_over(task_id)
    assert (agent.sandbox(task_id) / "stdout").read_text() == "$HOME a b\n"


def test_a_program_that_is_not_there(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, _ = shared
    last = master.wait_over(master.run(shell_task(command={"shell": False, "value": "/no/such/program"})))
    assert last["state"] == "TASK_FAILED"
    assert "No such file or directory: /no/such/program" in last["message"]


def test_unknown_user(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, _ = shared
    last = master.wait_over(master.run(shell_task(command={"value": "true", "user": "no-such-user"})))
    assert last["state"] == "TASK_FAILED"
    assert "user 'no-such-user' of the task does not exist on this agent host" in last["message"]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can switch users")
def test_switches_the_user(master: FakeMaster, agent: AgentProcess, tmp_path: Path) -> None:
    for directory in (tmp_path, *list(tmp_path.parents)[:3]):
        directory.chmod(directory.stat().st_mode | stat.S_IXOTH)
    task_id = master.run(shell_task(command={"value": "id -un; echo mine > file", "user": "nobody"}))
    assert master.wait_over(task_id)["state"] == "TASK_FINISHED"
    assert (agent.sandbox(task_id) / "stdout").read_text() == "nobody\n"


def test_kill_gives_time_to_end(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    task_id = master.run(shell_task("trap 'echo bye; exit 0' TERM; echo ready; while true; do sleep 0.1; done"))
    master.wait_state(task_id, "TASK_RUNNING")
    wait_for(lambda: "ready" in (agent.sandbox(task_id) / "stdout").read_text(), "the trap")
    master.kill(task_id)
    master.wait_over(task_id)
    assert master.states(task_id)[-2:] == ["TASK_KILLING", "TASK_KILLED"]
    assert "bye" in (agent.sandbox(task_id) / "stdout").read_text()


def test_kill_policy_bounds_the_time_to_end(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, _ = shared
    task_id = master.run(shell_task("trap '' TERM; while true; do sleep 0.1; done"))
    master.wait_state(task_id, "TASK_RUNNING")
    started = time.monotonic()
    master.kill(task_id, grace=1)
    last = master.wait_over(task_id)
    assert 0.9 < time.monotonic() - started < 15
    assert (last["state"], last["message"]) == ("TASK_KILLED", "Command terminated with signal Killed")


def test_no_process_is_left_behind(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    task_id = master.run(shell_task("setsid sleep 1000 & echo $!; sleep 1000"))
    master.wait_state(task_id, "TASK_RUNNING")
    stdout = agent.sandbox(task_id) / "stdout"
    pid = int(wait_for(lambda: stdout.read_text().strip(), "the pid of the child"))
    master.kill(task_id)
    master.wait_over(task_id)
    assert not Path(f"/proc/{pid}").exists()


def test_task_survives_a_killed_agent(master: FakeMaster, agent: AgentProcess) -> None:
    task_id = master.run(shell_task("while [ ! -e go ]; do sleep 0.1; done; exit 3"))
    master.wait_state(task_id, "TASK_RUNNING")
    agent.kill()
    agent.start()
    master.wait_subscribed(2)
    again = master.subscriptions[1]
    assert again["agent_info"]["id"] == {"value": AGENT_ID}
    assert [(entry["task"]["task_id"]["value"], entry["status"]["state"]) for entry in again["tasks"]] == [
        (task_id, "TASK_RUNNING")]
    assert again["tasks"][0]["framework_id"] == FRAMEWORK["id"]
    assert [framework["id"] for framework in again["frameworks"]] == [FRAMEWORK["id"]]
    (agent.sandbox(task_id) / "go").touch()
    last = master.wait_over(task_id)
    assert (last["state"], last["message"]) == ("TASK_FAILED", "Command exited with status 3")
    assert master.states(task_id) == ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"]


def test_end_while_the_agent_was_away(master: FakeMaster, agent: AgentProcess) -> None:
    task_id = master.run(shell_task("while [ ! -e go ]; do sleep 0.1; done"))
    master.wait_state(task_id, "TASK_RUNNING")
    agent.kill()
    (agent.sandbox(task_id) / "go").touch()
    time.sleep(0.5)
    agent.start()
    assert master.wait_over(task_id)["state"] == "TASK_FINISHED"


def test_updates_are_repeated_until_acknowledged(master: FakeMaster, agent: AgentProcess) -> None:
    master.acknowledging = False
    task_id = master.run(shell_task("true"))
    wait_for(lambda: master.updates, "the first update")
    agent.kill()
    agent.start()
    wait_for(lambda: len(master.updates) == 2, "the same update again")
    assert master.states(task_id) == ["TASK_STARTING"]
    master.acknowledging = True
    master.acknowledge(master.updates[0])
    master.wait_over(task_id)
    wait_for(lambda: not list(agent.work_dir.glob("meta/slaves/*/frameworks/*/executors/*/runs/*/task.info")),
             "the task to be forgotten")


def test_reconnects_and_sends_again(master: FakeMaster, agent: AgentProcess) -> None:
    task_id = master.run(shell_task("sleep 1000"))
    master.wait_state(task_id, "TASK_RUNNING")
    master.disconnect()
    master.wait_subscribed(2)
    assert master.subscriptions[1]["tasks"][0]["status"]["state"] == "TASK_RUNNING"
    master.kill(task_id)
    assert master.wait_over(task_id)["state"] == "TASK_KILLED"


def test_fetches_uris(shared: tuple[FakeMaster, AgentProcess], tmp_path: Path) -> None:
    master, agent = shared
    files = tmp_path / "files"
    files.mkdir()
    (files / "inner").write_text("from the archive")
    with tarfile.open(files / "data.tar.gz", "w:gz") as archive:
        archive.add(files / "inner", "inner")
    (files / "program").write_text("#!/bin/sh\ncat inner named\n")
    (files / "plain").write_text(" and a name")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(files))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        task_id = master.run(shell_task(command={"value": "./program", "uris": [
            {"value": f"{url}/data.tar.gz"}, {"value": f"file://{files}/program", "executable": True},
            {"value": str(files / "plain"), "output_file": "named"}]}))
        assert master.wait_over(task_id)["state"] == "TASK_FINISHED"
        assert (agent.sandbox(task_id) / "stdout").read_text() == "from the archive and a name"
        secret = url.replace("://", "://user:password@")
        last = master.wait_over(master.run(shell_task(command={"value": "true", "uris": [{"value": f"{secret}/no"}]})))
        hidden = url.replace("://", "://xxxxxxxx@")
        assert (last["state"], last["message"]) == (
            "TASK_FAILED", f"Failed to launch container: Failed to fetch '{hidden}/no': the server answered 404")
    finally:
        server.shutdown()
        server.server_close()


def test_command_health_check_kills(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    task_id = master.run(shell_task("touch fine; sleep 1000", health_check={
        "type": "COMMAND", "command": {"value": "test -e fine"}, "delay_seconds": 0, "interval_seconds": 0.2,
        "grace_period_seconds": 0, "timeout_seconds": 5, "consecutive_failures": 2}))
    wait_for(lambda: any(status.get("healthy") for status in master.statuses(task_id)), "healthy")
    (agent.sandbox(task_id) / "fine").unlink()
    last = master.wait_over(task_id)
    assert (last["state"], last["healthy"]) == ("TASK_KILLED", False)
    assert "Task failed health check" in last["message"]
    assert "COMMAND health check returned 1" in last["message"]


def test_state_and_sandbox_over_http(master: FakeMaster, agent: AgentProcess) -> None:
    # A list of nothing is left out of what is made of messages.
    idle = requests.post(f"{agent.url}/api/v1", json={"type": "GET_CONTAINERS"}, timeout=5).json()
    assert idle == {"type": "GET_CONTAINERS"}
    task_id = master.run(shell_task("echo output; sleep 1000"))
    master.wait_state(task_id, "TASK_RUNNING")
    state = agent.get("/slave(1)/state")
    executor = state["frameworks"][0]["executors"][0]
    assert executor["tasks"][0]["state"] == "TASK_RUNNING"
    assert state["attributes"] == {"rack": "r1", "slot": 4.0}
    assert state["unreserved_resources_allocated"]["mem"] == 32.0
    assert state["flags"]["attributes"] == "rack:r1;slot:4"
    directory = executor["directory"]
    assert {entry["path"] for entry in agent.get("/files/browse", path=directory)} == {
        f"{directory}/stdout", f"{directory}/stderr"}
    wait_for(lambda: agent.get("/files/read", path=f"{directory}/stdout", offset="0")["data"] == "output\n", "output")
    assert requests.get(f"{agent.url}/files/download", {"path": f"{directory}/stdout"}, timeout=5).text == "output\n"
    assert agent.get("/metrics/snapshot")["slave/tasks_running"] == 1.0
    assert agent.get("/metrics/snapshot")["slave/registered"] == 1.0
    statistics = agent.get("/monitor/statistics")[0]
    assert statistics["executor_id"] == task_id
    assert statistics["statistics"]["mem_rss_bytes"] > 0
    call = requests.post(f"{agent.url}/api/v1", json={"type": "GET_TASKS"}, timeout=5).json()
    assert call["get_tasks"]["launched_tasks"][0]["task_id"] == {"value": task_id}
    refused = requests.post(f"{agent.url}/api/v1", json={"type": "GET_METRICS"}, timeout=5)
    assert (refused.status_code, refused.text) == (
        400, "Failed to validate agent::Call: Expecting 'get_metrics' to be present")
    assert requests.get(f"{agent.url}/state.json", timeout=5).status_code == 404


def test_framework_shutdown_ends_its_tasks(master: FakeMaster, agent: AgentProcess) -> None:
    quick = master.run(shell_task("sleep 1000"))
    slow = master.run(shell_task("trap 'sleep 1; exit 0' TERM; while true; do sleep 0.1; done"))
    for task_id in (quick, slow):
        master.wait_state(task_id, "TASK_RUNNING")
    master.send({"type": "SHUTDOWN_FRAMEWORK", "framework_id": FRAMEWORK["id"]})
    wait_for(lambda: not agent.get("/state")["frameworks"], "no framework")
    # The end of the quick one was acknowledged while the slow one was awaited.
    wait_for(lambda: not list(agent.work_dir.glob("meta/slaves/*/frameworks/*")), "nothing is kept of the framework")
    assert len(agent.get("/state")["completed_frameworks"][0]["completed_executors"]) == 2


def test_shutdown_ends_the_tasks_and_exits_0(master: FakeMaster, agent: AgentProcess) -> None:
    task_id = master.run(shell_task("echo $$; exec sleep 1000"))
    master.wait_state(task_id, "TASK_RUNNING")
    pid = int(wait_for(lambda: (agent.sandbox(task_id) / "stdout").read_text().strip(), "the pid"))
    master.send({"type": "SHUTDOWN", "message": "it is gone"})
    assert agent.wait_exit() == 0
    assert not Path(f"/proc/{pid}").exists()
    assert "Shutting down, because the master asked for it: it is gone" in agent.log_text()


@pytest.mark.parametrize(("flags", "message"), [
    ({"resources": "cpus:4"}, r"Incompatible agent info detected: resources were 'cpus:2.0;.*--reconfiguration_policy"),
    ({"attributes": "rack:r2"}, r"attributes were 'rack:r1;slot:4.0' and are 'rack:r2'"),
    ({"attributes": "rack:r2;slot:4", "reconfiguration_policy": "additive"}, r"attributes were"),
])
def test_changed_agent_is_refused(master: FakeMaster, agent: AgentProcess, flags: dict[str, str], message: str) -> None:
    wait_for(lambda: (agent.work_dir / "meta" / "slaves" / "latest").exists(), "the checkpoint")
    agent.kill()
    agent.flags.update(flags)
    assert agent.spawn().wait(20) == 1
    assert re.search(message, agent.log_text())


def test_additive_growth(master: FakeMaster, agent: AgentProcess) -> None:
    wait_for(lambda: (agent.work_dir / "meta" / "slaves" / "latest").exists(), "the checkpoint")
    agent.kill()
    agent.flags.update(resources="cpus:3;mem:1024;disk:2048", attributes="rack:r1;slot:4;new:1",
                       reconfiguration_policy="additive")
    agent.start()
    master.wait_subscribed(2)
    info = master.subscriptions[1]["agent_info"]
    assert info["id"] == {"value": AGENT_ID}
    assert info["resources"][0]["scalar"]["value"] == 3.0


@pytest.mark.parametrize(("flags", "message"), [
    ({"containerizers": "nope"}, "Unknown or unsupported containerizer: nope"),
    ({"resources": "cpus=4"}, "Bad value for resources, missing or extra ':' in cpus=4"),
    ({"containerizers": "docker", "docker": "/nonexistent/docker"},
     "Failed to get docker version: Failed to execute '/nonexistent/docker -H unix:///var/run/docker.sock --version': "
     "exited with status 127"),
    ({"isolation": "nosuch/iso"}, "Unknown or unsupported isolator 'nosuch/iso'"),
    ({"credential": "/nonexistent"}, "Failed to read credential file '/nonexistent': No such file or directory"),
    ({"systemd_enable_support": "true", "systemd_runtime_directory": "/no/systemd"},
     "Failed to locate systemd runtime directory: /no/systemd"),
])
def test_refuses_to_start(tmp_path: Path, flags: dict[str, str], message: str) -> None:
    if "systemd_enable_support" in flags and not Path("/lib/systemd/systemd").exists():
        pytest.skip("this machine has no systemd")
    agent = AgentProcess(1, tmp_path / "work", **{"containerizers": "mesos", **flags})
    assert agent.spawn().wait(20) == 1
    assert message in agent.log_text()
