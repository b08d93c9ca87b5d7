"""What is refused of packages, repositories and images, and which units of a package may run."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import install
from ansible_collections.quorum.mesos.plugins.modules import _package_units as package_units
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans.common import install_problems

DIGEST = "0" * 64


@pytest.mark.parametrize(
    ("image", "words"),
    [
        ("", "is not set"),
        ("mesos", "has no tag and may be another one tomorrow"),
        ("registry.example.org:5000/mesos", "has no tag"),
        ("mesos:latest", "has the tag latest"),
        ("registry.example.org/mesos mesos:1", "no name of an image"),
        ("Mesos:1", "no name of an image"),
        ("mesos@sha256:12", "no name of an image"),
        ("mesos:1.11.0", None),
        ("registry.example.org:5000/library/mesos:1.11.0-2", None),
        (f"mesos@sha256:{DIGEST}", None),
        (f"mesos:latest@sha256:{DIGEST}", None),
    ],
)
def test_images(image: str, words: str | None) -> None:
    problems = install.image_problems("mesos_master", image)
    assert problems == [] if words is None else words in problems[0]


@pytest.mark.parametrize("version", ["1.11.0-2.0.1", "1:1.11.0~rc1+deb12u1", "1.11.0-0.lab.5cbf4f37"])
def test_exact_versions(version: str) -> None:
    assert install.package_problems("marathon", "marathon", version, {}, "debian") == []


@pytest.mark.parametrize("version", ["", "latest", "1.*", ">=1.11", "1.11 "])
def test_versions_that_are_not_exact(version: str) -> None:
    (problem,) = install.package_problems("marathon", "marathon", version, {}, "debian")
    assert problem.startswith("marathon_package_version is ")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"uri": "x"}, "marathon_repository has 'uri', which it does not know; write uris."),
        ({"zz": "x"}, "it knows name, uris"),
        ({"suites": []}, "has no suites"),
        ({"key": ""}, "has no key"),
        ({"key": "keys/vendor.asc"}, "the relative path keys/vendor.asc"),
        ({"key": "/nowhere/vendor.asc"}, "the controller has no such file"),
        ({"key": "https://example.org/key"}, "marathon_repository.key_checksum is ''"),
        ({"key": "https://example.org/key", "key_checksum": f"sha256:{DIGEST}"}, None),
        ({"uris": ["https://me:secret@example.org/"]}, "marathon_repository.uris has a user"),
        ({"key": "https://me:secret@example.org/key"}, "marathon_repository.key has a user; fetch the key"),
        ({"name": "Vendor/x"}, "marathon_repository.name is 'Vendor/x'"),
    ],
)
def test_repositories(tmp_path: Path, change: dict[str, Any], words: str | None) -> None:
    key = tmp_path / "key.asc"
    key.write_text("key")
    repository = {"uris": ["https://mirror.example.org/"], "suites": ["stable"], "key": str(key), **change}
    problems = install.package_problems("marathon", "marathon", "1.11.24", repository, "debian")
    assert problems == [] if words is None else words in problems[0]
    assert "secret" not in str(problems)


def test_rhel_wants_another_key() -> None:
    problems = install.package_problems("marathon", "marathon", "1", {"key": "/etc/hostname"}, "redhat")
    assert problems == [
        "marathon_repository has no baseurl; set that, or leave the option out where the host knows one."
    ]


SOURCE: dict[str, Any] = {
    "method": "package", "family": "debian", "archive": "", "checksum": "", "package": "mesos", "version": "1.11.0",
    "repository": {}, "image": "",
}  # fmt: skip


def test_one_package_has_one_version_on_a_host() -> None:
    other = {"mesos_slave_install_method": "package", "mesos_slave_package_version": "1.10.0"}
    assert install_problems(SOURCE, "mesos_master", "a", other) == [
        "a: mesos_master_package_version is 1.11.0 and mesos_slave_package_version is 1.10.0, and one package is both "
        "on this host; give both the same."
    ]
    assert install_problems(SOURCE, "mesos_master", "a", {**other, "mesos_slave_install_method": "container"}) == []


def test_two_repositories_have_two_names() -> None:
    mine = {"uris": ["http://a/"], "suites": ["./"], "key": "/etc/hostname"}
    its = {"marathon_install_method": "package", "marathon_repository": {**mine, "uris": ["http://b/"]}}
    (problem,) = install_problems({**SOURCE, "repository": mine}, "mesos_master", "a", its)
    assert "mesos_master_repository and marathon_repository differ and have the same name" in problem
    its["marathon_repository"]["name"] = "marathon"  # type: ignore[index]
    assert install_problems({**SOURCE, "repository": mine}, "mesos_master", "a", its) == []


def test_a_repository_of_packages_without_a_version(tmp_path: Path) -> None:
    (tmp_path / "key.asc").write_text("key")
    mine = {"uris": "https://a/", "suites": "stable", "key": str(tmp_path / "key.asc")}
    source = {"method": "repository", "family": "debian", "repository": mine}
    its = {"mesos_slave_install_method": "package", "mesos_slave_repository": {**mine, "uris": "https://b/"}}
    assert install_problems({**source, "repository": {}}, "docker", "a", its) == []
    (problem,) = install_problems(source, "docker", "a", its)
    assert problem.startswith("a: docker_repository and mesos_slave_repository differ and have the same name")
    assert install_problems({**source, "repository": {**mine, "name": "docker"}}, "docker", "a", its) == []


def test_only_the_chosen_method_is_looked_at() -> None:
    for method, option in (("archive", "mesos_master_archive"), ("container", "mesos_master_image")):
        (problem,) = install_problems({**SOURCE, "method": method}, "mesos_master", "a")
        assert f"a: {option} is not set" in problem


class FakeModule:
    """Records what systemctl is asked; ``active`` are the units that run."""

    check_mode = False

    def __init__(self, *active: str) -> None:
        self.active = active
        self.asked: list[list[str]] = []

    def run_command(self, command: list[str], **_options: Any) -> tuple[int, str, str]:
        self.asked.append(command[1:])
        return (0 if command[2].removesuffix(".service") in self.active else 3), "", ""


def units(tmp_path: Path, *active: str, running: list[str] | None = None) -> package_units.Units:
    (tmp_path / "multi-user.target.wants").mkdir(exist_ok=True)
    return package_units.Units(
        FakeModule(*active), running or [], str(tmp_path), lambda unit: str(tmp_path / "run" / unit)
    )


def test_a_hold_skips_a_start_without_an_error(tmp_path: Path) -> None:
    held = units(tmp_path, "mesos-master")
    assert [held.hold(name) for name in ("mesos-master", "mesos-slave", "mesos-slave")] == [False, True, False]
    assert "ConditionPathExists=!/" in (tmp_path / "mesos-slave.service.d" / package_units.HOLD).read_text()


def test_what_runs_is_kept_from_the_scripts_of_a_package(tmp_path: Path) -> None:
    some = units(tmp_path, "docker", "containerd", "other", running=["docker", "containerd"])
    names = ("docker", "containerd", "other")
    assert [some.hold(name) for name in names] == [True, True, False]
    text = (tmp_path / "docker.service.d" / package_units.HOLD).read_text()
    # Not a condition, with which a restart would end what runs.
    assert "RefuseManualStop=yes" in text
    assert "Condition" not in text
    assert [some.end_hold(name) for name in names] == [True, True, False]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["multi-user.target.wants"]


def test_a_hold_takes_the_place_of_a_mask(tmp_path: Path) -> None:
    some = units(tmp_path)
    assert some.mask("mesos-slave", ["mesos-master"])
    assert some.hold("mesos-slave")
    assert not (tmp_path / "mesos-slave.service").is_symlink()
    assert some.mask("mesos-slave", ["mesos-master"])
    assert (tmp_path / "mesos-slave.service").is_symlink()


def test_what_is_not_ours_is_masked(tmp_path: Path) -> None:
    some = units(tmp_path, "mesos-slave")
    (tmp_path / "marathon.service").write_text("ours")
    some.hold("mesos-master")
    names = ("mesos-master", "mesos-slave", "marathon")
    assert [some.mask(name, ["mesos-master"]) for name in names] == [True, True, False]
    assert os.readlink(tmp_path / "mesos-slave.service") == "/dev/null"
    assert ["disable", "--now", "mesos-slave.service"] in some.module.asked
    assert (tmp_path / "marathon.service").read_text() == "ours"
    assert not (tmp_path / "mesos-master.service.d").exists()
    assert [some.mask(name, ["mesos-master"]) for name in names] == [False] * 3


def test_what_the_role_takes_over_is_not_stopped(tmp_path: Path) -> None:
    some = units(tmp_path, "mesos-master")
    assert not some.mask("mesos-master", ["mesos-master"])
    assert not (tmp_path / "mesos-master.service").exists()


def test_only_masks_are_released(tmp_path: Path) -> None:
    some = units(tmp_path)
    some.mask("mesos-slave", [])
    (tmp_path / "marathon.service").write_text("ours")
    assert [some.release(name) for name in ("mesos-slave", "marathon")] == [True, False]
    assert not (tmp_path / "mesos-slave.service").is_symlink()


def test_check_mode_changes_nothing(tmp_path: Path) -> None:
    some = units(tmp_path)
    some.module.check_mode = True
    assert some.mask("mesos-slave", ["mesos-master"])
    assert some.hold("mesos-slave")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["multi-user.target.wants"]


def test_a_password_in_what_is_no_url_does_not_show() -> None:
    problems = [
        *install.archive_problems("marathon", "me:secret@mirror.example.org/a.tar.gz", f"sha256:{DIGEST}"),
        *install.image_problems("marathon", "me:secret@registry.example.org/marathon:1.11"),
    ]
    assert len(problems) == 2
    assert "secret" not in str(problems)
