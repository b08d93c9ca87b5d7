"""The engine's archive: the same bytes every time, and programs that run wherever it is unpacked."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from lab.archive.build import NAME, PROGRAMS, pack


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return pack(tmp_path_factory.mktemp("first"))


def test_the_bytes_are_decided_by_the_sources(archive: Path, tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    wheels.symlink_to(archive.parent / "wheels")
    assert pack(tmp_path).read_bytes() == archive.read_bytes()


def test_members(archive: Path) -> None:
    with tarfile.open(archive) as tar:
        members = tar.getmembers()
    assert {member.name.partition("/")[0] for member in members} == {NAME}
    assert {(member.uid, member.gid, member.mtime) for member in members} == {(0, 0, 0)}
    programs = [member.name.partition("/")[2] for member in members if member.isfile() and member.mode & 0o111]
    assert set(PROGRAMS) <= set(programs)
    assert not [member.name for member in members if member.name.endswith((".so", ".pyc", "RECORD"))]


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_programs_run_from_anywhere(archive: Path, tmp_path: Path, program: str) -> None:
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    link = tmp_path / "linked"
    link.symlink_to(tmp_path / NAME / program)
    environment = {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    answer = subprocess.run([link, "--help"], env=environment, cwd="/", capture_output=True, text=True, timeout=30)
    assert answer.returncode == 0, answer.stderr
    assert "lab engine" in answer.stdout
