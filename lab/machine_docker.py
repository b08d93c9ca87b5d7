"""The machine's own Docker daemon: found running, or started and later stopped by the lab."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import docker
from docker.errors import DockerException

from lab import prerequisites
from lab.config import BUILD, LabError

STATE = BUILD / "machine-docker"
START_SECONDS = 60
STOP_SECONDS = 30


def client() -> docker.DockerClient:
    """A client of the machine's daemon; raises LabError where none answers."""
    try:
        return docker.from_env(timeout=120)
    except DockerException as error:
        raise LabError(f"No Docker daemon answers on this machine ({error}); run `make docker-start`.") from error


def answers() -> bool:
    try:
        probe = docker.from_env(timeout=5)
        probe.ping()
        probe.close()
    except DockerException:
        return False
    return True


def _systemd_runs() -> bool:
    return Path("/run/systemd/system").is_dir()


def start() -> str:
    """Makes sure a daemon answers; returns what was done, as a sentence."""
    if answers():
        return "Docker answers."
    prerequisites.check()
    command = "systemctl start docker" if _systemd_runs() else "dockerd"
    if os.geteuid() != 0:
        raise LabError(f"No Docker daemon answers and only root can start it: run `{command}` as root and try again.")
    STATE.mkdir(parents=True, exist_ok=True)
    if _systemd_runs():
        done = subprocess.run(command.split(), stdin=subprocess.DEVNULL, check=False, timeout=START_SECONDS)
        if done.returncode != 0:
            raise LabError(f"Docker could not be started by `{command}`: see `journalctl -u docker`.")
        started = "Started Docker by systemd."
    else:
        with (STATE / "dockerd.log").open("ab") as log:
            daemon = subprocess.Popen(
                ["dockerd"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        (STATE / "pid").write_text(f"{daemon.pid}\n")
        started = f"Started dockerd (pid {daemon.pid}, log {STATE / 'dockerd.log'})."
    deadline = time.monotonic() + START_SECONDS
    while not answers():
        if time.monotonic() > deadline:
            raise LabError(f"Docker did not answer within {START_SECONDS} s: {_last_log_line()}")
        time.sleep(0.5)
    return started


def _last_log_line() -> str:
    log = STATE / "dockerd.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return lines[-1] if lines else "see `journalctl -u docker`"


def stop() -> str:
    """Stops the daemon that `start` started, and no other; returns what was done."""
    pid_file = STATE / "pid"
    if not pid_file.exists():
        return "No Docker daemon of the lab's own to stop."
    pid = int(pid_file.read_text())
    pid_file.unlink()
    # A pid is reused after a reboot: end it only while it is still dockerd.
    comm = Path(f"/proc/{pid}/comm")
    if not comm.exists() or comm.read_text().strip() != "dockerd":
        return "The lab's Docker daemon had ended already."
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    return f"Stopped dockerd (pid {pid})."
