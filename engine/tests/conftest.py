"""Shared by the engine's tests."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_cluster import ENGINE, Program, free_port
from marathon_harness import Harness, Marathon


@pytest.fixture
def harness() -> Iterator[Harness]:
    """A fake master, in which Marathons can be started."""
    made = Harness()
    yield made
    made.close()


@pytest.fixture
def marathon(harness: Harness) -> Marathon:
    """A leading Marathon with one agent, slave1."""
    harness.agent("slave1")
    return harness.marathon()


@pytest.fixture(scope="module")
def shared() -> Iterator[Marathon]:
    """One for a whole file, for tests that are refused or only ask."""
    made = Harness()
    made.call(made.master.add_agent, "slave1")
    yield made.marathon()
    made.close()


@pytest.fixture
def start_master(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts a standalone master with these flags."""
    started: list[Program] = []

    def start(**flags: str) -> Program:
        port = free_port()
        given = {"ip": "127.0.0.1", "hostname": "127.0.0.1", "port": str(port), "registry": "in_memory",
                 "allocation_interval": "200ms"} | flags
        command = [sys.executable, "-m", "labengine.master", *(f"--{name}={value}" for name, value in given.items())]
        program = Program(f"master{len(started)}", command, tmp_path, "127.0.0.1", port, {"PYTHONPATH": str(ENGINE)})
        started.append(program)
        program.start()
        program.wait_answering("/slaves")
        return program

    yield start
    for program in started:
        program.kill()


@pytest.fixture
def master(start_master: Callable[..., Program]) -> Program:
    return start_master()
