# Copyright (c) quorum.mesos contributors
# GNU General Public License v3.0 or later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Marathon on the JVM runs with: its Java, its options and its libmesos."""

from __future__ import annotations

import shutil
import subprocess
import typing as t
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import native
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.service import runtime
from ansible_collections.quorum.mesos.plugins.modules import _scheduler_runtime as scheduler_runtime

OPENS = "--add-opens=java.base/java.lang=ALL-UNNAMED"
LINK = "/etc/mesos/libmesos.so"


@pytest.mark.parametrize(
    ("output", "number"),
    [
        ('openjdk version "1.8.0_392"\nOpenJDK Runtime Environment (build 1.8.0_392-b08)\n', 8),
        ('openjdk version "11.0.21" 2023-10-17\n', 11),
        ('openjdk version "15.0.2" 2021-01-19\n', 15),
        ('openjdk version "16" 2021-03-16\n', 16),
        ('Picked up JAVA_TOOL_OPTIONS: -Dversion=9\nopenjdk version "17.0.13" 2024-10-15\n', 17),
        ('openjdk version "21-ea" 2023-09-19\n', 21),
        ("Error: could not find libjava.so\n", None),
    ],
)
def test_which_java(output: str, number: int | None) -> None:
    assert runtime.java_number(output) == number


@pytest.mark.parametrize(
    ("name", "depends", "number"),
    [
        ("openjdk-11-jre-headless", "", 11),
        ("java-11-openjdk-headless", "", 11),
        ("java-1.8.0-openjdk-headless", "", 8),
        ("temurin-17-jre", "", 17),
        ("default-jre-headless", "", None),
        ("default-jre-headless", "  Depends: java-common\n  Depends: openjdk-17-jre-headless\n", 17),
        ("libcurl4", "libcurl4\n  Depends: libc6\n", None),
    ],
)  # fmt: skip
def test_which_java_a_package_brings(name: str, depends: str, number: int | None) -> None:
    assert runtime.number_of_package(name, depends) == number


@pytest.mark.parametrize(
    ("java", "given", "expected"),
    [
        (8, "-Xmx512m", "-Xmx512m"),
        (11, "-Xmx512m", "-Xmx512m"),
        (15, "-Xmx512m", "-Xmx512m"),
        (16, "-Xmx512m", f"-Xmx512m {OPENS}"),
        (21, "-Xmx512m -Dx=y", f"-Xmx512m -Dx=y {OPENS}"),
        (17, None, OPENS),
        (17, f"{OPENS} -Xmx1g", f"{OPENS} -Xmx1g"),
        (17, "--add-opens java.base/java.lang=ALL-UNNAMED", "--add-opens java.base/java.lang=ALL-UNNAMED"),
        (17, "--add-opens=java.base/java.util=ALL-UNNAMED", f"--add-opens=java.base/java.util=ALL-UNNAMED {OPENS}"),
        (None, "-Xmx512m", "-Xmx512m"),
    ],
)
def test_java_options(java: int | None, given: str | None, expected: str) -> None:
    variables = {} if given is None else {"JAVA_OPTS": given}
    once = runtime.environment(variables, {"jvm": True, "java": java, "library": None})
    assert once == {"JAVA_OPTS": expected}
    assert runtime.environment(once, {"jvm": True, "java": java, "library": None}) == once


@pytest.mark.parametrize("name", ["JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"])
def test_an_option_that_comes_another_way(name: str) -> None:
    variables = {"JAVA_OPTS": "-Xmx1g", name: f"-Da=b {OPENS}"}
    assert runtime.environment(variables, {"jvm": True, "java": 17, "library": None}) == variables


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, {"MESOS_NATIVE_JAVA_LIBRARY": LINK}),
        ({"MESOS_NATIVE_JAVA_LIBRARY": "/my.so"}, {"MESOS_NATIVE_JAVA_LIBRARY": "/my.so"}),
        ({"MESOS_NATIVE_LIBRARY": "/my.so"}, {"MESOS_NATIVE_LIBRARY": "/my.so"}),
        ({"MESOS_NATIVE_JAVA_LIBRARY": ""}, {"MESOS_NATIVE_JAVA_LIBRARY": LINK}),
    ],
)
def test_the_operators_own_library_wins(given: dict[str, str], expected: dict[str, str]) -> None:
    assert runtime.environment(given, {"jvm": True, "java": 11, "library": LINK}) == expected


@pytest.mark.parametrize("found", [{}, {"jvm": False, "java": None, "library": None}])
def test_a_marathon_without_java_needs_nothing(found: dict[str, t.Any]) -> None:
    assert runtime.environment({"JAVA_OPTS": "-Xmx512m"}, found) == {"JAVA_OPTS": "-Xmx512m"}


NATIVE = {"own": None, "option": "marathon_native_library", "mesos": False, "found": None}


@pytest.mark.parametrize(
    ("changes", "jvm", "wrong"),
    [
        ({}, True, ["set marathon_native_library to the path of a libmesos.so there"]),
        ({}, False, []),
        ({"mesos": True}, True, []),
        ({"found": "/usr/lib/libmesos.so"}, True, []),
        ({"own": "/srv/libmesos.so"}, True, []),
        ({"own": "libmesos.so"}, False, ["marathon_native_library is 'libmesos.so'; write the absolute path"]),
    ],
)
def test_a_marathon_without_libmesos(changes: dict[str, t.Any], jvm: bool, wrong: list[str]) -> None:
    found = runtime.library_problems({**NATIVE, **changes}, lambda: jvm)
    assert len(found) == len(wrong)
    assert all(part in sentence for part, sentence in zip(wrong, found, strict=True))


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("[Service]\nExecStartPre=-/bin/x\nExecStart=/opt/m/sbin/mesos-master\n", "/opt/m/sbin/mesos-master"),
        ("ExecStart=-/usr/sbin/mesos-slave --x=y\n", "/usr/sbin/mesos-slave"),
        ("ExecStart=\n", None),
        ("", None),
    ],
)
def test_what_a_unit_runs(text: str, program: str | None) -> None:
    assert native.program_of(text) == program


def touch(path: Path, text: str = "", mode: int = 0o755) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["lib/libmesos.so", "lib/libmesos-1.11.0.so"], "lib/libmesos.so"),
        (["lib64/libmesos.so"], "lib64/libmesos.so"),
        (["lib/x86_64-linux-gnu/libmesos.so"], "lib/x86_64-linux-gnu/libmesos.so"),
        (["lib/libmesos-1.11.0.so"], "lib/libmesos-1.11.0.so"),
        (["lib/libmesos_no_3rdparty.so", "lib/libmesos.la", "lib/python/x.py"], None),
    ],
)
def test_libmesos_of_an_archive_or_package(tmp_path: Path, names: list[str], expected: str | None) -> None:
    for name in names:
        touch(tmp_path / name)
    assert native.library_in(str(tmp_path)) == (str(tmp_path / expected) if expected else None)


def test_the_masters_comes_first(tmp_path: Path) -> None:
    units, link = tmp_path / "units", tmp_path / "link"
    for unit in native.UNITS:
        touch(units / f"{unit}.service", f"ExecStart={tmp_path}/{unit}/sbin/{unit}\n")
    touch(tmp_path / "mesos-slave" / "lib" / "libmesos.so")

    def find(known: dict[str, str] | None = None) -> str | None:
        found = native.programs(known or {}, str(units))
        return native.library(map(native.prefix_of, found), str(link))

    assert find() == str(tmp_path / "mesos-slave/lib/libmesos.so")
    touch(tmp_path / "mesos-master" / "lib" / "libmesos.so")
    assert find() == str(tmp_path / "mesos-master/lib/libmesos.so")
    touch(tmp_path / "new" / "lib" / "libmesos.so")
    assert find({"mesos-master": f"{tmp_path}/new/sbin/mesos-master"}) == str(tmp_path / "new/lib/libmesos.so")
    # Without any of them what the link leads to stays, as long as it is there.
    link.symlink_to(tmp_path / "new/lib/libmesos.so")
    assert native.library([], str(link)) == str(tmp_path / "new/lib/libmesos.so")
    shutil.rmtree(tmp_path / "new")
    assert native.library([], str(link)) is None


class Refused(Exception):
    pass


class FakeModule:
    def __init__(self, check_mode: bool = False, **params: t.Any) -> None:
        self.params = {
            "program": None, "jars": False, "java_home": None, "search_path": None, "packages": [],
            "default_java": None, "library": None, "option": "marathon_native_library", "mesos": {},
            "expected": False, "host": "a", **params,
        }  # fmt: skip
        self.check_mode = check_mode
        self.warnings: list[str] = []

    def fail_json(self, msg: str) -> None:
        raise Refused(msg)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def get_bin_path(self, name: str) -> None:
        return None

    def run_command(self, command: list[str]) -> tuple[int, str, str]:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        return done.returncode, done.stdout, done.stderr


class Host:
    """A host with an unpacked Marathon, some Java and some Mesos, all below one directory."""

    def __init__(self, root: Path) -> None:
        self.root, self.link = root, root / "etc" / "libmesos.so"
        self.link.parent.mkdir()
        self.program = touch(root / "opt" / "marathon" / "1" / "bin" / "marathon")

    def jar(self) -> None:
        touch(self.root / "opt" / "marathon" / "1" / "lib" / "marathon.jar")

    def java(self, version: str, directory: str = "java") -> None:
        touch(self.root / directory / "bin" / "java", f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")

    def mesos(self, name: str, library: bool = True) -> dict[str, str]:
        program = touch(self.root / name / "sbin" / "mesos-master")
        if library:
            touch(self.root / name / "lib" / "libmesos.so")
        return {"mesos-master": str(program)}

    def gather(self, check_mode: bool = False, **params: t.Any) -> dict[str, t.Any]:
        given = {
            "program": str(self.program), "search_path": str(self.root / "java" / "bin"), "link": str(self.link),
        }  # fmt: skip
        return scheduler_runtime.Runtime(FakeModule(check_mode, **{**given, **params})).gather()


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Host:
    # What this machine has does not count.
    monkeypatch.setattr(native, "PREFIXES", ())
    monkeypatch.setattr(native, "UNIT_DIRECTORY", str(tmp_path / "units"))
    return Host(tmp_path)


def test_a_marathon_on_java(host: Host) -> None:
    host.jar()
    host.java("17.0.13")
    mesos = host.mesos("opt/mesos/a")
    found = host.gather(mesos=mesos)
    assert {name: found[name] for name in ("jvm", "java", "library", "changed")} == {
        "jvm": True, "java": 17, "library": str(host.link), "changed": True,
    }  # fmt: skip
    assert host.link.resolve() == host.root / "opt/mesos/a/lib/libmesos.so"
    assert host.gather(mesos=mesos)["changed"] is False


def test_the_java_of_java_home_is_asked(host: Host) -> None:
    host.jar()
    host.java("17.0.13")
    host.java("1.8.0_392", "jdk8")
    mesos = host.mesos("opt/mesos/a")
    assert host.gather(mesos=mesos, java_home=str(host.root / "jdk8"))["java"] == 8
    # As Marathon's script does where there is no Java.
    assert host.gather(mesos=mesos, java_home=str(host.root / "nowhere"))["java"] == 17


def test_the_engine_gets_nothing(host: Host) -> None:
    assert host.gather() == {"jvm": False, "java": None, "library": None, "changed": False}
    assert not host.link.is_symlink()


def test_an_upgrade_of_mesos_and_the_removal_of_the_old_one(host: Host) -> None:
    host.jar()
    host.java("17.0.13")
    before = host.gather(mesos=host.mesos("opt/mesos/a"))
    # The role of the masters, when the new one is healthy.
    moved = host.gather(program=None, mesos=host.mesos("opt/mesos/b"))
    assert moved["changed"] is True
    assert moved["diff"]["after"] == f"{host.link} -> {host.root}/opt/mesos/b/lib/libmesos.so\n"
    shutil.rmtree(host.root / "opt/mesos/a")
    assert host.link.exists()
    after = host.gather(mesos={"mesos-master": str(host.root / "opt/mesos/b/sbin/mesos-master")})
    assert (after["library"], after["changed"]) == (before["library"], False)


def test_the_masters_role_makes_no_link(host: Host) -> None:
    assert host.gather(program=None, mesos=host.mesos("opt/mesos/a"))["changed"] is False
    assert not host.link.is_symlink()


def test_check_mode_on_a_fresh_host_promises_the_same(host: Host) -> None:
    host.program.unlink()
    fresh = {"jars": True, "expected": True, "packages": ["openjdk-17-jre-headless"]}
    promised = host.gather(check_mode=True, **fresh)
    assert not host.link.is_symlink()
    touch(host.program)
    host.jar()
    host.java("17.0.13")
    host.gather(mesos=host.mesos("opt/mesos/a"))
    host.link.unlink()
    done = host.gather(mesos=host.mesos("opt/mesos/a"), expected=True)
    names = ("jvm", "java", "library", "changed")
    assert [promised[name] for name in names] == [done[name] for name in names] == [True, 17, str(host.link), True]


@pytest.mark.parametrize(
    ("packages", "default", "java"),
    [(["default-jre-headless"], 17, 17), (["java-11-openjdk-headless"], None, 11), (["libcurl4"], 17, None)],
)
def test_the_java_of_packages_to_come(host: Host, packages: list[str], default: int | None, java: int | None) -> None:
    host.program.unlink()
    found = host.gather(check_mode=True, jars=True, expected=True, packages=packages, default_java=default)
    assert found["java"] == java


def test_check_mode_before_an_upgrade_of_mesos(host: Host) -> None:
    host.jar()
    host.java("17.0.13")
    host.gather(mesos=host.mesos("opt/mesos/a"))
    # Not unpacked yet.
    found = host.gather(check_mode=True, program=None, mesos={"mesos-master": "/opt/mesos/b/sbin/mesos-master"})
    assert found["changed"] is True
    assert host.link.resolve() == host.root / "opt/mesos/a/lib/libmesos.so"


def test_a_library_of_the_operators_own(host: Host) -> None:
    host.jar()
    host.java("17.0.13")
    own = touch(host.root / "srv" / "libmesos.so")
    host.link.symlink_to("/nowhere")
    found = host.gather(library=str(own))
    assert (found["library"], found["changed"], host.link.is_symlink()) == (str(own), True, False)
    assert host.gather(library=str(own))["changed"] is False
    with pytest.raises(Refused) as refused:
        host.gather(library="/srv/nowhere.so")
    assert str(refused.value) == (
        "a: marathon_native_library is /srv/nowhere.so, and the host has no such file; give the path of a "
        "libmesos.so there."
    )


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        ("no libmesos", "a: Marathon's program loads libmesos, and there is none in the archive of the host's Mesos"),
        ("no java", "a: Marathon's program runs on Java, and its service would find none; name a package with Java"),
        ("a java that does not start", "java -version does not say which Java it is (broken)"),
        ("a file", "libmesos.so is a file, where the role keeps a link; move it and set marathon_native_library"),
    ],
)
def test_what_is_refused_before_anything_is_written(host: Host, spoil: str, sentence: str) -> None:
    host.jar()
    if spoil == "a java that does not start":
        touch(host.root / "java" / "bin" / "java", "#!/bin/sh\necho broken\n")
    elif spoil != "no java":
        host.java("17.0.13")
    if spoil == "a file":
        touch(host.link)
    with pytest.raises(Refused) as refused:
        host.gather(mesos=host.mesos("opt/mesos/a", library=spoil != "no libmesos"))
    assert sentence in str(refused.value)
    assert not host.link.is_symlink()
