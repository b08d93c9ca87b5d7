"""A file that what reads it refuses replaces nothing."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils import _private_file as private_file

CHECK = ["grep", "-q", "right", "%s"]


class Refused(Exception):
    """The module has failed."""


class Module:
    def selinux_enabled(self) -> bool:
        return False

    def run_command(self, command: list[str]) -> tuple[int, str, str]:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
        return done.returncode, done.stdout, done.stderr

    def fail_json(self, msg: str) -> None:
        raise Refused(msg)


def write(path: Path, content: bytes, check: list[str]) -> None:
    module: Any = Module()
    private_file.write(module, str(path), content, check=check)


def test_what_is_accepted_replaces_the_old(tmp_path: Path) -> None:
    path = tmp_path / "a.cfg"
    write(path, b"right\n", CHECK)
    write(path, b"right too\n", CHECK)
    assert path.read_bytes() == b"right too\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_refused_leaves_the_old_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.cfg"
    write(path, b"right\n", CHECK)
    with pytest.raises(Refused, match="was not replaced, because the new one is refused"):
        write(path, b"wrong\n", CHECK)
    assert path.read_bytes() == b"right\n"
    assert [one.name for one in tmp_path.iterdir()] == ["a.cfg"]


def test_the_reason_names_the_file_itself(tmp_path: Path) -> None:
    path = tmp_path / "a.cfg"
    with pytest.raises(Refused) as refused:
        write(path, b"wrong\n", ["sh", "-c", "echo $0:1: unknown word. >&2; exit 1", "%s"])
    assert f"{path}:1: unknown word." in str(refused.value)


def test_missing_directories_are_created_with_their_mode_whatever_the_umask_is(tmp_path: Path) -> None:
    module: Any = Module()
    before = os.umask(0o077)
    try:
        for _turn in range(2):
            private_file.make_directory(module, str(tmp_path / "a/b"), 0o755)
    finally:
        os.umask(before)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in ("a", "a/b")] == [0o755, 0o755]
    (tmp_path / "file").write_text("")
    with pytest.raises(Refused, match="/file cannot be created"):
        private_file.make_directory(module, str(tmp_path / "file/c"), 0o755)
