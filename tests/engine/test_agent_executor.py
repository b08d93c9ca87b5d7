"""How the lab engine's agent tells a living executor from one that has ended, and what it does about the latter."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_master import wait_for

from labengine.agent import executor, leftovers
from labengine.agent.executor import start_time
from labengine.agent.executor_process import Command, ExecutorProcess


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


SANDBOXED = "MESOS_CONTAINER_ID=of-the-test"


def order(run_dir: Path, command: str) -> Command:
    return Command(["sh", "-c", command], {"PATH": "/usr/bin:/bin", "MESOS_CONTAINER_ID": "of-the-test"}, str(run_dir),
                   str(run_dir / "stdout"), str(run_dir / "stderr"), "/bin/sh")


def test_an_order_that_no_executor_took_is_taken_back(tmp_path: Path) -> None:
    spec = tmp_path / "spec.json"
    spec.write_text(json.dumps({"run_dir": str(tmp_path), "argv": ["true"]}))
    assert not asyncio.run(ExecutorProcess(tmp_path).settle())
    # The executor that was on its way finds nothing to do.
    executor.main(spec)
    assert list(tmp_path.iterdir()) == []


def test_an_executor_that_took_its_order_is_waited_for(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    taken = tmp_path / "taken.json"
    taken.write_text("{}")

    async def story() -> bool:
        def writes() -> None:
            known = {"executor": sleeper.pid, "start_time": start_time(sleeper.pid)}
            (tmp_path / "pids.json").write_text(json.dumps(known))
            taken.unlink()

        asyncio.get_running_loop().call_later(0.3, writes)
        return await ExecutorProcess(tmp_path).settle()

    assert asyncio.run(story())


def test_what_a_killed_executor_leaves_is_ended(tmp_path: Path) -> None:
    process = ExecutorProcess(tmp_path)
    # One of them has left the process group, as daemons do.
    process.start(order(tmp_path, "setsid sleep 100 & sleep 100"))
    wait_for(lambda: len(leftovers.having(SANDBOXED)) == 3, "the command and its processes", 10)
    os.kill(process.pid, signal.SIGKILL)
    assert asyncio.run(process.wait()) is None
    assert len(leftovers.having(SANDBOXED)) == 3
    leftovers.kill(SANDBOXED)
    assert leftovers.having(SANDBOXED) == set()
