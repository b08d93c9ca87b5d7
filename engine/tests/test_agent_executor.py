"""How the lab engine's agent tells a living executor from one that has ended, and what it does about the latter."""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import json
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from agent_master import wait_for

from labengine.agent import cgroups, executor
from labengine.agent.cgroups import Cgroups
from labengine.agent.executor import start_time
from labengine.agent.executor_process import Command, ExecutorProcess
from labengine.agent.leftovers import Traces, kill, living


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


SANDBOXED = Traces("MESOS_CONTAINER_ID=of-the-test")


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
    wait_for(lambda: len(living(SANDBOXED)) == 3, "the command and its processes", 10)
    os.kill(process.pid, signal.SIGKILL)
    assert asyncio.run(process.wait()) is None
    assert len(living(SANDBOXED)) == 3
    kill(SANDBOXED)
    assert living(SANDBOXED) == set()


@pytest.mark.parametrize("words", [
    "env -i sleep 100 & exec env -i sleep 100",
    "env -i setsid sleep 100 & exec sleep 100",
])
def test_an_empty_environment_hides_no_process(tmp_path: Path, words: str) -> None:
    process = ExecutorProcess(tmp_path)
    process.start(order(tmp_path, words))
    child = wait_for(process.child, "the command", 10)
    wait_for(lambda: len(executor.children(child)) == 1, "its process", 10)
    (other,) = executor.children(child)
    wait_for(lambda: all(Path(f"/proc/{pid}/comm").read_text() == "sleep\n" for pid in (child, other)), "both", 10)
    os.kill(process.pid, signal.SIGKILL)
    assert asyncio.run(process.wait()) is None
    left = Traces(SANDBOXED.variable, process.session)
    assert living(left) == {child, other}
    kill(left)
    assert living(left) == set()


@pytest.fixture
def groups() -> Iterator[Cgroups]:
    """Below a root of the test's own."""
    root, mounted = f"engine-test-{uuid.uuid4().hex[:8]}", Path("/sys/fs/cgroup")
    hierarchies = [mounted / name for name in ("freezer", "systemd")]
    if not all(os.access(one / "cgroup.procs", os.W_OK) for one in hierarchies):
        pytest.skip("control groups of version 1 cannot be made here")
    yield Cgroups(root, launcher=hierarchies[0], systemd=hierarchies[1])
    for one in hierarchies:
        if (one / root).exists():
            (one / root).rmdir()


def test_nothing_leaves_a_control_group(tmp_path: Path, groups: Cgroups) -> None:
    process, own = ExecutorProcess(tmp_path), groups.of_shell_task("container")
    cgroups.create(own)
    # Its parent has ended, its session is another, its environment is empty.
    command = order(tmp_path, "(env -i setsid sleep 100 &); exec sleep 100")
    process.start(dataclasses.replace(command, cgroups=own))
    wait_for(lambda: len(cgroups.members(own)) == 3, "the executor, the command and the daemon", 10)
    for pid in cgroups.members(own):
        lines = Path(f"/proc/{pid}/cgroup").read_text(encoding="ascii")
        assert lines.count(f"/{own[0].parent.name}/container\n") == 2
    os.kill(process.pid, signal.SIGKILL)
    assert asyncio.run(process.wait()) is None
    left = Traces(SANDBOXED.variable, process.session, own)
    assert len(living(left)) == 2 > len(living(Traces(SANDBOXED.variable, process.session)))
    kill(left)
    assert cgroups.members(own) == set()
    cgroups.remove(own)
    assert not any(group.exists() for group in own)


def test_an_executor_without_its_control_group_says_so(tmp_path: Path) -> None:
    process = ExecutorProcess(tmp_path)
    process.start(dataclasses.replace(order(tmp_path, "true"), cgroups=[tmp_path / "missing"]))
    how = asyncio.run(process.wait())
    assert how is not None and how.error == f"No such file or directory: {tmp_path}/missing/cgroup.procs"


@pytest.mark.parametrize(("flags", "shell", "docker"), [
    ({"launcher": "linux", "systemd_enable_support": True}, ["freezer/mesos/c", "systemd/mesos/c"],
     ["systemd/mesos_executors.slice"]),
    ({"launcher": "linux", "systemd_enable_support": False}, ["freezer/mesos/c"], []),
    ({"launcher": "posix", "systemd_enable_support": True}, ["systemd/mesos_executors.slice"],
     ["systemd/mesos_executors.slice"]),
    ({"launcher": "posix", "systemd_enable_support": False}, [], []),
])
def test_where_executors_are(tmp_path: Path, flags: dict[str, object], shell: list[str], docker: list[str]) -> None:
    given = argparse.Namespace(cgroups_hierarchy=str(tmp_path), cgroups_root="mesos", **flags)
    assert Cgroups.of(given).of_shell_task("c") == []
    for name in ("freezer", "systemd"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "cgroup.procs").touch()
    found = Cgroups.of(given)
    assert found.of_shell_task("c") == [tmp_path / path for path in shell]
    assert found.of_docker_task() == [tmp_path / path for path in docker]
