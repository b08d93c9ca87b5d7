"""What the lab needs of this machine is said in one sentence with the command that installs or starts it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from lab import machine_docker, prerequisites, up
from lab.config import LabError, from_environment

PROGRAMS = ("apt-get", "dockerd", "iptables", "mmdebstrap", "gpg", "ssh", "ssh-keygen", "skopeo", "dig")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with all that is asked for, which stands for the system's."""
    for name in PROGRAMS:
        (tmp_path / name).touch(mode=0o755)
    bash = shutil.which("bash")
    assert bash
    (tmp_path / "bash").symlink_to(bash)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def refusal() -> str:
    with pytest.raises(LabError) as refused:
        prerequisites.check()
    return str(refused.value)


def test_nothing_is_missing(programs: Path) -> None:
    prerequisites.check()


def test_what_is_missing_is_named_with_the_command_that_installs_it(programs: Path) -> None:
    (programs / "mmdebstrap").unlink()
    (programs / "skopeo").unlink()
    assert refusal() == (
        "Missing on this machine: mmdebstrap (the hosts' image), skopeo (the images go into the lab's registry); "
        "run as root `apt-get install --no-install-recommends mmdebstrap skopeo` and try again."
    )


def test_on_another_system_the_packages_of_debian_are_named(programs: Path) -> None:
    (programs / "skopeo").unlink()
    (programs / "apt-get").unlink()
    assert refusal() == (
        "Missing on this machine, by the names of Debian packages: skopeo (the images go into the lab's registry); "
        "there is no apt-get here, so install their counterparts and try again."
    )


@pytest.mark.parametrize("step", [up.hosts, up.fill_registry])
def test_a_lab_asks_before_it_starts_anything(step, programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (programs / "skopeo").unlink()
    for module, name in ((machine_docker, "start"), (up.playbook, "run")):
        monkeypatch.setattr(module, name, lambda *_arguments: pytest.fail("something was started"))
    with pytest.raises(LabError, match="skopeo"):
        step(from_environment({}), print)


@pytest.mark.parametrize(("systemd", "command"), [(True, "systemctl start docker"), (False, "dockerd")])
def test_who_cannot_start_docker_is_told_the_command(
    systemd: bool, command: str, programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine_docker, "answers", lambda: False)
    monkeypatch.setattr(machine_docker, "_systemd_runs", lambda: systemd)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(LabError) as refused:
        machine_docker.start()
    assert str(refused.value) == (
        f"No Docker daemon answers and only root can start it: run `{command}` as root and try again."
    )
