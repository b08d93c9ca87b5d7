"""The engine as packages: the same bytes from the same engine, an index that is signed by the lab's own key."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest

from lab import inventory
from lab.config import LabError, Program, from_environment
from lab.packages import build, repository
from labengine import MARATHON_VERSION, MESOS_VERSION


@pytest.fixture
def engine(tmp_path: Path) -> Program:
    """An archive laid out as the engine's."""
    path = tmp_path / "engine.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name in ("sbin/mesos-master", "sbin/mesos-agent", "sbin/mesos-slave", "bin/marathon"):
            member = tarfile.TarInfo(f"engine/{name}")
            member.size, member.mode = 1, 0o755
            archive.addfile(member, io.BytesIO(b"x"))
        text = f'MESOS_VERSION = "{MESOS_VERSION}"\nMARATHON_VERSION = "{MARATHON_VERSION}"\n'.encode()
        member = tarfile.TarInfo("engine/lib/python/labengine/__init__.py")
        member.size = len(text)
        archive.addfile(member, io.BytesIO(text))
    return Program(str(path), f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")


def test_packages_are_the_same_each_time_and_start_what_they_bring(engine: Program, tmp_path: Path) -> None:
    first, second = (build.build_all(engine, tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    control = tmp_path / "control"
    subprocess.run(["dpkg-deb", "--control", str(first[0]), str(control)], check=True, timeout=60)
    script = (control / "postinst").read_text()
    assert "for unit in mesos-master mesos-slave; do" in script
    assert "systemctl start" in script


def test_another_engine_has_another_version(engine: Program) -> None:
    assert build.version(engine) != build.version(Program(engine.archive, "sha256:" + "f" * 64))


def test_programs_of_a_newer_package_say_its_version(engine: Program, tmp_path: Path) -> None:
    package = build.build_all(engine, tmp_path / "built", "1.11.100")[0]
    assert package.name == f"mesos_{build.version(engine, '1.11.100')}_all.deb"
    subprocess.run(["dpkg-deb", "--extract", str(package), str(tmp_path / "root")], check=True, timeout=60)
    path = tmp_path / "root" / "usr/lib/mesos-lab-engine/lib/python/labengine/__init__.py"
    assert path.read_text() == 'MESOS_VERSION = "1.11.100"\nMARATHON_VERSION = "1.11.100"\n'


def test_the_repository_is_signed_once(engine: Program, tmp_path: Path) -> None:
    packages = build.build_all(engine, tmp_path / "built")
    key = repository.write(tmp_path / "key", packages, tmp_path / "repository", now=0)
    signed = (tmp_path / "repository" / "InRelease").read_text()
    assert hashlib.sha256((tmp_path / "repository" / "Packages").read_bytes()).hexdigest() in signed
    assert "BEGIN PGP SIGNATURE" in signed
    assert (tmp_path / "key" / repository.SECRET_KEY).stat().st_mode & 0o777 == 0o600
    assert "PUBLIC KEY" in key.read_text()
    repository.write(tmp_path / "key", packages, tmp_path / "repository", now=1)
    assert (tmp_path / "repository" / "InRelease").read_text() == signed


@pytest.mark.parametrize("method", ["package", "container"])
def test_the_inventory_says_what_a_user_would(engine: Program, method: str) -> None:
    groups = inventory.build(from_environment({"LAB_METHOD": method}), engine)["all"]["children"]
    for group, role in (("mesos_masters", "mesos_master"), ("mesos_slaves", "mesos_slave"), ("marathon", "marathon")):
        variables = groups[group]["vars"]
        assert variables[f"{role}_install_method"] == method
        pinned = variables[f"{role}_package_version" if method == "package" else f"{role}_image"]
        assert pinned.endswith(build.version(engine))
        assert f"{role}_archive" not in variables


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"LAB_METHOD": "rpm"}, "LAB_METHOD=rpm: give one of archive, package, container."),
        ({"LAB_METHOD": "package", "MESOS_ARCHIVE": "/x", "MESOS_CHECKSUM": "0"}, "leave MESOS_ARCHIVE out"),
    ],
)
def test_wrong_methods(environ: dict[str, str], words: str) -> None:
    with pytest.raises(LabError) as refused:
        from_environment(environ)
    assert words in str(refused.value)
