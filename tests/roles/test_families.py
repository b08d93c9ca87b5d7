"""What the roles take from the tables of the host's system."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
import yaml

from lab import playbook

ROLES = ["zookeeper", "docker", "mesos_master", "mesos_slave", "marathon", "haproxy", "mesos_dns"]
SYSTEMS = {
    ("Debian", "Debian", "12.11"): ["default-jre-headless", "docker.io", "libapr1", "zookeeper"],
    ("Debian", "Debian", "13.1"): ["default-jre-headless", "docker-cli", "docker.io", "libapr1t64", "zookeeper"],
    ("Debian", "Ubuntu", "22.04"): ["docker.io", "libapr1", "openjdk-11-jre-headless", "zookeeper"],
    ("Debian", "Ubuntu", "24.04"): ["docker.io", "libapr1t64", "openjdk-11-jre-headless", "zookeeper"],
    ("RedHat", "Rocky", "9.4"): ["apr", "docker-ce", "java-11-openjdk-headless"],
    ("RedHat", "CentOS", "7.9"): ["apr", "docker-ce", "java-11-openjdk-headless"],
}
SHOWN = {"apr", "default-jre-headless", "docker-ce", "docker-cli", "docker.io", "java-11-openjdk-headless",
         "libapr1", "libapr1t64", "openjdk-11-jre-headless", "zookeeper"}  # fmt: skip


def facts(system: tuple[str, str, str]) -> dict[str, str]:
    family, distribution, version = system
    return {
        "ansible_service_mgr": "systemd",
        "ansible_os_family": family,
        "ansible_distribution": distribution,
        "ansible_distribution_version": version,
        "ansible_distribution_major_version": version.split(".")[0],
    }


def run(tasks: list[dict[str, object]], system: tuple[str, str, str], directory: Path, *arguments: str) -> str:
    """The output of a play with these tasks on a host that says it runs this system."""
    path, inventory = directory / "play.yml", directory / "inventory.yml"
    first = {"ansible.builtin.set_fact": {**facts(system), "cacheable": True}}
    path.write_text(yaml.safe_dump([{"hosts": "a", "gather_facts": False, "tasks": [first, *tasks]}]))
    host = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    inventory.write_text(yaml.safe_dump({"all": {"hosts": {"a": host}}}))
    done = playbook.run(str(path), inventory, *arguments, capture=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize("system", list(SYSTEMS), ids=" ".join)
def test_packages_of_a_system(system: tuple[str, str, str], tmp_path: Path) -> None:
    result = tmp_path / "packages.json"
    roles = [
        {"ansible.builtin.import_role": {"name": f"quorum.mesos.{role}", "tasks_from": "restart"}, "when": False}
        for role in ROLES
    ]
    lists = " + ".join(f"{role}_packages" for role in ROLES)
    write = {"ansible.builtin.copy": {"content": "{{ (" + lists + ") | to_json }}", "dest": str(result)}}
    run([*roles, write], system, tmp_path)
    assert sorted(SHOWN & set(json.loads(result.read_text()))) == SYSTEMS[system]


YUM = """#!/bin/sh
echo "$*" >>"$0.log"
case "$* $(cat "$0.state" 2>/dev/null)" in
  *new) [ "$1" = --assumeno ] && { echo "Operation aborted." >&2; exit 1; }; echo old >"$0.state"; echo Complete! ;;
  *) echo "Nothing to do." ;;
esac
"""


def test_packages_where_the_package_manager_needs_an_old_python(tmp_path: Path) -> None:
    yum = tmp_path / "yum"
    yum.write_text(YUM)
    yum.chmod(0o755)
    (tmp_path / "yum.state").write_text("new")
    install = {
        "ansible.builtin.import_role": {"name": "quorum.mesos._common", "tasks_from": "packages"},
        "vars": {"_common_packages": ["apr"]},
        "environment": {"PATH": f"{tmp_path}:/usr/bin:/bin"},
    }
    changes = [
        "changed=1" in run([install], ("RedHat", "CentOS", "7.9"), tmp_path, *arguments)
        for arguments in (["--check"], [], [], ["--check"])
    ]
    assert changes == [True, True, False, False]
    assert (tmp_path / "yum.log").read_text().splitlines() == [
        f"{answer} install apr" for answer in ("--assumeno", "--assumeyes", "--assumeyes", "--assumeno")
    ]
