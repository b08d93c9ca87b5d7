"""Executors of an agent find their libraries, or it is said before a task fails: with real programs of this machine.

They are a bash whose library has another name, as libmesos is one that only the archive has.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import executors
from rendered_role import Role

from lab import playbook

LIBRARY, OTHER = b"libtinfo.so.6\0", b"libmesos.so.6\0"


def run(command: list[str]) -> tuple[int, str, str]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


class Parts:
    """A real program, the same with a library that no system has, and that library."""

    def __init__(self) -> None:
        bash = shutil.which("bash") or "/nowhere"
        _code, output, _errors = run(["ldd", bash])
        found = re.search(r"libtinfo[.]so[.]6 => (\S+)", output)
        if not found:
            pytest.skip("bash of this machine has no libtinfo.so.6")
        self.whole = Path(bash).read_bytes()
        self.moved = self.whole.replace(LIBRARY, OTHER)
        assert self.moved != self.whole
        self.library = Path(found.group(1)).read_bytes()


@pytest.fixture(scope="module")
def parts() -> Parts:
    return Parts()


class Archive:
    """An archive of Mesos: an agent that is a script, executors, and libraries."""

    def __init__(self, directory: Path, executor: bytes, libraries: dict[str, bytes]) -> None:
        self.path = directory / "mesos.tar.gz"
        files = {
            "sbin/mesos-agent": b"#!/bin/sh\n", "libexec/mesos/mesos-containerizer": executor,
            "libexec/mesos/mesos-executor": executor, **{f"lib/{name}": data for name, data in libraries.items()},
        }  # fmt: skip
        with tarfile.open(self.path, "w:gz") as archive:
            for name, content in files.items():
                info = tarfile.TarInfo(f"mesos-1.11.0/{name}")
                info.size, info.mode = len(content), 0o755
                archive.addfile(info, io.BytesIO(content))
        self.parameters = {
            "src": str(self.path), "checksum": f"sha256:{hashlib.sha256(self.path.read_bytes()).hexdigest()}",
            "dest": str(directory / "opt"), "programs": ["mesos-agent", "mesos-slave"], "verify": True,
            "option": "mesos_slave_archive",
        }  # fmt: skip

    def unpack(self) -> dict[str, Any]:
        done = subprocess.run(
            [Path(sys.executable).parent / "ansible", "localhost", "-m", "quorum.mesos._program_archive",
             "-a", json.dumps(self.parameters), "-e", f"ansible_python_interpreter={sys.executable}", "-o"],
            env=playbook.environment(), capture_output=True, text=True, timeout=900,
        )  # fmt: skip
        return json.loads(done.stdout.partition("=> ")[2])


def test_executors_that_start_by_themselves_are_told_nothing(parts: Parts, tmp_path: Path) -> None:
    unpacked = Archive(tmp_path, parts.whole, {"libmesos.so.6": parts.library}).unpack()
    assert unpacked["executor_library_dir"] is None
    assert unpacked["launcher_dir"] == f"{unpacked['home']}/libexec/mesos"


def test_executors_whose_library_lies_in_the_archive_are_told_where(parts: Parts, tmp_path: Path) -> None:
    unpacked = Archive(tmp_path, parts.moved, {"libmesos.so.6": parts.library}).unpack()
    assert unpacked["executor_library_dir"] == unpacked["library_dir"] == f"{unpacked['home']}/lib"

    # The agent gets it for them, and then they start.
    role = Role("mesos_slave")
    options = {"mesos_slave_install_method": "archive", "__mesos_slave_program": unpacked}
    variables = role.value("__mesos_slave_variables", options)
    told = variables["MESOS_EXECUTOR_ENVIRONMENT_VARIABLES"]
    assert json.loads(told) == {"LD_LIBRARY_PATH": unpacked["library_dir"]}
    flags = {"launcher_dir": variables["MESOS_LAUNCHER_DIR"], "executor_environment_variables": told}
    assert executors.of_agent(flags) is None

    # Without it the gate of the agent says which library every task would miss.
    del flags["executor_environment_variables"]
    why = executors.of_agent(flags)
    assert why is not None
    assert why.startswith(f"its executor {unpacked['launcher_dir']}/mesos-executor does not start, so every task would")
    assert "libmesos.so.6: cannot open shared object file" in why

    # What an operator has given stays, in either form; a file of theirs is theirs.
    for given, wanted in (
        ({"TZ": "UTC"}, {"TZ": "UTC", "LD_LIBRARY_PATH": unpacked["library_dir"]}),
        ('{"LD_LIBRARY_PATH": "/srv/lib"}', {"LD_LIBRARY_PATH": "/srv/lib"}),
    ):
        flags = {"mesos_slave_flags": {"executor_environment_variables": given}}
        variables = role.value("__mesos_slave_variables", {**options, **flags})
        assert json.loads(variables["MESOS_EXECUTOR_ENVIRONMENT_VARIABLES"]) == wanted
    flags = {"mesos_slave_flags": {"executor_environment_variables": "file:///etc/mesos/executors.json"}}
    variables = role.value("__mesos_slave_variables", {**options, **flags})
    assert variables["MESOS_EXECUTOR_ENVIRONMENT_VARIABLES"] == "file:///etc/mesos/executors.json"


def test_a_library_that_nobody_has_is_refused_by_name(parts: Parts, tmp_path: Path) -> None:
    archive = Archive(tmp_path, parts.moved, {})
    refused = archive.unpack()
    home = tmp_path / "opt" / archive.parameters["checksum"][7:19]
    assert refused["msg"] == (
        f"localhost: mesos_slave_archive is {archive.path}: its {home}/libexec/mesos/mesos-containerizer needs "
        "libmesos.so.6, which this host does not have; install the packages with them or put them into the archive's "
        "lib."
    )
    assert refused["libraries"][f"{home}/libexec/mesos/mesos-executor"] == ["libmesos.so.6"]


def test_other_hosts_and_other_answers(parts: Parts, tmp_path: Path) -> None:
    assert executors.of_agent({}) is None
    assert executors.of_agent({"launcher_dir": str(tmp_path)}) is None
    # A program that ends otherwise has started.
    executor = tmp_path / "mesos-executor"
    shutil.copy(shutil.which("false") or "/bin/false", executor)
    assert executors.of_agent({"launcher_dir": str(tmp_path), "executor_environment_variables": "x"}) is None
    executor.write_bytes(parts.whole[:64])
    assert "does not start" in (executors.of_agent({"launcher_dir": str(tmp_path)}) or "")
