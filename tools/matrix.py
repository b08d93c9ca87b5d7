#!/usr/bin/env python3
"""Run a smoke test and the plugins' unit tests on each ansible-core that is supported.

The smoke test is the syntax of site.yml, the documentation of two modules, and the README's first door: an app that
the playbook apps deploys to the lab engine.

Each version has a virtual environment of its own below .build/matrix, made by uv. Versions can be named: matrix.py 2.17
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build" / "matrix"
# The Python 3 that each of them takes on the control machine, from and to.
PYTHONS = {"2.17": (10, 12), "2.18": (11, 13), "2.19": (11, 13), "2.20": (12, 14), "2.21": (12, 14)}
PACKAGES = (
    *("hypothesis", "kubernetes-validate", "pytest", "pytest-xdist"),
    *("-r", "meta/ee-requirements.txt", "-r", "engine/requirements.txt"),
)
CHECKS = (
    ("ansible-playbook", "-i", "inventory/sample/hosts.yml", "playbooks/site.yml", "--syntax-check"),
    ("ansible-doc", "-t", "module", "quorum.mesos.marathon_app", "quorum.mesos.mesos_agent"),
    ("pytest", "tests/unit", "-q", "-n", "2"),
    ("pytest", "tests/integration/test_guide.py", "-k", "first_door", "-q", "-n", "0"),
)


def run(
    *command: str, bin_directory: Path | None = None, output: int | None = None
) -> subprocess.CompletedProcess[str]:
    path = os.environ["PATH"] if bin_directory is None else f"{bin_directory}:{os.environ['PATH']}"
    program = shutil.which(command[0], path=path) or command[0]
    environment = {**os.environ, "PATH": path, "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".collections")}
    return subprocess.run(
        [program, *command[1:]],
        cwd=ROOT,
        env=environment,
        stdout=output,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def environment_of(core: str, python: str) -> Path:
    """The directory of programs of the virtual environment with this ansible-core."""
    directory = BUILD / core
    if not (directory / "bin" / "python").exists():
        run("uv", "venv", "--quiet", "--no-python-downloads", "--python", python, str(directory)).check_returncode()
    run(
        "uv",
        "pip",
        "install",
        "--quiet",
        "--python",
        str(directory / "bin" / "python"),
        f"ansible-core=={core}.*",
        *PACKAGES,
    ).check_returncode()
    return directory / "bin"


def python_for(core: str) -> str | None:
    """The newest Python of this machine that fits, from PATH or from pyenv."""
    first, last = PYTHONS[core]
    for minor in range(last, first - 1, -1):
        installed = sorted(Path.home().glob(f".pyenv/versions/3.{minor}.*/bin/python"))
        for candidate in [shutil.which(f"python3.{minor}"), *map(str, installed)]:
            # A shim of pyenv is there whether or not its Python may be used.
            if candidate and not subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode:
                return candidate
    return None


def result(core: str) -> str:
    python = python_for(core)
    if python is None:
        return "not run: this machine has no Python 3.{} to 3.{}".format(*PYTHONS[core])
    started = time.monotonic()
    programs = environment_of(core, python)
    for check in CHECKS:
        print(f"== ansible-core {core}: {' '.join(check)}", flush=True)
        # What ansible-doc prints is long.
        done = run(*check, bin_directory=programs, output=subprocess.DEVNULL if check[0] == "ansible-doc" else None)
        if done.returncode:
            return f"FAILED: {' '.join(check)}"
    return f"passed in {time.monotonic() - started:.0f} s, {python}"


def main() -> int:
    results = {core: result(core) for core in sys.argv[1:] or PYTHONS}
    print("\n".join(f"ansible-core {core}: {text}" for core, text in results.items()))
    return 1 if any(text.startswith("FAILED") for text in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
