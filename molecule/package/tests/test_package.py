"""What runs comes from the packages, at the pinned version; what else they start does not run; keys are checked."""

from __future__ import annotations

import time
from typing import Any

import pytest
import switching
import yaml
from lab_cluster import LabCluster, eventually

from lab import inventory, playbook, up
from lab.config import BUILD
from lab.packages import build, repository

PROGRAMS = [
    ("mesos_masters", "mesos-master", "/usr/sbin/mesos-master"),
    ("mesos_slaves", "mesos-slave", "/usr/sbin/mesos-slave"),
    ("marathon", "marathon", "/usr/share/marathon/bin/marathon"),
]
NEWER = "1.11.100"
RESTARTS = {"Restart the master", "Restart the agent", "Restart Marathon"}
FOREIGN = [("mesos_masters", "mesos-slave"), ("mesos_slaves", "mesos-master")]


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def variables(cluster: LabCluster) -> dict[str, Any]:
    """What the inventory says of the masters."""
    with open(cluster.inventory, encoding="utf-8") as file:
        return yaml.safe_load(file)["all"]["children"]["mesos_masters"]["vars"]


@pytest.fixture(scope="module")
def newer(cluster: LabCluster) -> dict[str, Any]:
    """Variables with the versions of newer packages, which the cluster's repository has from now on."""
    engine = up.engine_program()
    packages = build.build_all(engine, BUILD / "packages") + build.build_all(engine, BUILD / "packages-newer", NEWER)
    directory = inventory.repository_directory(cluster.config)
    repository.write(inventory.packages_directory(cluster.config), packages, directory, time.time())
    playbook.run("lab/playbooks/registry.yml", cluster.config.directory / "inventory.yml")
    return {f"{role}_package_version": build.version(engine, NEWER) for role in switching.ROLES}


def programs(cluster: LabCluster) -> dict[str, str]:
    """The versions that the running programs say they are."""
    (master,), (slave,), (marathon,) = map(cluster.config.in_group, ("mesos_masters", "mesos_slaves", "marathon"))
    return {
        "mesos-master": cluster.get(master, 5050, "/version").json()["version"],
        "mesos-slave": cluster.get(slave, 5051, "/version").json()["version"],
        "marathon": cluster.get(marathon, 8080, "/v2/info").json()["version"],
    }


def processes(cluster: LabCluster) -> dict[str, str]:
    return {
        unit: cluster.shell(cluster.config.in_group(group)[0]).check_output(f"systemctl show --property=MainPID {unit}")
        for group, unit, _program in PROGRAMS
    }


def settled(cluster: LabCluster, variables: dict[str, Any]) -> None:
    """A run changes nothing."""
    code, output = switching.attempt(cluster, "site", variables)
    assert code == 0, output
    assert switching.changes(output) == set(), output


def no_foreign_service_ran(cluster: LabCluster) -> None:
    for group, unit in FOREIGN:
        shell = cluster.shell(cluster.config.in_group(group)[0])
        assert not shell.service(unit).is_running
        assert shell.run(f"systemctl is-enabled {unit}").stdout.strip() == "masked"
        # The vendor's wrapper leaves this where it was started, even for a moment.
        assert shell.run("ls /var/tmp/mesos-init-wrapper-ran-master /var/tmp/mesos-init-wrapper-ran-slave").stdout == ""


@pytest.mark.parametrize(("group", "unit", "program"), PROGRAMS)
def test_programs_of_the_packages_run(cluster: LabCluster, group: str, unit: str, program: str) -> None:
    assert f"path={program} " in switching.command_of(cluster, group, unit)
    assert cluster.shell(cluster.config.in_group(group)[0]).service(unit).is_running


def test_the_version_is_the_pinned_one(cluster: LabCluster) -> None:
    version = variables(cluster)["mesos_master_package_version"]
    for group, package in (("mesos_masters", "mesos"), ("mesos_slaves", "mesos"), ("marathon", "marathon")):
        shell = cluster.shell(cluster.config.in_group(group)[0])
        assert shell.package(package).version == version
        assert f"{version} 1001" in shell.check_output(f"apt-cache policy {package}")


def test_no_foreign_service_ever_ran(cluster: LabCluster) -> None:
    no_foreign_service_ran(cluster)


def test_an_installation_over_masks(cluster: LabCluster) -> None:
    shell = cluster.shell(cluster.config.in_group("mesos_masters")[0])
    assert shell.run("dpkg --purge mesos").rc == 0
    switching.run(cluster, "mesos_masters")
    no_foreign_service_ran(cluster)


def test_another_key_is_refused(cluster: LabCluster) -> None:
    other = repository.ensure_key(cluster.config.directory / "other-packages")
    wrong = {**variables(cluster)["mesos_master_repository"], "key": str(other)}
    changes = {f"{role}_repository": wrong for role in switching.ROLES}
    code, output = switching.attempt(cluster, "mesos_masters", {**changes, "mesos_master_package_version": "9.9-1"})
    assert code != 0
    assert "is signed with the key that you gave" in output
    (master,) = cluster.config.in_group("mesos_masters")
    assert "NO_PUBKEY" in cluster.shell(master).run("apt-get update").stderr
    switching.run(cluster, "mesos_masters")


def test_to_archives_and_back_no_task_is_touched(cluster: LabCluster) -> None:
    task, agents = switching.start_app(cluster), switching.agent_ids(cluster)
    for method, words in (("archive", "/opt/mesos/"), ("package", "/usr/sbin/mesos-slave")):
        switching.run(cluster, "site", switching.archive_variables() if method == "archive" else {})
        assert words in switching.command_of(cluster, "mesos_slaves", "mesos-slave")
        eventually("the agent is back", 60, lambda: switching.agent_ids(cluster) == agents)
        eventually("Marathon has the task", 60, lambda: [item["id"] for item in cluster.running("web")] == [task])
    no_foreign_service_ran(cluster)


def test_a_newer_version_takes_effect(cluster: LabCluster, newer: dict[str, Any]) -> None:
    task, agents, before = switching.start_app(cluster), switching.agent_ids(cluster), programs(cluster)
    code, output = switching.attempt(cluster, "site", newer, "--check")
    assert code == 0, output
    assert switching.changes(output) >= RESTARTS
    assert programs(cluster) == before
    switching.run(cluster, "site", newer)
    settled(cluster, newer)
    assert programs(cluster) == dict.fromkeys(before, NEWER)
    assert switching.agent_ids(cluster) == agents
    eventually("Marathon has the task", 60, lambda: [item["id"] for item in cluster.running("web")] == [task])
    no_foreign_service_ran(cluster)


def test_packages_that_were_installed_by_hand_take_effect(cluster: LabCluster, newer: dict[str, Any]) -> None:
    """As after a play that stopped between the packages and the restarts."""
    version = variables(cluster)["mesos_master_package_version"]
    for group, package in (("mesos_masters", "mesos"), ("mesos_slaves", "mesos"), ("marathon", "marathon")):
        shell = cluster.shell(cluster.config.in_group(group)[0])
        # The scripts of the package would start what is masked.
        shell.check_output(
            f"mkdir -p /root/hand && ln -sf /bin/true /root/hand/systemctl && cd /root/hand && "
            f"apt-get download {package}={version} && PATH=/root/hand:$PATH dpkg --install {package}_*.deb"
        )
    assert set(programs(cluster).values()) == {NEWER}
    code, output = switching.attempt(cluster, "site", {}, "--check", "--diff")
    assert code == 0, output
    assert switching.changes(output) >= RESTARTS
    assert f"mesos is {version}, and it was started from {newer['mesos_master_package_version']}" in output
    switching.run(cluster, "site")
    assert NEWER not in programs(cluster).values()


def test_a_unit_that_systemd_has_not_loaded_takes_effect(cluster: LabCluster) -> None:
    """As after a play that stopped behind the unit, whose service has been started anew since, by the old unit."""
    shell = cluster.shell(cluster.config.in_group("mesos_masters")[0])
    changed = {"mesos_master_limit_nofile": 10000}
    switching.run(cluster, "mesos_masters", changed)
    unit = "/etc/systemd/system/mesos-master.service"
    shell.check_output(f"cp {unit} /root/new")
    switching.run(cluster, "mesos_masters")
    shell.check_output(f"cp /root/new {unit} && touch -d 2001-01-01 {unit} && systemctl kill -s KILL mesos-master")
    eventually("the master is back", 60, lambda: programs(cluster))
    shell.check_output("systemctl daemon-reload")
    code, output = switching.attempt(cluster, "mesos_masters", changed)
    assert code == 0, output
    process = "$(systemctl show --property=MainPID --value mesos-master)"
    assert "10000" in shell.check_output(f"grep 'open files' /proc/{process}/limits")
    switching.run(cluster, "mesos_masters")


def test_the_dates_of_files_restart_nothing(cluster: LabCluster) -> None:
    before = processes(cluster)
    for group, unit, _program in PROGRAMS:
        shell = cluster.shell(cluster.config.in_group(group)[0])
        shell.check_output(f"touch -d 2035-01-01 /etc/mesos/{unit}.env /etc/systemd/system/{unit}.service")
    settled(cluster, {})
    assert processes(cluster) == before
