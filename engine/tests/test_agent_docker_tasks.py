"""The lab engine's agent runs containers on the host's Docker."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from agent_master import (
    AGENT_ID,
    AgentProcess,
    FakeMaster,
    busybox_image,
    docker_answers,
    docker_task,
    free_port,
    shell_task,
    wait_for,
)

pytestmark = pytest.mark.skipif(not docker_answers(), reason="Docker does not run on this machine")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with busybox_image(tmp_path_factory.mktemp("image")) as name:
        yield name


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeMaster, AgentProcess]]:
    """For the tests that leave the agent as it is."""
    fake = FakeMaster()
    process = AgentProcess(fake.port, tmp_path_factory.mktemp("agent") / "work").start()
    fake.wait_subscribed()
    yield fake, process
    process.remove_tasks()
    fake.close()


@pytest.fixture
def master() -> Iterator[FakeMaster]:
    fake = FakeMaster()
    yield fake
    fake.close()


@pytest.fixture
def agent(master: FakeMaster, tmp_path: Path) -> Iterator[AgentProcess]:
    process = AgentProcess(master.port, tmp_path / "work", executor_registration_timeout="20secs").start()
    master.wait_subscribed()
    yield process
    process.remove_tasks()


def containers(agent: AgentProcess, *, running: bool = False) -> list[str]:
    scope = [] if running else ["--all"]
    return subprocess.run(
        ["docker", "ps", *scope, "--filter", f"label=mesos.work_dir={agent.work_dir}", "--format", "{{.Names}}"],
        capture_output=True, text=True, check=True).stdout.split()


def inspect(agent: AgentProcess) -> dict[str, Any]:
    (name,) = containers(agent)
    return json.loads(subprocess.run(["docker", "inspect", name], capture_output=True, check=True).stdout)[0]


def test_bridge_network_ports_limits_and_environment(master: FakeMaster, agent: AgentProcess, image: str,
                                                     tmp_path: Path) -> None:
    port = free_port()
    secret = "not-for-the-process-list"
    (tmp_path / "page").mkdir()
    (tmp_path / "page" / "index.html").write_text("hello from a container")
    task_id = master.run(docker_task(
        image, "env > $MESOS_SANDBOX/environment; echo started; httpd -f -p 8080 -h /page",
        {"network": "BRIDGE", "port_mappings": [{"host_port": port, "container_port": 8080, "protocol": "tcp"}],
         "parameters": [{"key": "hostname", "value": "a.corp.org"}]},
        volumes=[{"container_path": "/page", "host_path": str(tmp_path / "page"), "mode": "RO"}],
        command={"value": "env > $MESOS_SANDBOX/environment; echo started; httpd -f -p 8080 -h /page",
                 "environment": {"variables": [{"name": "SECRET", "value": secret},
                                               {"name": "LINES", "value": "one\ntwo"},
                                               {"name": "PORT0", "value": str(port)}]}}))
    running = master.wait_state(task_id, "TASK_RUNNING")
    page = wait_for(lambda: _get(f"http://127.0.0.1:{port}/"), "the page")
    assert page == "hello from a container"
    address = running["container_status"]["network_infos"][0]["ip_addresses"][0]["ip_address"]
    found = inspect(agent)
    assert found["Name"] == f"/mesos-{running['container_status']['container_id']['value']}"
    assert found["NetworkSettings"]["Networks"]["bridge"]["IPAddress"] == address
    assert found["HostConfig"]["CpuShares"] == 102
    assert found["HostConfig"]["CpuQuota"] == 0
    assert found["HostConfig"]["Memory"] == 32 * 1024 * 1024
    assert found["Config"]["Hostname"] == "a.corp.org"
    assert {mount["Destination"]: mount["RW"] for mount in found["Mounts"]} == {
        "/page": False, "/mnt/mesos/sandbox": True}
    sandbox = agent.sandbox(task_id)
    variables = (sandbox / "environment").read_text()
    for line in (f"SECRET={secret}", "LINES=one\ntwo", f"PORT0={port}", "MESOS_SANDBOX=/mnt/mesos/sandbox",
                 f"MESOS_TASK_ID={task_id}", f"MESOS_CONTAINER_NAME={found['Name'][1:]}"):
        assert line in variables
    assert (sandbox / "stdout").read_text() == "started\n"
    assert not [path for path in Path("/proc").glob("[0-9]*/cmdline") if secret.encode() in _bytes(path)]
    statistics = agent.get("/monitor/statistics")[0]["statistics"]
    assert statistics["mem_rss_bytes"] > 0
    master.kill(task_id)
    assert master.wait_over(task_id)["state"] == "TASK_KILLED"
    assert master.states(task_id) == ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"]
    wait_for(lambda: not containers(agent), "the container to be removed")


def _get(url: str) -> str | None:
    try:
        return requests.get(url, timeout=2).text
    except requests.RequestException:
        return None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


@pytest.mark.parametrize(("command", "state", "message"), [
    ("echo done", "TASK_FINISHED", "Container exited with status 0"),
    ("exit 1", "TASK_FAILED", "Container exited with status 1"),
    ("exit 125", "TASK_FAILED", "Container exited with status 125"),
])
def test_exit_status(shared: tuple[FakeMaster, AgentProcess],
                     image: str, command: str, state: str, message: str) -> None:
    master, _ = shared
    task_id = master.run(docker_task(image, command))
    last = master.wait_over(task_id)
    assert (last["state"], last["message"]) == (state, message)
    assert "TASK_RUNNING" in master.states(task_id)


def test_arguments_go_to_the_entrypoint(shared: tuple[FakeMaster, AgentProcess], image: str) -> None:
    master, agent = shared
    task_id = master.run(docker_task(image, "", {"parameters": [{"key": "entrypoint", "value": "/bin/echo"}]},
                                     command={"shell": False, "arguments": ["a b", "$HOME"]}))
    assert master.wait_over(task_id)["state"] == "TASK_FINISHED"
    assert (agent.sandbox(task_id) / "stdout").read_text() == "a b $HOME\n"


def test_out_of_memory(shared: tuple[FakeMaster, AgentProcess], image: str) -> None:
    master, _ = shared
    last = master.wait_over(master.run(docker_task(image, "x=a; while true; do x=$x$x; done")))
    assert last["state"] == "TASK_FAILED"
    assert "memory limit of 32 MB exceeded" in last["message"]
    assert last["reason"] == "REASON_CONTAINER_LIMITATION_MEMORY"


def test_image_that_cannot_be_pulled(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, _ = shared
    last = master.wait_over(master.run(docker_task("127.0.0.1:1/no/such:image", "true")))
    assert (last["state"], last["reason"]) == ("TASK_FAILED", "REASON_CONTAINER_LAUNCH_FAILED")
    assert last["message"].startswith(
        "Failed to launch container: Failed to run 'docker -H unix:///var/run/docker.sock pull "
        "127.0.0.1:1/no/such:image': exited with status 1")


def test_force_pull_asks_the_registry_again(shared: tuple[FakeMaster, AgentProcess], image: str) -> None:
    master, _ = shared
    local = f"127.0.0.1:1/{image}"
    subprocess.run(["docker", "tag", image, local], check=True)
    try:
        assert master.wait_over(master.run(docker_task(local, "true")))["state"] == "TASK_FINISHED"
        last = master.wait_over(master.run(docker_task(local, "true", {"force_pull_image": True})))
        assert f"pull {local}" in last["message"]
    finally:
        subprocess.run(["docker", "rmi", local], check=True, capture_output=True)


def test_pull_is_bounded(master: FakeMaster, tmp_path: Path) -> None:
    program = _docker_that_hangs(tmp_path, "pull")
    agent = AgentProcess(master.port, tmp_path / "work", docker=str(program), executor_registration_timeout="1secs")
    agent.start()
    master.wait_subscribed()
    try:
        task_id = master.run(docker_task("127.0.0.1:1/slow:1", "true"))
        last = master.wait_over(task_id, 15)
        assert last["reason"] == "REASON_EXECUTOR_REGISTRATION_TIMEOUT"
        assert last["message"] == ("Pulling the Docker image '127.0.0.1:1/slow:1' did not end within 1 seconds "
                                   "(the agent's executor_registration_timeout)")
    finally:
        agent.remove_tasks()


def test_kill_while_pulling(master: FakeMaster, tmp_path: Path) -> None:
    program = _docker_that_hangs(tmp_path, "pull")
    agent = AgentProcess(master.port, tmp_path / "work", docker=str(program)).start()
    master.wait_subscribed()
    try:
        task_id = master.run(docker_task("127.0.0.1:1/slow:1", "true"))
        wait_for(lambda: (tmp_path / "hangs").exists(), "the pull")
        master.kill(task_id)
        assert master.wait_over(task_id, 15)["state"] == "TASK_KILLED"
        assert master.states(task_id) == ["TASK_KILLED"]
    finally:
        agent.remove_tasks()


def _docker_that_hangs(directory: Path, verb: str) -> Path:
    program = directory / "docker"
    program.write_text(f'#!/bin/sh\ncase "$*" in *" {verb} "*) touch {directory}/hangs; exec sleep 100;; esac\n'
                       'exec docker "$@"\n')
    program.chmod(0o755)
    return program


def test_port_in_use(shared: tuple[FakeMaster, AgentProcess], image: str) -> None:
    master, _ = shared
    port = free_port()
    mapping = {"network": "BRIDGE", "port_mappings": [{"host_port": port, "container_port": 80}]}
    master.wait_state(master.run(docker_task(image, "sleep 1000", mapping)), "TASK_RUNNING")
    last = master.wait_over(master.run(docker_task(image, "sleep 1000", mapping)))
    assert last["state"] == "TASK_FAILED"
    assert "port is already allocated" in last["message"]


def test_unknown_network(shared: tuple[FakeMaster, AgentProcess], image: str) -> None:
    master, _ = shared
    task = docker_task(image, "true", {"network": "USER"})
    task["container"]["network_infos"] = [{"name": "no-such-network"}]
    last = master.wait_over(master.run(task))
    assert last["state"] == "TASK_FAILED"
    assert "network no-such-network not found" in last["message"]


def test_container_survives_a_killed_agent(master: FakeMaster, agent: AgentProcess, image: str) -> None:
    task_id = master.run(docker_task(image, "while [ ! -e $MESOS_SANDBOX/go ]; do sleep 0.1; done; echo gone; exit 4"))
    master.wait_state(task_id, "TASK_RUNNING")
    before = containers(agent, running=True)
    agent.kill()
    agent.start()
    master.wait_subscribed(2)
    assert containers(agent, running=True) == before
    (agent.sandbox(task_id) / "go").touch()
    last = master.wait_over(task_id)
    assert (last["state"], last["message"]) == ("TASK_FAILED", "Container exited with status 4")
    assert (agent.sandbox(task_id) / "stdout").read_text() == "gone\n"
    assert master.states(task_id) == ["TASK_STARTING", "TASK_RUNNING", "TASK_FAILED"]


def test_container_is_lost_with_its_executor(master: FakeMaster, agent: AgentProcess, image: str) -> None:
    """As when the whole control group of the agent is killed, or the container in which it runs."""
    task_id = master.run(docker_task(image, "sleep 1000"))
    master.wait_state(task_id, "TASK_RUNNING")
    agent.kill()
    (pids,) = agent.work_dir.glob(f"meta/slaves/{AGENT_ID}/frameworks/*/executors/*/runs/*/pids.json")
    content = json.loads(pids.read_text())
    os.kill(content["executor"], 9)
    os.killpg(content["child"], 9)
    agent.start()
    last = master.wait_over(task_id)
    assert (last["state"], last["reason"]) == ("TASK_FAILED", "REASON_EXECUTOR_REREGISTRATION_TIMEOUT")
    wait_for(lambda: not containers(agent, running=True), "the container to be stopped")


def test_removes_its_own_orphans_only(master: FakeMaster, agent: AgentProcess, image: str, tmp_path: Path) -> None:
    other = AgentProcess(master.port, tmp_path / "other")
    mine = subprocess.run(
        ["docker", "run", "-d", "--name", f"mesos-{tmp_path.name}-mine", "--label", f"mesos.work_dir={agent.work_dir}",
         "--label", f"mesos.agent=localhost:{agent.port}", image, "sleep", "1000"], check=True, capture_output=True)
    theirs = subprocess.run(
        ["docker", "run", "-d", "--name", f"mesos-{tmp_path.name}-theirs", "--label",
         f"mesos.work_dir={other.work_dir}", "--label", "mesos.agent=localhost:1", image, "sleep", "1000"],
        check=True, capture_output=True)
    assert mine.stdout and theirs.stdout
    try:
        agent.kill()
        agent.start()
        wait_for(lambda: not containers(agent), "the orphan to be removed")
        assert len(containers(other, running=True)) == 1
    finally:
        other.remove_tasks()


def test_health_checks_of_a_container(shared: tuple[FakeMaster, AgentProcess], image: str) -> None:
    master, _ = shared
    often = {"delay_seconds": 0, "interval_seconds": 0.2, "grace_period_seconds": 5, "timeout_seconds": 5,
             "consecutive_failures": 2}
    serve = "busybox mkdir -p /tmp/w; echo fine > /tmp/w/health; httpd -f -p 8080 -h /tmp/w"
    bridge = {"network": "BRIDGE"}
    checks = {
        "http": {"type": "HTTP", "http": {"port": 8080, "path": "/health"}},
        "tcp": {"type": "TCP", "tcp": {"port": 8080}},
        "command": {"type": "COMMAND", "command": {"value": "test -e /tmp/w/health"}}}
    tasks = {kind: master.run(docker_task(image, serve, bridge, health_check={**check, **often}))
             for kind, check in checks.items()}
    for kind, task_id in tasks.items():
        wait_for(lambda task=task_id: any(status.get("healthy") for status in master.statuses(task)),
                 f"healthy by {kind}")
    name = master.statuses(tasks["http"])[-1]["container_status"]["container_id"]["value"]
    subprocess.run(["docker", "exec", f"mesos-{name}", "busybox", "rm", "/tmp/w/health"], check=True)
    last = master.wait_over(tasks["http"])
    assert (last["state"], last["healthy"]) == ("TASK_KILLED", False)
    assert "Unexpected HTTP response code: 404" in last["message"]


class DockerSwitch:
    """A socket in front of Docker's own that a test can cut, so that the daemon of the machine is left alone."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "docker.sock"
        self._process: subprocess.Popen[bytes] | None = None
        self._program = directory / "switch.py"
        self._program.write_text(
            "import asyncio, contextlib, sys\n"
            "async def copy(reader, writer):\n"
            "    with contextlib.suppress(OSError):\n"
            "        while data := await reader.read(65536):\n"
            "            writer.write(data)\n"
            "            await writer.drain()\n"
            "        if writer.can_write_eof():\n"
            "            writer.write_eof()\n"
            "async def connected(reader, writer):\n"
            "    there = await asyncio.open_unix_connection('/var/run/docker.sock')\n"
            "    await asyncio.gather(copy(reader, there[1]), copy(there[0], writer))\n"
            "    writer.close(); there[1].close()\n"
            "async def main():\n"
            "    server = await asyncio.start_unix_server(connected, sys.argv[1])\n"
            "    await server.serve_forever()\n"
            "asyncio.run(main())\n")

    def on(self) -> None:
        self.path.unlink(missing_ok=True)
        self._process = subprocess.Popen(["python3", str(self._program), str(self.path)])
        wait_for(self.path.exists, "the socket")

    def off(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()


@pytest.fixture
def switch(tmp_path: Path) -> Iterator[DockerSwitch]:
    one = DockerSwitch(tmp_path)
    one.on()
    yield one
    one.off()


def test_docker_goes_and_comes_back(master: FakeMaster, image: str, tmp_path: Path, switch: DockerSwitch) -> None:
    agent = AgentProcess(master.port, tmp_path / "work", docker_socket=str(switch.path)).start()
    master.wait_subscribed()
    try:
        shell_id = master.run(shell_task("sleep 1000"))
        docker_id = master.run(docker_task(image, "sleep 1000"))
        master.wait_state(docker_id, "TASK_RUNNING")
        switch.off()
        started = time.monotonic()
        last = master.wait_over(docker_id)
        assert last["state"] == "TASK_FAILED"
        assert "The Docker daemon is gone" in last["message"]
        assert 8 < time.monotonic() - started < 30
        started = time.monotonic()
        last = master.wait_over(master.run(docker_task(image, "true")))
        assert time.monotonic() - started < 2
        assert (last["state"], last["message"]) == (
            "TASK_FAILED", f"Failed to launch container: Cannot connect to the Docker daemon at unix://{switch.path}. "
                           "Is the docker daemon running?")
        assert master.states(shell_id)[-1] == "TASK_RUNNING"
        switch.on()
        assert master.wait_over(master.run(docker_task(image, "true")))["state"] == "TASK_FINISHED"
        wait_for(lambda: not containers(agent), "the container that was left behind to be removed")
    finally:
        agent.remove_tasks()


def test_a_short_absence_of_docker_keeps_the_container(master: FakeMaster, image: str, tmp_path: Path,
                                                       switch: DockerSwitch) -> None:
    agent = AgentProcess(master.port, tmp_path / "work", docker_socket=str(switch.path)).start()
    master.wait_subscribed()
    try:
        task_id = master.run(docker_task(image, "while [ ! -e $MESOS_SANDBOX/go ]; do sleep 0.1; done; exit 6"))
        master.wait_state(task_id, "TASK_RUNNING")
        switch.off()
        time.sleep(2)
        switch.on()
        time.sleep(3)
        assert master.states(task_id)[-1] == "TASK_RUNNING"
        (agent.sandbox(task_id) / "go").touch()
        assert master.wait_over(task_id)["message"] == "Container exited with status 6"
    finally:
        agent.remove_tasks()


def test_agent_does_not_start_without_docker(tmp_path: Path) -> None:
    agent = AgentProcess(1, tmp_path / "work", docker_socket=str(tmp_path / "no.sock"))
    assert agent.spawn().wait(20) == 1
    assert f"Failed to perform recovery: Failed to run 'docker -H unix://{tmp_path}/no.sock ps" in agent.log_text()
    assert "Cannot connect to the Docker daemon" in agent.log_text()
