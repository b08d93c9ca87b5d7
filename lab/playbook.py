"""Running ansible-playbook on a lab, from the checkout's own environment."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from lab.config import BUILD, CHECKOUT, LabError

SECONDS = 1800


def environment() -> dict[str, str]:
    """The environment in which Ansible finds this checkout as the collection and keeps its files below ``.build``."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}",
        "ANSIBLE_HOME": str(BUILD / "ansible"),
        "ANSIBLE_CONFIG": str(CHECKOUT / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(CHECKOUT / ".collections"),
        "ANSIBLE_SSH_ARGS": "-o ControlMaster=auto -o ControlPersist=120s",
        # A socket's path may have 104 characters at the most; a deep checkout would exceed it.
        "ANSIBLE_SSH_CONTROL_PATH_DIR": "/tmp/quorum-lab-cp",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        "ANSIBLE_NOCOWS": "true",
        "PYTHONUNBUFFERED": "1",
    }


def plain() -> dict[str, str]:
    """The same for output that a program reads: without colours, which Molecule demands of all that it starts."""
    return {**environment(), "ANSIBLE_FORCE_COLOR": "false", "ANSIBLE_NOCOLOR": "true"}


def command(playbook: str, inventory: Path, *arguments: str) -> list[str]:
    """The words that run a playbook, given by path or as ``quorum.mesos.<name>``."""
    return [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), playbook, *arguments]


def run(
    playbook: str,
    inventory: Path,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    capture: bool = False,
    seconds: float = SECONDS,
) -> subprocess.CompletedProcess[str]:
    """Runs a playbook, given by path or as ``quorum.mesos.<name>``; raises LabError when it fails."""
    words = command(playbook, inventory, *arguments)
    for name, value in (variables or {}).items():
        words += ["-e", f"{name}={value}"]
    done = subprocess.run(
        words, cwd=CHECKOUT, env=plain() if capture else environment(), stdin=subprocess.DEVNULL, text=True,
        timeout=seconds, check=False,
        stdout=subprocess.PIPE if capture else None, stderr=subprocess.STDOUT if capture else None,
    )  # fmt: skip
    if done.returncode != 0 and not capture:
        raise LabError(f"{playbook} failed (exit code {done.returncode}); the reason stands above.")
    return done


def follow(playbook: str, inventory: Path, *arguments: str, see: Callable[[str], None]) -> tuple[int, str]:
    """Runs a playbook and hands over every line when it comes; returns the exit code and the whole output."""
    lines = []
    with subprocess.Popen(
        command(playbook, inventory, *arguments), cwd=CHECKOUT, env=plain(), stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    ) as running:  # fmt: skip
        limit = threading.Timer(SECONDS, running.kill)
        limit.start()
        try:
            for line in running.stdout or ():
                lines.append(line)
                see(line.rstrip())
        finally:
            limit.cancel()
    return running.returncode, "".join(lines)
