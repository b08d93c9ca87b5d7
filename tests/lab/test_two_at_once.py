"""Two runs at once on one machine: each has its own, takes nothing of the other's, and says whom it waits for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from docker.errors import APIError, ImageNotFound
from local_cluster import zookeeper_installed

from lab import locks, rootfs
from lab.config import LabError, from_environment
from lab.hosts import containers

CHECKOUT = Path(__file__).resolve().parents[2]


def test_one_lab_is_worked_on_by_one_run() -> None:
    name = f"test-{os.getpid()}"
    try:
        with locks.working_on(name), pytest.raises(LabError) as refused, locks.working_on(name):
            pass
        assert str(refused.value).startswith(f"The lab {name} is being worked on by process {os.getpid()}; wait until ")
        with locks.working_on(f"{name}b"), locks.working_on(name):
            pass
    finally:
        for one in (name, f"{name}b"):
            locks.path_of(one).unlink(missing_ok=True)


class Answer:
    """What Docker's client makes of an HTTP answer."""

    def __init__(self, status: int) -> None:
        self.status_code = status
        self.reason = "x"


class Images:
    """A daemon that has one image, runs a container from another, and breaks on a third."""

    def __init__(self) -> None:
        self.removed: list[str] = []

    @property
    def images(self) -> Images:
        return self

    def remove(self, name: str, force: bool) -> None:
        if name == "gone":
            raise ImageNotFound("no such image", response=Answer(404))
        if name == "used":
            raise APIError("conflict", response=Answer(409), explanation="image is being used by running container")
        if name == "broken":
            raise APIError("error", response=Answer(500), explanation="no space left on device")
        self.removed.append(name)


def test_an_image_that_a_container_runs_from_stays() -> None:
    client: Any = Images()
    assert rootfs.remove(client, ["mine", "used", "gone", "base"]) == 2
    assert client.removed == ["mine", "base"]
    with pytest.raises(LabError, match="The image broken cannot be removed: no space left on device"):
        rootfs.remove(client, ["broken"])


class Labels:
    def __init__(self, lab: str) -> None:
        self.labels = {containers.LABEL: lab}
        self.attrs = {"Labels": self.labels}


class Machine:
    """A daemon with a network of each of two labs and a container of a third."""

    class networks:
        @staticmethod
        def list(filters: dict[str, str]) -> list[Labels]:
            assert filters == {"label": containers.LABEL}
            return [Labels("mine"), Labels("hers")]

    class containers:
        @staticmethod
        def list(all: bool, filters: dict[str, str]) -> list[Labels]:
            return [Labels("mine"), Labels("quorum-molecule-single")]


def test_other_labs_are_found() -> None:
    client: Any = Machine()
    assert containers.others(client, from_environment({"LAB_NAME": "mine"})) == ["hers", "quorum-molecule-single"]


PYTHON = """#!/bin/sh
# Stands for the Python of the virtual environment.
case "$*" in
  *install*)
    test ! -e busy || { echo "two at once" >&2; exit 9; }
    touch busy; sleep 1; echo installed >>log; rm busy ;;
esac
"""


def test_two_that_make_the_same_venv(tmp_path: Path) -> None:
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    (tmp_path / "requirements-dev.txt").write_text("x==1\n")
    runs = [
        subprocess.Popen(
            [str(CHECKOUT / "tools" / "venv.sh"), ".venv"], cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        for _one in range(2)
    ]
    said = [run.communicate(timeout=300)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    # The second one finds the work done.
    assert (tmp_path / "log").read_text() == "installed\n"
    assert "Waiting for another run that makes .venv." in "".join(said)


@pytest.mark.skipif(not zookeeper_installed(), reason="the cluster to measure needs ZooKeeper")
@pytest.mark.parametrize("what", ["bench-modules", "bench-scale"])
def test_a_bench_that_is_ended_takes_its_cluster_down(what: str, tmp_path: Path) -> None:
    bench = subprocess.Popen(
        [sys.executable, "-m", "lab", what], cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT / "tests" / "support"), "TMPDIR": str(tmp_path)},
    )  # fmt: skip
    try:
        deadline = time.monotonic() + 120
        while len(started(tmp_path)) < 2 and time.monotonic() < deadline:
            assert bench.poll() is None
            time.sleep(0.2)
        assert len(started(tmp_path)) >= 2
        bench.send_signal(signal.SIGTERM)
        assert bench.wait(60) == 128 + signal.SIGTERM
        assert started(tmp_path) == []
        assert list(tmp_path.iterdir()) == []
    finally:
        if bench.poll() is None:
            bench.kill()
            bench.wait(10)


def started(directory: Path) -> list[int]:
    """The processes that work in the directory, by their working directory or an argument."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            try:
                place = os.readlink(process / "cwd")
                words = (process / "cmdline").read_text(errors="replace")
            except OSError:
                continue
            if place.startswith(str(directory)) or f"{directory}/quorum-bench" in words:
                found.append(int(process.name))
    return found
