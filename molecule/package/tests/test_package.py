"""What runs comes from the packages, at the pinned version; what else they start does not run; keys are checked."""

from __future__ import annotations

from typing import Any

import pytest
import switching
import yaml
from lab_cluster import LabCluster, eventually

from lab.packages import repository

PROGRAMS = [
    ("mesos_masters", "mesos-master", "/usr/sbin/mesos-master"),
    ("mesos_slaves", "mesos-slave", "/usr/sbin/mesos-slave"),
    ("marathon", "marathon", "/usr/share/marathon/bin/marathon"),
]
FOREIGN = [("mesos_masters", "mesos-slave"), ("mesos_slaves", "mesos-master")]


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


def variables(cluster: LabCluster) -> dict[str, Any]:
    """What the inventory says of the masters."""
    with open(cluster.inventory, encoding="utf-8") as file:
        return yaml.safe_load(file)["all"]["children"]["mesos_masters"]["vars"]


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
