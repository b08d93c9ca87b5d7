"""How the lab engine's agent tells a living executor from one that has ended."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_master import wait_for

from labengine.agent.executor import start_time
from labengine.agent.executor_process import ExecutorProcess


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "100"])
    yield process
    process.kill()
    process.wait()


def test_living_executor_is_found_again(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    known = {"executor": sleeper.pid, "start_time": start_time(sleeper.pid), "child": 0}
    (tmp_path / "pids.json").write_text(json.dumps(known))
    assert ExecutorProcess(tmp_path).recover()


def test_ended_executor_is_gone_before_init_has_reaped_it(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    known = {"executor": sleeper.pid, "start_time": start_time(sleeper.pid), "child": 0}
    (tmp_path / "pids.json").write_text(json.dumps(known))
    sleeper.kill()
    stat = Path(f"/proc/{sleeper.pid}/stat")
    wait_for(lambda: stat.read_text(encoding="ascii").split()[2] == "Z", "the end of the process", 10)
    assert not ExecutorProcess(tmp_path).recover()


def test_pid_in_use_again_is_another_process(sleeper: subprocess.Popen[bytes], tmp_path: Path) -> None:
    (tmp_path / "pids.json").write_text(json.dumps({"executor": sleeper.pid, "start_time": "boot:1", "child": 0}))
    assert not ExecutorProcess(tmp_path).recover()
