"""What an agent tells of the files of its tasks, by /files, and how long it keeps them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from agent_master import FRAMEWORK, AgentProcess, FakeMaster, agent_of_a_master, shell_task, wait_for


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FakeMaster, AgentProcess]]:
    with agent_of_a_master(tmp_path_factory.mktemp("agent"), "mesos") as both:
        yield both


@pytest.fixture(scope="module")
def lively(shared: tuple[FakeMaster, AgentProcess]) -> tuple[AgentProcess, str]:
    """An agent with a task whose sandbox has a link out of it, and that sandbox."""
    master, agent = shared
    task_id = master.run(shell_task("ln -s /etc link; sleep 1000"))
    master.wait_state(task_id, "TASK_RUNNING")
    wait_for(lambda: (agent.sandbox(task_id) / "link").is_symlink(), "the link")
    return agent, f"/frameworks/{FRAMEWORK['id']['value']}/executors/{task_id}/runs/latest"


def call(agent: AgentProcess, kind: str, **content: Any) -> requests.Response:
    return requests.post(f"{agent.url}/api/v1", json={"type": kind, kind.lower(): content}, timeout=5)


def test_files_of_a_sandbox(shared: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = shared
    task_id = master.run(shell_task(
        "head -c 100000 /dev/zero | tr '\\0' x; mkdir sub; echo '{}' > sub/a.json; ln -s /etc out; sleep 1000"))
    master.wait_state(task_id, "TASK_RUNNING")
    sandbox = agent.sandbox(task_id).resolve()
    wait_for(lambda: (sandbox / "out").is_symlink(), "the whole output")
    latest = f"/frameworks/{FRAMEWORK['id']['value']}/executors/{task_id}/runs/latest"

    for directory in (str(sandbox), latest):
        listed = {entry["path"]: entry for entry in agent.get("/files/browse", path=directory)}
        assert set(listed) == {f"{directory}/{name}" for name in ("stdout", "stderr", "sub", "out")}
        assert (listed[f"{directory}/stdout"]["size"], listed[f"{directory}/sub"]["mode"][0]) == (100000, "d")
        assert agent.get("/files/read", path=f"{directory}/stdout") == {"data": "", "offset": 100000}, "the size"
    # A read gives 16 pages at most; whoever wants all goes on behind them.
    first = agent.get("/files/read", path=f"{latest}/stdout", offset="0")["data"]
    rest = agent.get("/files/read", path=f"{latest}/stdout", offset=str(len(first)), length="-1")["data"]
    assert (len(first), len(first) + len(rest)) == (65536, 100000)
    assert agent.get("/files/read", path=f"{latest}/stdout", offset="99990", length="4") == {
        "data": "xxxx", "offset": 99990}
    assert agent.get("/files/read", path=f"{latest}/stdout", offset="100000")["data"] == ""
    download = requests.get(f"{agent.url}/files/download", {"path": f"{latest}/stdout"}, timeout=5)
    assert (len(download.content), download.headers["Content-Type"]) == (100000, "application/octet-stream")
    download = requests.get(f"{agent.url}/files/download", {"path": f"{latest}/sub/a.json"}, timeout=5)
    assert download.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(("endpoint", "path", "more", "status", "text"), [
    ("read", "", {}, 400, "Expecting 'path=value' in query.\n"),
    ("read", "/etc/passwd", {"offset": "0"}, 404, "404 Not Found."),
    ("browse", "{work_dir}/slaves/../meta", {}, 404, "404 Not Found."),
    ("download", "{latest}/nothing", {}, 404, "404 Not Found."),
    ("download", "{latest}", {}, 400, "Cannot download a directory.\n"),
    ("read", "{latest}", {"offset": "0"}, 400, "Cannot read a directory.\n"),
    ("read", "{latest}/stdout", {"offset": "-2"}, 400, "Negative offset provided: -2.\n"),
    ("read", "{latest}/stdout", {"offset": "0", "length": "x"}, 400, "Failed to parse length: Failed to convert"),
    ("browse", "{latest}/link", {}, 404, "404 Not Found."),
])
def test_files_that_are_refused(lively: tuple[AgentProcess, str], endpoint: str, path: str, more: dict[str, str],
                                status: int, text: str) -> None:
    agent, latest = lively
    path = path.format(work_dir=agent.work_dir, latest=latest)
    answer = requests.get(f"{agent.url}/files/{endpoint}", {"path": path} | more, timeout=5)
    assert answer.status_code == status
    assert text in answer.text


def test_calls_of_an_agent(shared: tuple[FakeMaster, AgentProcess]) -> None:
    _master, agent = shared
    assert call(agent, "GET_LOGGING_LEVEL").json()["get_logging_level"] == {"level": 0}
    answer = call(agent, "SET_LOGGING_LEVEL", level=2, duration={"nanoseconds": 60 * 10**9})
    assert (answer.status_code, answer.text) == (200, "")
    assert call(agent, "GET_LOGGING_LEVEL").json()["get_logging_level"] == {"level": 2}
    assert call(agent, "SET_LOGGING_LEVEL", level=2).status_code == 400
    for body in ({"type": "NO_SUCH_CALL"}, {"type": ["GET_STATE"]}, []):
        assert requests.post(f"{agent.url}/api/v1", json=body, timeout=5).status_code == 400


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[tuple[FakeMaster, AgentProcess]]:
    fake = FakeMaster()
    process = AgentProcess(fake.port, tmp_path / "work", containerizers="mesos").start()
    fake.wait_subscribed()
    yield fake, process
    process.remove_tasks()
    fake.close()


def test_old_sandboxes_are_removed(alone: tuple[FakeMaster, AgentProcess]) -> None:
    master, agent = alone
    assert agent.get("/metrics/snapshot")["slave/executor_directory_max_allowed_age_secs"] == 7 * 86400
    task_id = master.run(shell_task("true"))
    master.wait_over(task_id)
    sandbox = agent.sandbox(task_id).resolve()
    wait_for(lambda: agent.get("/metrics/snapshot")["gc/path_removals_pending"] == 1.0, "it waits for its removal")
    agent.kill()
    os.utime(sandbox, (0, 0))
    agent.start()
    wait_for(lambda: not sandbox.exists(), "it is removed")
    metrics = agent.get("/metrics/snapshot")
    assert (metrics["gc/path_removals_succeeded"], metrics["gc/path_removals_pending"]) == (1.0, 0.0)
