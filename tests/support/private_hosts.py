"""Hosts of an inventory that are this machine, each with directories of its own where the roles keep what they know.

Their Python runs in a mount namespace, in which these directories are those of the host. It needs root.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from local_cluster import Program

DIRECTORIES = (Path("/etc/mesos"), Path("/run/quorum-mesos"))


def possible() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0


@contextlib.contextmanager
def mount_points() -> Iterator[None]:
    """The directories exist while hosts are used; those that were not there before are removed."""
    made = [path for path in DIRECTORIES if not path.exists()]
    for path in DIRECTORIES:
        path.mkdir(parents=True, exist_ok=True)
    yield
    for path in made:
        # Something else may use it by now.
        with contextlib.suppress(OSError):
            path.rmdir()


def directory(home: Path, name: str, path: Path = DIRECTORIES[0]) -> Path:
    """Where a directory of the host is for others."""
    return home / name / path.name


def host(home: Path, name: str, program: Program, **variables: Any) -> dict[str, Any]:
    """The variables of one host."""
    mounts = []
    for path in DIRECTORIES:
        own = directory(home, name, path)
        own.mkdir(parents=True, exist_ok=True)
        mounts.append(f"mount --bind {shlex.quote(str(own))} {path}")
    python = home / name / "python"
    script = f"{' && '.join(mounts)} && exec {shlex.quote(sys.executable)} \"$@\""
    python.write_text(f'#!/bin/sh\nexec unshare --mount sh -c {shlex.quote(script)} python "$@"\n')
    python.chmod(0o755)
    return {
        "quorum_address": program.ip,
        "ansible_connection": "local",
        "ansible_become": False,
        # A fourth of the processes for every task.
        "ansible_pipelining": True,
        "ansible_python_interpreter": str(python),
        **variables,
    }


def agent(home: Path, name: str, program: Program, **variables: Any) -> dict[str, Any]:
    """A host whose agent the role would find by its file of settings."""
    found = host(home, name, program, mesos_slave_port=program.port, mesos_slave_hostname=program.ip, **variables)
    flags = dict(word[2:].split("=", 1) for word in program.command if word.startswith("--") and "=" in word)
    lines = [f"MESOS_{key.upper()}={flags[key]}\n" for key in ("ip", "hostname", "port", "work_dir")]
    (directory(home, name) / "mesos-slave.env").write_text("".join(lines))
    return found
