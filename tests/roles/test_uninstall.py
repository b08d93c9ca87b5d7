"""What must stay is reported at once for all layers and hosts, before anything is removed.

What the checks find is given to them; nothing on this machine is asked or changed.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from lab import playbook

HERE = Path(__file__).resolve().parent
SURE = ("-e", "quorum_uninstall=true")
IDLE = {"running": False, "silent": False, "returns": False, "drained": False, "known": False, "container": False}
BUSY = {**IDLE, "running": True, "known": True, "id": "S1", "tasks": 3}
SILENT = {**IDLE, "silent": True, "known": True, "id": "S1"}
GROUPS = {"zookeeper": "abc", "mesos_masters": "abc", "mesos_slaves": "de", "marathon": "a"}

AGENT_OF_D = "d: its agent runs 3 tasks; drain it first (playbook quorum.mesos.mesos_slave_drain)"
MASTER_OF_A = "a: its master must stay, because without it 1 of 3 members serve and 2 must."
ZOOKEEPER_OF_A = "a: its ZooKeeper must stay, because without it 0 of 3 members serve and 2 must."
DOCKER_OF_E = "e: its Docker runs containers that do not go with the cluster: registry; stop them first (docker stop)"


class Hosts:
    def __init__(self, directory: Path) -> None:
        self.inventory = directory / "inventory.yml"
        everybody = {"ansible_connection": "local", "ansible_become": False,
                     "ansible_python_interpreter": sys.executable}  # fmt: skip
        children = {group: {"hosts": {host: {} for host in hosts}} for group, hosts in GROUPS.items()}
        self.inventory.write_text(yaml.safe_dump({"all": {"vars": everybody, "children": children}}))
        self.agents: dict[str, Any] = {}
        self.containers: dict[str, list[str]] = {}
        self.master: list[str] = []
        self.zookeeper: list[str] = []

    def uninstall(self, *arguments: str) -> str:
        """The output of a run that is refused before its first play that removes something."""
        seen = {
            "agents_seen": self.agents,
            "containers_seen": self.containers,
            "__mesos_slave_looked": {"agent": "{{ agents_seen[inventory_hostname] | default(agents_seen.others) }}"},
            "__docker_agent": {"agent": "{{ agents_seen[inventory_hostname] | default(agents_seen.others) }}"},
            "__docker_containers": {"stdout_lines": "{{ containers_seen[inventory_hostname] | default([]) }}"},
            "__mesos_master_goes": {"problems": self.master},
            "__zookeeper_goes": {"problems": self.zookeeper},
        }
        self.agents.setdefault("others", IDLE)
        done = playbook.run(
            str(HERE / "facts.yml"), self.inventory, "quorum.mesos.uninstall", "-e", json.dumps(seen), *arguments,
            capture=True,
        )  # fmt: skip
        assert done.returncode != 0, done.stdout
        assert "PLAY [Remove" not in done.stdout
        assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}, done.stdout
        return done.stdout


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    return Hosts(tmp_path)


@pytest.mark.parametrize("more", [("--check",), ("--tags", "network", "--limit", "a:d:e")])
def test_every_refusal_comes_at_once_and_first(hosts: Hosts, more: tuple[str, ...]) -> None:
    hosts.agents["d"] = BUSY
    hosts.containers["e"] = ["registry"]
    hosts.master = ["without it 1 of 3 members serve and 2 must"]
    hosts.zookeeper = ["without it 0 of 3 members serve and 2 must"]
    output = hosts.uninstall(*SURE, *more)
    for sentence in (AGENT_OF_D, MASTER_OF_A, ZOOKEEPER_OF_A, DOCKER_OF_E):
        assert sentence in output


@pytest.mark.parametrize("more", [("--check",), ("--tags", "network", "--limit", "d")])
def test_without_the_confirmation_it_says_so(hosts: Hosts, more: tuple[str, ...]) -> None:
    output = hosts.uninstall(*more)
    number = 1 if "d" in more else 5
    assert f"This removes the cluster from {number} hosts: give -e quorum_uninstall=true" in output


def test_tasks_of_an_agent_that_does_not_answer_are_not_known(hosts: Hosts) -> None:
    hosts.agents["d"] = SILENT
    output = hosts.uninstall(*SURE, "--limit", "d", "-e", "mesos_slave_drain_force=true")
    assert "d: the service mesos-slave runs, but its agent does not answer, so its tasks are not known" in output


def test_the_tasks_of_a_dead_agent_are_not_ended_with_docker(hosts: Hosts) -> None:
    name = "mesos-0dd2a6e3-5b3e-4c0c-8f6a-3a4b0f0e6c11"
    hosts.containers = {"d": [name], "e": [name]}
    hosts.agents["e"] = {**BUSY, "tasks": 0}
    output = hosts.uninstall(*SURE, "--limit", "d:e")
    assert f"d: its Docker runs containers that do not go with the cluster: {name}" in output
    assert "e: its Docker" not in output


def test_an_agent_that_no_master_can_drain_stays(hosts: Hosts) -> None:
    hosts.agents["d"] = BUSY
    nowhere = json.dumps({"mesos_slave_master_urls": ["http://127.0.0.1:9"], "mesos_slave_drain_force": True})
    output = hosts.uninstall(*SURE, "--limit", "d", "-e", nowhere)
    assert "d: its agent runs 3 tasks and cannot be drained: No Mesos master answers" in output


def test_hosts_that_were_not_checked_keep_everything(hosts: Hosts) -> None:
    done = playbook.run(str(HERE / "facts.yml"), hosts.inventory, "quorum.mesos.uninstall", *SURE, "--check",
                        "--skip-tags", "always", capture=True)  # fmt: skip
    assert done.returncode != 0
    assert "The hosts were not checked; run uninstall without --start-at-task and --skip-tags." in done.stdout
