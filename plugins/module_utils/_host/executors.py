# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether programs of Mesos start with the libraries that they find: an agent starts where its executors may not.

The agent gives executors an environment of their own, which has none of its own variables (slave.cpp,
executorEnvironment): those of the flag executor_environment_variables, and a PATH.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import typing as t

EXECUTOR = "mesos-executor"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
SECONDS = 20
# As the loader ends that does not find a library. A negative one is a signal, as for an instruction that the processor
# does not know.
NOT_STARTED = (126, 127)
ELF = b"\x7fELF"
MISSING = re.compile(r"^\s*(\S+) => not found$", re.MULTILINE)


def is_binary(path: str) -> bool:
    """Whether it is a program of the system itself, and no script."""
    try:
        with open(path, "rb") as file:
            return file.read(4) == ELF
    except OSError:
        return False


def _run(command: list[str], environment: t.Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """With these variables alone, which what runs commands for a module does not offer, and without any shell."""
    return subprocess.run(
        command,
        env={"PATH": PATH, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        errors="replace",
        timeout=SECONDS,
        check=False,
    )


def why_not(path: str, environment: t.Mapping[str, str]) -> str | None:
    """Why a program does not start with this environment; nothing where it does, whatever it answers."""
    try:
        done = _run([path, "--help"], environment)
    except subprocess.TimeoutExpired:
        # It started, and does something else.
        return None
    except OSError as error:
        return str(error.strerror)
    if done.returncode >= 0 and done.returncode not in NOT_STARTED:
        return None
    said = [line.strip() for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return (said[0] if said else "it ended with status %d" % done.returncode).rstrip(".")


def missing_libraries(path: str, environment: t.Mapping[str, str]) -> list[str]:
    """The shared libraries that a program would not find."""
    if not is_binary(path):
        return []
    try:
        output = _run(["ldd", path], environment).stdout
    except (OSError, subprocess.TimeoutExpired):
        # A host without ldd; a program that does not start says so itself.
        return []
    return sorted(set(MISSING.findall(output)))


def library_dir_for(launcher_dir: str | None, library_dir: str | None) -> str | None:
    """The directory that executors must be told, where they find their libraries there and not by themselves."""
    path = os.path.join(launcher_dir or "", EXECUTOR)
    if not launcher_dir or not library_dir or not is_binary(path):
        return None
    if why_not(path, {}) is None or why_not(path, {"LD_LIBRARY_PATH": library_dir}) is not None:
        return None
    return library_dir


def of_agent(flags: t.Mapping[str, t.Any]) -> str | None:
    """Why an agent with these flags could not start a task; nothing where its executor is not on this host."""
    path = os.path.join(str(flags.get("launcher_dir") or ""), EXECUTOR)
    if not is_binary(path):
        return None
    try:
        given = json.loads(str(flags.get("executor_environment_variables") or "{}"))
    except ValueError:
        given = {}
    environment = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    why = why_not(path, environment)
    if why is None:
        return None
    return (
        "its executor %s does not start, so every task would fail (%s): install what is missing, build the archive "
        "with relative paths to its libraries (docs/archives.md), or set executor_environment_variables in "
        "mesos_slave_flags" % (path, why)
    )
