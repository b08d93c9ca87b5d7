"""Whether a daemon runs the program that is installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._docker.programs import replaced


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "dockerd"
    shutil.copy("/bin/sleep", path)
    return path


@pytest.fixture
def pid(program: Path) -> Iterator[int]:
    process = subprocess.Popen([str(program), "60"])
    yield process.pid
    process.terminate()
    process.wait()


def put(program: Path, more: bytes = b"") -> None:
    """As a package manager does: a new file takes the name."""
    new = program.with_name("new")
    new.write_bytes(Path("/bin/sleep").read_bytes() + more)
    new.chmod(0o755)
    new.replace(program)


def test_nothing_was_replaced(pid: int) -> None:
    assert replaced(pid) is None


def test_another_program_is_there(program: Path, pid: int) -> None:
    put(program, b"\n")
    assert replaced(pid) == str(program)


def test_the_same_program_was_installed_again(program: Path, pid: int) -> None:
    put(program)
    assert replaced(pid) is None


def test_the_program_is_gone(program: Path, pid: int) -> None:
    program.unlink()
    assert replaced(pid) == str(program)


def test_a_process_that_has_ended(tmp_path: Path) -> None:
    assert replaced(1, proc=str(tmp_path)) is None
