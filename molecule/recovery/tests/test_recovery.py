"""A backup of a running cluster, what a restore refuses, and a cluster that comes back from nothing, in this order."""

from __future__ import annotations

import json
import re
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from lab_cluster import LabCluster, eventually

from lab import machine_docker, playbook
from lab.config import Host
from lab.hosts.containers import container_name

SECRET = "must-not-be-shown"
# What a host has of a master, of ZooKeeper and of Marathon, and what systemd and the roles know of them.
DESTROY = """
systemctl kill --signal=SIGKILL marathon mesos-master zookeeper
systemctl stop marathon mesos-master zookeeper
rm -rf /var/lib/zookeeper/* /var/lib/mesos/master /etc/mesos /etc/zookeeper/conf/zoo.cfg /run/quorum-mesos
cd /etc/systemd/system && rm -f zookeeper.service mesos-master.service marathon.service
systemctl daemon-reload
"""


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def backups(cluster: LabCluster) -> Path:
    return cluster.config.directory / "backups"


def run(cluster: LabCluster, name: str, *arguments: str, inventory: Path | None = None) -> tuple[int, str]:
    inventory = inventory or cluster.config.directory / "inventory.yml"
    done = playbook.run(f"quorum.mesos.{name}", inventory, *arguments, capture=True)
    return done.returncode, done.stdout


def changes(output: str) -> set[str]:
    return set(re.findall(r"changed=(\d+)", output))


def newest(backups: Path) -> Path:
    return sorted(path for path in backups.iterdir() if path.name.endswith("Z"))[-1]


def on(cluster: LabCluster, host: Host, command: str) -> str:
    container = machine_docker.client().containers.get(container_name(cluster.config, host))
    return container.exec_run(["sh", "-c", command])[1].decode()


def containers(cluster: LabCluster) -> set[str]:
    """Those of tasks, each with its start."""
    (agent,) = cluster.config.in_group("mesos_slaves")
    listed = (
        "docker ps --quiet --no-trunc --filter name=mesos- | xargs -r docker inspect -f '{{.Id}} {{.State.StartedAt}}'"
    )
    return set(on(cluster, agent, listed).splitlines())


def definitions(cluster: LabCluster) -> dict[str, Any]:
    kept = ("cmd", "instances", "cpus", "mem", "container", "env", "labels", "healthChecks", "versionInfo")
    return {app["id"]: {name: app.get(name) for name in kept} for app in cluster.marathon("/v2/apps")["apps"]}


def all_run(cluster: LabCluster) -> bool:
    apps = cluster.marathon("/v2/apps")["apps"]
    return bool(apps) and all(app["tasksRunning"] == app["instances"] for app in apps)


def test_a_backup_has_every_part_and_disturbs_nothing(cluster: LabCluster, backups: Path) -> None:
    url = f"http://{cluster.config.in_group('marathon')[0].address}:8080/v2/apps"
    app = {"id": "/secret", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32, "env": {"PASSWORD": SECRET}}
    requests.put(f"{url}/secret", json=app, timeout=10).raise_for_status()
    eventually("all apps run", 120, lambda: all_run(cluster))
    units = ("zookeeper", "mesos-master", "marathon")
    before = {unit: cluster.started("mesos_masters", unit) for unit in units}

    code, output = run(cluster, "backup", "-e", f"backup_dir={backups}", "--check")
    assert code == 0, output
    assert not backups.exists()
    code, output = run(cluster, "backup", "-e", f"backup_dir={backups}")
    assert code == 0, output
    assert {unit: cluster.started("mesos_masters", unit) for unit in units} == before

    path = newest(backups)
    manifest = json.loads((path / "manifest.json").read_text())
    told = manifest["cluster"]
    assert cluster.zookeeper_modes()[told["zookeeper"]["host"]] == "follower"
    assert told["registry"]["host"] != cluster.leading_master().name
    assert [agent["name"] for agent in told["registry"]["agents"]] == [
        host.name for host in cluster.config.in_group("mesos_slaves")
    ]
    assert told["marathon"]["apps"] == len(definitions(cluster))
    assert told["marathon"]["framework"] == cluster.marathon("/v2/info")["frameworkId"]
    parts = {name.partition("/")[0] for name in manifest["files"]}
    assert parts == {"zookeeper", "registry", "marathon", "settings"}
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.rglob("*") if file.is_file()} == {0o600}
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    # Nothing stays behind on the hosts.
    for host in cluster.config.in_group("mesos_masters"):
        assert on(cluster, host, "ls -d /var/tmp/quorum-backup-* 2>/dev/null") == ""


def test_the_oldest_backups_go_and_secrets_come_only_encrypted(cluster: LabCluster, backups: Path) -> None:
    first = newest(backups)
    options = ["-e", "backup_keep=1", "-e", "backup_secrets=true"]
    code, output = run(cluster, "backup", "-e", f"backup_dir={backups}", *options)
    assert code != 0
    assert "backup_secrets needs backup_vault_password" in output
    code, output = run(
        cluster, "backup", "-e", f"backup_dir={backups}", *options, "-e", "backup_vault_password=hunter22"
    )
    assert code == 0, output
    assert "hunter22" not in output
    assert [path.name for path in backups.iterdir()] == [newest(backups).name] != [first.name]
    vaults = list((newest(backups) / "settings").rglob("*.vault"))
    assert len(vaults) == 10
    assert all(file.read_text().startswith("$ANSIBLE_VAULT;") for file in vaults)


def test_a_backup_is_verified_without_a_cluster(cluster: LabCluster, backups: Path, tmp_path: Path) -> None:
    (tmp_path / "none.yml").write_text("all: {}\n")
    arguments = ["-e", f"restore_from={newest(backups)}", "--tags", "verify"]
    code, output = run(cluster, "restore", *arguments, inventory=tmp_path / "none.yml")
    assert code == 0, output
    assert "all files are as they were written" in output
    # No host of an inventory is asked either.
    code, output = run(cluster, "restore", *arguments)
    assert code == 0, output
    assert set(re.findall(r"ok=(\d+)", output)) <= {"0", "3"}, output


def damaged(backups: Path, tmp_path: Path, pattern: str) -> tuple[Path, str]:
    copy = tmp_path / "copy"
    shutil.copytree(newest(backups), copy)
    file = sorted(copy.glob(pattern))[0]
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    return copy, str(file.relative_to(copy))


@pytest.mark.parametrize("pattern", ["zookeeper/log.*", "registry/*", "marathon/*.json"])
def test_a_damaged_file_is_refused_by_name(cluster: LabCluster, backups: Path, tmp_path: Path, pattern: str) -> None:
    copy, name = damaged(backups, tmp_path, pattern)
    tasks = cluster.all_task_ids()
    code, output = run(cluster, "restore", "-e", f"restore_from={copy}", "-e", "restore_replace=true")
    assert code != 0
    assert f"{name}: its content is not the one that was written" in output
    assert changes(output) == {"0"}
    assert cluster.all_task_ids() == tasks


def test_a_cluster_with_apps_is_not_replaced(cluster: LabCluster, backups: Path) -> None:
    code, output = run(cluster, "restore", "-e", f"restore_from={newest(backups)}")
    assert code != 0
    assert "apps and pods, which the restore would replace; give restore_replace=true" in output
    assert changes(output) == {"0"}


def test_everything_comes_back_from_nothing(cluster: LabCluster, backups: Path) -> None:
    apps, tasks, running = definitions(cluster), cluster.all_task_ids(), containers(cluster)
    framework = cluster.marathon("/v2/info")["frameworkId"]
    assert len(running) >= 4
    for host in cluster.config.in_group("mesos_masters"):
        on(cluster, host, DESTROY)
    code, output = run(cluster, "site")
    assert code == 0, output[-5000:]
    assert definitions(cluster) == {}

    code, output = run(cluster, "restore", "-e", f"restore_from={newest(backups)}")
    assert code == 0, output[-8000:]
    assert definitions(cluster) == apps
    assert cluster.marathon("/v2/info")["frameworkId"] == framework
    assert sorted(cluster.active_agents()) == [host.name for host in cluster.config.in_group("mesos_slaves")]
    assert sorted(cluster.zookeeper_modes().values()) == ["follower", "follower", "leader"]
    # The tasks ran on all the time, and none runs that nobody knows.
    assert cluster.all_task_ids() == tasks
    assert containers(cluster) == running

    code, output = run(cluster, "restore", "-e", f"restore_from={newest(backups)}")
    assert code == 0, output[-8000:]
    assert changes(output) == {"0"}, output
    assert "This backup was restored already" in output
    code, output = run(cluster, "site")
    assert code == 0, output[-5000:]
    assert changes(output) == {"0"}, output


def test_an_old_state_is_put_back_onto_a_cluster_that_goes_on(cluster: LabCluster, backups: Path) -> None:
    """The app that the backup does not know ends, and the one that was removed since comes back."""
    url = f"http://{cluster.config.in_group('marathon')[0].address}:8080/v2/apps"
    apps = definitions(cluster)
    requests.put(f"{url}/later", json={"cmd": "sleep 100000", "cpus": 0.1, "mem": 32}, timeout=10).raise_for_status()
    requests.delete(f"{url}/secret", timeout=10).raise_for_status()
    eventually("the later app runs", 90, lambda: cluster.running("later"))
    again = ["-e", "restore_again=true", "-e", "restore_replace=true"]
    code, output = run(cluster, "restore", "-e", f"restore_from={newest(backups)}", *again)
    assert code == 0, output[-8000:]
    assert definitions(cluster) == apps
    eventually("all apps run", 120, lambda: all_run(cluster))


def test_a_host_of_another_address_takes_over_alone(cluster: LabCluster, backups: Path) -> None:
    """Three masters are gone for good; the agent's host gets all of them, at its own address."""
    apps = definitions(cluster)
    for host in cluster.config.in_group("mesos_masters"):
        on(cluster, host, DESTROY)
    (agent,) = cluster.config.in_group("mesos_slaves")
    inventory = yaml.safe_load((cluster.config.directory / "inventory.yml").read_text())
    groups = inventory["all"]["children"]
    for group in ("zookeeper", "mesos_masters", "marathon"):
        groups[group]["hosts"] = {agent.name: None}
    path = cluster.config.directory / "alone.yml"
    path.write_text(yaml.safe_dump(inventory))
    code, output = run(cluster, "site", inventory=path)
    assert code == 0, output[-5000:]
    code, output = run(cluster, "restore", "-e", f"restore_from={newest(backups)}", inventory=path)
    assert code == 0, output[-8000:]
    found = cluster.get(agent, 8080, "/v2/apps").json()["apps"]
    assert sorted(app["id"] for app in found) == sorted(apps)
    assert all(app["tasksRunning"] == app["instances"] for app in found)
    code, output = run(cluster, "restore", "-e", f"restore_from={newest(backups)}", inventory=path)
    assert code == 0, output[-8000:]
    assert changes(output) == {"0"}, output
