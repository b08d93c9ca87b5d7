"""Checks of tasks: the agent tells what they come to, and nothing else follows; Marathon shows it."""

from __future__ import annotations

import http.server
import threading
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
    docker_task,
    shell_task,
    wait_for,
)
from local_cluster import LocalCluster, free_port, wait_until, zookeeper_installed

UPDATED = "REASON_TASK_CHECK_STATUS_UPDATED"
OFTEN = {"delay_seconds": 0.0, "interval_seconds": 0.1, "timeout_seconds": 5.0}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeMaster, AgentProcess]]:
    with agent_of_a_master(tmp_path_factory.mktemp("agent"), containerizers()) as both:
        yield both


class Page:
    """A server whose status a test changes, and which it closes."""

    def __init__(self) -> None:
        self.status = 200
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(302 if self.path == "/" else page.status)
                self.send_header("Location", "/there")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def page() -> Iterator[Page]:
    made = Page()
    yield made
    made.close()


def command(words: str, **more: Any) -> dict[str, Any]:
    return {"type": "COMMAND", "command": {"command": {"value": words, "shell": True}}, **OFTEN, **more}


def told(master: FakeMaster, task_id: str) -> list[tuple[str, Any, Any]]:
    return [(one["state"], one.get("reason"), one.get("check_status")) for one in master.statuses(task_id)]


def wait_told(master: FakeMaster, task_id: str, status: dict[str, Any]) -> None:
    wait_for(lambda: told(master, task_id)[-1:] == [("TASK_RUNNING", UPDATED, status)],
             f"{status} after {told(master, task_id)}")


def exited(status: int) -> dict[str, Any]:
    return {"type": "COMMAND", "command": {"exit_code": status}}


def test_results_of_a_command(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    # Without the file it takes longer than it may, which is no result.
    task_id = master.run(shell_task("sleep 1000", check=command("read code < code || sleep 60; exit $code",
                                                                timeout_seconds=0.5)))
    nothing = {"type": "COMMAND", "command": {}}
    master.wait_state(task_id, "TASK_RUNNING")
    file = agent.sandbox(task_id) / "code"
    for code in (3, 0):
        (file.parent / "new").write_text(f"{code}\n", encoding="utf-8")
        (file.parent / "new").rename(file)
        wait_told(master, task_id, exited(code))
    # The same result again and again is told once.
    time.sleep(0.5)
    file.unlink()
    wait_told(master, task_id, nothing)
    (shown,) = (one for executor in agent.get("/state")["frameworks"][0]["executors"]
                for one in executor["tasks"] if one["id"] == task_id)
    assert [sorted(one) for one in shown["statuses"]] == [["container_status", "state", "timestamp"]] * 2
    tasks = requests.post(agent.url + "/api/v1", json={"type": "GET_TASKS"}, timeout=10).json()["get_tasks"]
    (shown,) = (one for one in tasks["launched_tasks"] if one["task_id"]["value"] == task_id)
    assert [one["check_status"] for one in shown["statuses"]] == [nothing, nothing]
    master.kill(task_id)
    master.wait_over(task_id)
    assert told(master, task_id) == [
        ("TASK_STARTING", None, nothing), ("TASK_RUNNING", None, nothing),
        ("TASK_RUNNING", UPDATED, exited(3)), ("TASK_RUNNING", UPDATED, exited(0)), ("TASK_RUNNING", UPDATED, nothing),
        ("TASK_KILLING", None, nothing), ("TASK_KILLED", None, nothing)]


def test_results_of_requests_and_connections(shared: tuple[FakeMaster, AgentProcess], page: Page) -> None:
    master, _ = shared
    web, port = (master.run(shell_task("sleep 1000", check={**check, **OFTEN})) for check in (
        {"type": "HTTP", "http": {"port": page.port, "path": "/"}}, {"type": "TCP", "tcp": {"port": page.port}}))
    wait_told(master, web, {"type": "HTTP", "http": {"status_code": 200}})
    wait_told(master, port, {"type": "TCP", "tcp": {"succeeded": True}})
    page.status = 503
    wait_told(master, web, {"type": "HTTP", "http": {"status_code": 503}})
    page.close()
    wait_told(master, web, {"type": "HTTP", "http": {}})
    wait_told(master, port, {"type": "TCP", "tcp": {"succeeded": False}})
    assert set(master.states(web) + master.states(port)) == {"TASK_STARTING", "TASK_RUNNING"}


def test_beside_a_health_check(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    health = {"type": "COMMAND", "command": {"value": "true"}, **OFTEN}
    task_id = master.run(shell_task("sleep 1000", health_check=health, check=command("test -e well")))
    wait_for(lambda: any(one.get("healthy") and one["check_status"] == exited(1) for one in master.statuses(task_id)),
             "health and the result")
    (agent.sandbox(task_id) / "well").touch()
    wait_told(master, task_id, exited(0))
    assert master.statuses(task_id)[-1]["healthy"] is True


def test_goes_on_after_the_agent_was_killed(tmp_path: Path) -> None:
    master = FakeMaster()
    agent = AgentProcess(master.port, tmp_path / "work", containerizers="mesos").start()
    try:
        master.wait_subscribed()
        task_id = master.run(shell_task("sleep 1000", check=command("echo >> runs; test -e well")))
        wait_told(master, task_id, exited(1))
        agent.kill()
        runs = agent.sandbox(task_id) / "runs"
        before = runs.stat().st_size
        agent.start()
        master.wait_subscribed(2)
        wait_for(lambda: runs.stat().st_size > before + 2, "the check to go on")
        (runs.parent / "well").touch()
        wait_told(master, task_id, exited(0))
        assert [result for _, reason, result in told(master, task_id) if reason] == [exited(1), exited(0)]
    finally:
        agent.remove_tasks()
        master.close()


def test_a_malformed_check_is_left_out(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    task_id = master.run(shell_task("sleep 1", check={"type": "HTTP", "tcp": {"port": 1}}))
    assert master.wait_over(task_id)["state"] == "TASK_FINISHED"
    assert not any("check_status" in one for one in master.statuses(task_id))
    assert f"Task {task_id} runs without its check, which is malformed" in agent.log_text()


def test_of_a_task_in_a_group(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, _ = shared
    executor = {"type": "DEFAULT", "executor_id": {"value": f"group-{uuid.uuid4().hex[:8]}"},
                "framework_id": FRAMEWORK["id"], "resources": []}
    task = shell_task("sleep 1000", check=command("exit 7"), executor=executor)
    task_id = task["task_id"]["value"]
    master.send({"type": "RUN_TASK_GROUP", "framework": FRAMEWORK, "tasks": [task]})
    wait_told(master, task_id, exited(7))


@pytest.mark.skipif(not docker_answers(), reason="needs Docker")
def test_of_containers(shared: tuple[FakeMaster, AgentProcess], tmp_path: Path) -> None:
    master, _ = shared
    with busybox_image(tmp_path) as image:
        serve = "echo fine > /tmp/page; exec busybox httpd -f -p 8080 -h /tmp"
        checks = {"http": {"type": "HTTP", "http": {"port": 8080, "path": "/page"}, **OFTEN},
                  "tcp": {"type": "TCP", "tcp": {"port": 8080}, **OFTEN},
                  # In the container alone.
                  "command": command("test -e /tmp/page && exit 5")}
        results = {"http": {"status_code": 200}, "tcp": {"succeeded": True}, "command": {"exit_code": 5}}
        tasks = {kind: master.run(docker_task(image, serve, {"network": "BRIDGE"}, check=check))
                 for kind, check in checks.items()}
        for kind, task_id in tasks.items():
            wait_told(master, task_id, {"type": kind.upper(), kind: results[kind]})
        for task_id in tasks.values():
            master.kill(task_id, 0)
            master.wait_over(task_id)


@pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")
def test_what_marathon_makes_of_it(tmp_path: Path) -> None:
    mark = tmp_path / "code"
    mark.write_text("4\n", encoding="utf-8")
    port = free_port()
    always = {"delaySeconds": 0, "intervalSeconds": 1, "timeoutSeconds": 5}
    app = {"id": "/checked", "cmd": "sleep 1000", "cpus": 0.1, "mem": 16, "ports": [],
           "check": {"exec": {"command": {"shell": f"exit $(cat {mark})"}}, **always},
           "healthChecks": [{"protocol": "COMMAND", "command": {"value": "true"}, **always}]}
    closed = {"id": "/closed", "cmd": "sleep 1000", "cpus": 0.1, "mem": 16, "ports": [],
              "check": {"tcp": {"port": port}, **always}}
    with LocalCluster(tmp_path / "cluster", masters=1, agents=1, marathons=1,
                      agent_flags={"containerizers": "mesos"}) as cluster:
        url = cluster.marathons[0].url
        wait_until("Marathon leads", lambda: requests.get(url + "/v2/leader", timeout=5).ok)

        def tasks(name: str) -> list[dict[str, Any]]:
            answer = requests.get(f"{url}/v2/apps/{name}?embed=app.tasks&embed=app.counts", timeout=5)
            return answer.json()["app"]["tasks"]

        def shows(name: str, result: dict[str, Any]) -> bool:
            return [one.get("checkResult") for one in tasks(name)] == [result]

        for one in (app, closed):
            assert requests.post(url + "/v2/apps", json=one, timeout=5).status_code == 201
        wait_until("the exit status", lambda: shows("checked", {"command": {"exitCode": 4}}))
        wait_until("the connection", lambda: shows("closed", {"tcp": {"succeeded": False}}))
        wait_until("the end of the deployments", lambda: not requests.get(url + "/v2/deployments", timeout=5).json())
        (before,) = tasks("checked")
        mark.write_text("0\n", encoding="utf-8")
        wait_until("the new result", lambda: shows("checked", {"command": {"exitCode": 0}}))
        (after,) = tasks("checked")
        # The instance is the same, as healthy as it was, and nothing was deployed.
        assert {**after, "checkResult": None} == {**before, "checkResult": None}
        assert [one["alive"] for one in after["healthCheckResults"]] == [True]
        assert requests.get(url + "/v2/deployments", timeout=5).json() == []
