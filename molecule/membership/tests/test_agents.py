"""Agents: drained for work on a host and given tasks again; what cannot stay the same becomes a new one if told.

Two agents and a task that may run on either. It comes before the tests that change the masters.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from lab_cluster import LabCluster, eventually

from lab import playbook
from lab.config import Host

# What the scenario begins with, as molecule.yml says it.
FIRST = Path(__file__).resolve().parent.parent / "first.yml"
GROUPS = {"zookeeper_group": "first_servers", "mesos_master_group": "first_master", "marathon_group": "first_master"}
APP = {"id": "/moves", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32, "instances": 1}
LESS = {"mesos_slave_resources": "cpus:3;mem:2048;disk:8192;ports:[31000-32000]"}


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module", autouse=True)
def task(cluster: LabCluster) -> Iterator[None]:
    url = f"http://{cluster.config.in_group('marathon')[0].address}:8080/v2/apps{APP['id']}"
    requests.put(url, json=APP, timeout=10).raise_for_status()
    eventually("the task runs", 60, lambda: cluster.running("moves"))
    yield
    requests.delete(url, timeout=10).raise_for_status()


def attempt(
    cluster: LabCluster, name: str, *arguments: str, variables: dict[str, Any] | None = None
) -> subprocess.CompletedProcess[str]:
    given = json.dumps({**GROUPS, **(variables or {})})
    return playbook.run(
        f"quorum.mesos.{name}",
        Path(cluster.inventory),
        "--inventory",
        str(FIRST),
        "-e",
        given,
        *arguments,
        capture=True,
    )


def changes(done: subprocess.CompletedProcess[str]) -> int:
    return sum(map(int, re.findall(r"changed=(\d+)", done.stdout)))


def apply(cluster: LabCluster, name: str, *arguments: str, variables: dict[str, Any] | None = None) -> int:
    """Runs a playbook; returns how many tasks changed something."""
    done = attempt(cluster, name, *arguments, variables=variables)
    assert done.returncode == 0, done.stdout
    return changes(done)


def refusal(cluster: LabCluster, name: str, variables: dict[str, Any] | None = None) -> str:
    """What a run is refused with; nothing may have changed."""
    done = attempt(cluster, name, variables=variables)
    assert done.returncode != 0, done.stdout
    assert changes(done) == 0, done.stdout
    return done.stdout


def agents(cluster: LabCluster) -> dict[str, dict[str, Any]]:
    """Host -> the agent that has last joined from it."""
    (master, *_) = cluster.config.in_group("mesos_masters")
    found = cluster.get(master, 5050, "/slaves").json()["slaves"]
    return {one["hostname"]: one for one in sorted(found, key=lambda one: one["registered_time"])}


def place(cluster: LabCluster) -> Host:
    (one,) = eventually("the task runs", 90, lambda: cluster.running("moves"))
    return cluster.host_at(one["host"])


def agent_of(cluster: LabCluster, host: Host) -> dict[str, Any]:
    seen = agents(cluster)
    return seen.get(host.name) or seen[host.address]


def test_a_whole_cluster_is_not_drained(cluster: LabCluster) -> None:
    assert "no host was chosen to be drained; name some with --limit" in refusal(cluster, "mesos_slave_drain")
    assert not any(agent["deactivated"] for agent in agents(cluster).values())


def test_from_drained_to_active(cluster: LabCluster) -> None:
    host = place(cluster)
    limit = ("--limit", host.name)
    assert apply(cluster, "mesos_slave_drain", *limit) > 0
    assert agent_of(cluster, host)["deactivated"]
    assert place(cluster) != host
    # Neither a second time nor a further run of the role makes a difference to it.
    assert apply(cluster, "mesos_slave_drain", *limit) == 0
    assert apply(cluster, "mesos_slaves") == 0
    assert agent_of(cluster, host)["deactivated"]
    assert apply(cluster, "mesos_slave_activate", *limit) > 0
    assert not agent_of(cluster, host)["deactivated"]
    assert apply(cluster, "mesos_slave_activate", *limit) == 0


def schedule(cluster: LabCluster) -> list[Any]:
    (master, *_) = cluster.config.in_group("mesos_masters")
    return list(cluster.get(master, 5050, "/maintenance/schedule").json().get("windows", []))


def test_work_on_one_host_after_another(cluster: LabCluster, tmp_path: Path) -> None:
    """The agent is restarted by the work, and the task always runs on the other host."""
    work = tmp_path / "work.yml"
    work.write_text(
        "- name: Leave a trace\n"
        "  ansible.builtin.copy:\n"
        "    content: '{{ ansible_facts.hostname }}'\n"
        "    dest: /run/maintained\n"
        "    mode: '0644'\n"
        "- name: Restart the agent\n"
        "  ansible.builtin.systemd_service:\n"
        "    name: mesos-slave\n"
        "    state: restarted\n"
    )
    given = {"maintain_tasks": str(work), "maintain_duration": 600}
    assert "--limit names slave9, which is no host" in attempt(
        cluster, "maintain", "--limit", "slave1,slave9", variables=given
    ).stdout
    apply(cluster, "maintain", "--check", variables=given)
    hosts = cluster.config.in_group("mesos_slaves")
    assert not any(cluster.shell(host).file("/run/maintained").exists for host in hosts)

    assert apply(cluster, "maintain", variables=given) > 0
    for host in hosts:
        assert cluster.shell(host).file("/run/maintained").exists
        assert not cluster.shell(host).file("/etc/mesos/mesos-slave.maintenance").exists
    assert all(agent["active"] and not agent["deactivated"] for agent in agents(cluster).values())
    assert schedule(cluster) == []
    assert place(cluster)


def test_work_that_fails_leaves_a_drained_host(cluster: LabCluster, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yml"
    broken.write_text("- name: Break\n  ansible.builtin.command:\n    cmd: 'false'\n")
    host = place(cluster)
    limit = ("--limit", host.name)
    done = attempt(cluster, "maintain", *limit, variables={"maintain_tasks": str(broken)})
    assert done.returncode != 0
    assert "the task 'Break' failed" in done.stdout
    assert agent_of(cluster, host)["deactivated"]
    assert place(cluster) != host
    assert schedule(cluster) == []
    assert apply(cluster, "mesos_slave_activate", *limit) > 0
    assert not agent_of(cluster, host)["deactivated"]
    assert not cluster.shell(host).file("/etc/mesos/mesos-slave.maintenance").exists


def test_what_tasks_print_is_rotated_while_it_is_wanted(cluster: LabCluster) -> None:
    wanted = {"mesos_slave_sandbox_log_size": "100K", "mesos_slave_sandbox_log_keep": 1}
    apply(cluster, "mesos_slaves", variables=wanted)
    assert apply(cluster, "mesos_slaves", variables=wanted) == 0
    shell = cluster.shell(place(cluster))
    timer = shell.service("quorum-sandbox-logs.timer")
    assert timer.is_running
    assert timer.is_enabled
    runs = "/var/lib/mesos/slave/slaves/*/frameworks/*/executors/moves*/runs/latest"
    (sandbox,) = shell.check_output(f"ls -d {runs} | tail -1").splitlines()
    shell.check_output(f"head -c 200000 /dev/zero >> {sandbox}/stdout")
    shell.check_output("systemctl start quorum-sandbox-logs.service")
    assert shell.file(f"{sandbox}/stdout").size < 100_000
    assert shell.file(f"{sandbox}/stdout.1").size >= 200_000

    apply(cluster, "mesos_slaves")
    assert not shell.service("quorum-sandbox-logs.timer").is_running
    for path in ("/usr/local/sbin/quorum-sandbox-logs", "/etc/systemd/system/quorum-sandbox-logs.timer"):
        assert not shell.file(path).exists


def test_fewer_resources_are_refused(cluster: LabCluster) -> None:
    before = {name: agent["id"] for name, agent in agents(cluster).items()}
    said = refusal(cluster, "mesos_slaves", LESS)
    assert "its agent would not start as the one that it is (cpus shrinks from 4 to 3)" in said
    assert "set mesos_slave_allow_reset: true, with which it is drained and becomes a new agent" in said
    assert {name: agent["id"] for name, agent in agents(cluster).items()} == before


def test_agents_that_may_be_reset_become_new_ones_one_by_one(cluster: LabCluster) -> None:
    before = {name: agent["id"] for name, agent in agents(cluster).items()}
    apply(cluster, "mesos_slaves", variables={**LESS, "mesos_slave_allow_reset": True})
    after = agents(cluster)
    assert set(after) == set(before)
    for name, agent in after.items():
        assert agent["id"] != before[name]
        assert (agent["active"], agent["resources"]["cpus"]) == (True, 3)
    # Each was drained in its turn, and the other had the task meanwhile.
    assert agent_of(cluster, place(cluster))["active"]
    assert apply(cluster, "mesos_slaves", variables=LESS) == 0
