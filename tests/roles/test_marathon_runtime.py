"""What the role marathon writes for a program on the JVM, and for one that is none; no real program is needed for it.

The archive has what the role looks at in a real one: bin/marathon and a jar in lib.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import playbook

ROLES = Path(__file__).resolve().parent.parent.parent / "roles"
OPENS = "--add-opens=java.base/java.lang=ALL-UNNAMED"


def pack(path: Path, *names: str) -> dict[str, str]:
    """An archive with these programs, and the options that give it to the role."""
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(f"program/{name}")
            member.mode, member.size = 0o755, 1
            archive.addfile(member, io.BytesIO(b"x"))
    checksum = f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"
    return {"marathon_archive": str(path), "marathon_archive_checksum": checksum}


class Host:
    """This machine, with a Java and a Mesos below a directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.link = directory / "libmesos.so"

    def java(self, version: str) -> None:
        path = self.directory / "java"
        path.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\"' >&2\n")
        path.chmod(0o755)

    def mesos(self, name: str) -> Path:
        library = self.directory / name / "lib" / "libmesos.so"
        library.parent.mkdir(parents=True)
        library.touch()
        return library

    def run(self, variables: dict[str, Any], *arguments: str) -> tuple[dict[str, str], bool]:
        """The environment that the role would write, and whether its own tasks changed something."""
        result = self.directory / "environment.json"
        tasks = [
            {"ansible.builtin.import_role": {"name": "quorum.mesos.marathon", "tasks_from": "restart"}, "when": False},
            one_of("marathon", "install", "_program_archive", {"dest": str(self.directory / "opt")}),
            one_of("marathon", "configure", "_scheduler_runtime", {}),
            {
                "ansible.builtin.copy": {"content": "{{ __marathon_variables | to_json }}", "dest": str(result)},
                "check_mode": False, "changed_when": False,
            },
        ]  # fmt: skip
        given = {
            "marathon_packages": [], "marathon_environment": {"PATH": str(self.directory)},
            "__common_libmesos_link": str(self.link), **variables,
        }  # fmt: skip
        output = self.play(tasks, given, *arguments)
        return json.loads(result.read_text()), "changed=0" not in output

    def play(self, tasks: list[dict[str, Any]], variables: dict[str, Any], *arguments: str) -> str:
        path, inventory = self.directory / "play.yml", self.directory / "inventory.yml"
        path.write_text(yaml.safe_dump([{"hosts": "a", "gather_facts": False, "tasks": tasks}]))
        host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        groups = ("zookeeper", "mesos_masters", "marathon")
        inventory.write_text(yaml.safe_dump({"all": {"children": {group: {"hosts": {"a": host}} for group in groups}}}))
        facts = {
            "ansible_service_mgr": "systemd", "ansible_os_family": "Debian", "ansible_distribution": "Debian",
            "ansible_distribution_version": "12.11", "ansible_distribution_major_version": "12",
        }  # fmt: skip
        extra = json.dumps({"ansible_facts": facts, **variables})
        done = playbook.run(str(path), inventory, "-e", extra, *arguments, capture=True)
        assert done.returncode == 0, done.stdout
        return done.stdout


def one_of(role: str, file: str, module: str, changes: dict[str, Any]) -> dict[str, Any]:
    """The task of a role that runs this module, with some of its arguments changed."""
    tasks = yaml.safe_load((ROLES / role / "tasks" / f"{file}.yml").read_text())
    (found,) = [task for task in tasks if f"quorum.mesos.{module}" in task]
    found[f"quorum.mesos.{module}"].update(changes)
    return found


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_a_program_on_the_jvm(host: Host) -> None:
    """--check on a fresh host, the run, a new archive of Mesos, the removal of the old one."""
    archive = pack(host.directory / "real.tgz", "bin/marathon", "lib/mesosphere.marathon.marathon-1.11.24.jar")
    fresh = {**archive, "marathon_packages": ["default-jre-headless"], "__common_packages_changed": True}
    promised = host.run(fresh, "--check")
    assert not (host.directory / "opt").exists()
    assert not host.link.is_symlink()

    host.java("17.0.13")
    old = host.mesos("old")
    # What the role makes of the units of masters and agents, of which this machine has none.
    host.link.symlink_to(old)
    environment, changed = host.run(archive)
    assert environment["JAVA_OPTS"] == f"-Xmx512m {OPENS}"
    assert environment["MESOS_NATIVE_JAVA_LIBRARY"] == str(host.link)
    assert promised == (environment, changed)
    assert host.run(archive) == (environment, False)

    new = host.mesos("new")
    relink = one_of("mesos_master", "main", "_scheduler_runtime", {"link": str(host.link)})
    program = {"program": str(host.directory / "new" / "sbin" / "mesos-master")}
    seen = {
        "__mesos_master_program": program,
        "__mesos_master_checked": {},
        "__common_unchecked": "",
        "__common_users_of_libmesos": ["marathon"],
    }
    assert "changed=1" in host.play([relink], seen)
    shutil.rmtree(host.directory / "old")
    # A newer Mesos that check mode does not unpack: Marathon would be restarted for it.
    newer = {"__mesos_slave_program": {"program": str(host.directory / "newer" / "sbin" / "mesos-slave")}}
    assert host.run({**archive, **newer}, "--check") == (environment, True)
    assert host.link.resolve() == new
    assert host.run(archive) == (environment, False)

    host.java("1.8.0_392")
    environment, _changed = host.run({**archive, "marathon_java_opts": ["-Da=b"]})
    assert environment["JAVA_OPTS"] == "-Xmx512m -Da=b"


def test_a_program_that_is_none(host: Host) -> None:
    """As that of the lab engine."""
    archive = pack(host.directory / "engine.tgz", "bin/marathon", "lib/python/labengine/__init__.py")
    environment, changed = host.run(archive)
    assert (environment["JAVA_OPTS"], changed) == ("-Xmx512m", True)
    assert "MESOS_NATIVE_JAVA_LIBRARY" not in environment
    assert not host.link.is_symlink()
    assert host.run(archive)[1] is False
