#!/usr/bin/env python3
"""Make the virtual environment with ansible-rulebook, which the tests of the event source run it from.

It is one of its own below .build/rulebook: the engine of its rules is a Java library of 20 MB with a bridge to Python.
"""

from __future__ import annotations

import fcntl
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build" / "rulebook"
PACKAGES = ("ansible-rulebook==1.3.2", "ansible-core==2.19.*", "-r", str(ROOT / "meta" / "ee-requirements.txt"))
SECONDS = 600
# The oldest Java that its rules run on.
JAVA = 17


class Unavailable(Exception):
    """It cannot be had here; the text says why."""


def programs() -> Path:
    """The directory of the programs; made where it is not there. Raises Unavailable."""
    _check_java()
    directory = BUILD / "venv" / "bin"
    complete = BUILD / "complete"
    BUILD.mkdir(parents=True, exist_ok=True)
    with (BUILD / "lock").open("w") as lock:
        # Two at once would take each other's files away.
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists() or complete.read_text() != " ".join(PACKAGES):
            _run("venv", "--clear", "--no-python-downloads", "--python", sys.executable, str(BUILD / "venv"))
            _run("pip", "install", "--python", str(directory / "python"), *PACKAGES)
            complete.write_text(" ".join(PACKAGES))
    return directory


def _check_java() -> None:
    if shutil.which("java") is None:
        raise Unavailable("ansible-rulebook needs Java: install the Debian package default-jre-headless")
    told = subprocess.run(
        ["java", "-XshowSettings:properties", "-version"], capture_output=True, text=True, timeout=60, check=False
    ).stderr
    # Before 9 it is 1.8.
    found = re.search(r"java\.specification\.version = ([0-9]+)", told)
    if found is None or int(found[1]) < JAVA:
        raise Unavailable(f"ansible-rulebook needs Java {JAVA} or newer; `java -version` says what this one is")


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            [str(Path(sys.executable).parent / "uv"), *command, "--quiet"],
            cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"ansible-rulebook cannot be installed: {error}") from error
    if done.returncode:
        raise Unavailable(f"ansible-rulebook cannot be installed: {done.stderr.strip()[-500:]}")


if __name__ == "__main__":
    print(programs())
