"""Masters: one becomes three, five, and three again; a dead one is replaced. Agents and a task live through all of it.

The scenario begins with one master, on the first host. The tests go in order, each from where the last ended.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from lab_cluster import LabCluster, eventually

from lab import machine_docker, playbook
from lab.config import Host
from lab.hosts.containers import container_name

APP = {"id": "/lives-on", "cmd": "sleep 100000", "cpus": 0.1, "mem": 32}
REGISTRY = "/var/lib/mesos/master/replicated_log"


@dataclass
class Masters:
    """The lab's masters as an operator has them: those that stand in the inventory's group."""

    cluster: LabCluster
    path: Path

    @property
    def hosts(self) -> list[Host]:
        return [host for host in self.cluster.config.hosts if host.name.startswith("master")]

    def host(self, number: int) -> Host:
        return self.hosts[number - 1]

    def write(self, count: int, **variables: Any) -> None:
        """The lab's inventory with so many masters in the group."""
        inventory = yaml.safe_load(Path(self.cluster.inventory).read_text())
        groups = inventory["all"]["children"]
        groups["mesos_masters"]["hosts"] = {host.name: {"ansible_host": host.address} for host in self.hosts[:count]}
        groups["mesos_masters"]["vars"].update(variables)
        for group in ("zookeeper", "marathon"):
            named = self.running_in(group)
            groups[group]["hosts"] = {host.name: {"ansible_host": host.address} for host in named}
        self.path.write_text(yaml.safe_dump(inventory))

    def running_in(self, group: str) -> list[Host]:
        """Those of a group where its service runs, whatever the inventory of the scenario says."""
        return [host for host in self.hosts if self.cluster.shell(host).service(group).is_running]

    def run(self, *arguments: str, name: str = "mesos_masters") -> subprocess.CompletedProcess[str]:
        return playbook.run(f"quorum.mesos.{name}", self.path, *arguments, capture=True)

    def apply(self, *arguments: str, name: str = "mesos_masters") -> str:
        done = self.run(*arguments, name=name)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def refusal(self, *arguments: str, name: str = "mesos_masters") -> str:
        """What a run is refused with; nothing may have changed."""
        done = self.run(*arguments, name=name)
        assert done.returncode != 0, done.stdout
        assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}, done.stdout
        return " ".join(re.findall(r'"msg": "(.*?)"[,}]', done.stdout))

    def ask(self, host: Host, path: str) -> Any:
        return self.cluster.get(host, 5050, path).json()

    def quorums(self, count: int) -> list[str]:
        return [self.ask(host, "/flags")["flags"]["quorum"] for host in self.hosts[:count]]

    def replicas(self, count: int) -> list[float]:
        metrics = [self.ask(host, "/metrics/snapshot") for host in self.hosts[:count]]
        return [each["registrar/log/ensemble_size"] for each in metrics if each["registrar/log/recovered"] == 1]

    def marathon(self, path: str) -> Any:
        (host, *_others) = self.running_in("marathon")
        return self.cluster.get(host, 8080, path).json()

    def task(self) -> str:
        tasks = self.marathon(f"/v2/apps{APP['id']}/tasks")["tasks"]
        (running,) = [task["id"] for task in tasks if task["state"] == "TASK_RUNNING"]
        return running

    def agents(self) -> dict[str, str]:
        """The id of every agent that is registered."""
        leader = self.cluster.leading_master()
        assert leader is not None
        slaves = self.ask(leader, "/slaves")["slaves"]
        return {slave["hostname"]: slave["id"] for slave in slaves if slave["active"]}


@pytest.fixture(scope="module")
def masters(tmp_path_factory: pytest.TempPathFactory) -> Masters:
    path = tmp_path_factory.mktemp("masters") / "inventory.yml"
    return Masters(LabCluster.from_environment(), path)


@pytest.fixture(scope="module")
def task(masters: Masters) -> str:
    """A task that runs from before the first step."""
    (host, *_others) = masters.running_in("marathon")
    url = f"http://{host.address}:8080/v2/apps{APP['id']}"
    requests.put(url, json=APP, timeout=10).raise_for_status()
    return eventually("the task runs", 60, masters.task)


@pytest.fixture(autouse=True)
def nothing_is_lost(masters: Masters, task: str) -> Iterator[None]:
    """The same agents, by their ids, and the same task before and after every step."""
    before = eventually("an agent", 30, masters.agents)
    yield
    eventually("the same agents", 60, lambda: masters.agents() == before)
    assert masters.task() == task


def settled(masters: Masters, count: int) -> None:
    """So many masters, their majority as the quorum, one leader, and nothing more to change."""
    assert masters.quorums(count) == [str(count // 2 + 1)] * count
    assert masters.replicas(count) == [count] * count
    assert len(masters.cluster.elected_masters()) == 1
    assert set(re.findall(r"changed=(\d+)", masters.apply())) == {"0"}


def test_one_is_refused_to_become_three_unasked(masters: Masters) -> None:
    masters.write(3)
    assert "is the only master with a registry" in masters.refusal()


def test_the_new_ones_alone_are_refused(masters: Masters) -> None:
    masters.write(3, mesos_master_seed_registry=True)
    names = ",".join(host.name for host in masters.hosts[1:3])
    assert "masters run that this play does not see" in masters.refusal("--limit", names)


def test_a_quorum_that_is_no_majority_is_refused(masters: Masters) -> None:
    masters.write(3, mesos_master_seed_registry=True, mesos_master_quorum=1)
    assert "mesos_master_quorum is 1, and 3 masters need 2" in masters.refusal()


def test_one_becomes_three(masters: Masters) -> None:
    masters.write(3, mesos_master_seed_registry=True)
    masters.apply("--check")
    masters.apply()
    settled(masters, 3)


def test_one_of_three_does_not_go_on_alone_while_it_is_stopped(masters: Masters) -> None:
    stopped = masters.host(1)
    shell = masters.cluster.shell(stopped)
    masters.write(3)
    assert shell.run("systemctl stop mesos-master").rc == 0
    assert "mesos-master has run and was stopped by somebody" in masters.refusal()
    try:
        eventually("another leads", 60, lambda: masters.cluster.leading_master() not in (None, stopped))
        masters.write(1, quorum_start_stopped=True)
        others = ", ".join(f"{host.address}:5050" for host in masters.hosts[1:3])
        for tags in ("all", "configure", "service"):
            refused = masters.refusal("--tags", tags)
            assert f"masters that are not in the group stand for election in ZooKeeper ({others})" in refused
    finally:
        assert shell.run("systemctl start mesos-master").rc == 0
    eventually("it is back", 60, lambda: masters.replicas(3) == [3, 3, 3])
    masters.write(3)
    settled(masters, 3)


def test_three_become_five(masters: Masters) -> None:
    masters.write(5)
    output = masters.apply()
    # Those that ran have the new quorum before the new ones start.
    started = output.index("TASK [quorum.mesos.mesos_master : Start the master")
    assert output.index("Trigger a leader failover") < started
    settled(masters, 5)


def test_five_are_refused_to_become_three_while_they_run(masters: Masters) -> None:
    masters.write(3)
    assert "5 masters take part in the registry, and the group has 3" in masters.refusal()


def test_three_of_five_may_not_leave(masters: Masters) -> None:
    masters.write(5)
    leaving = ",".join(host.name for host in masters.hosts[2:])
    refused = masters.refusal("-e", f"mesos_masters_leaving={leaving}", name="mesos_masters_remove")
    assert "2 of 3 members serve and 3 must" in refused


def test_five_become_three(masters: Masters) -> None:
    masters.write(5)
    leaving = ",".join(host.name for host in masters.hosts[3:])
    masters.apply("-e", f"mesos_masters_leaving={leaving}", name="mesos_masters_remove")
    assert "is not set up as a master, so it may be an old one" in masters.refusal()
    masters.write(3)
    masters.apply()
    settled(masters, 3)


def test_a_change_beside_a_dead_master_is_refused_and_names_it(masters: Masters) -> None:
    masters.write(3, mesos_master_health_timeout=12, mesos_master_flags={"quiet": False})
    dead = masters.host(3)
    machine = machine_docker.client().containers.get(container_name(masters.cluster.config, dead))
    machine.kill()
    try:
        eventually("a leader", 60, lambda: masters.cluster.leading_master() is not None)
        done = masters.run("--limit", f"all:!{dead.name}")
        assert done.returncode != 0
        assert f"1 of 3 members serve and 2 must; bring back http://{dead.address}:5050 first" in done.stdout
    finally:
        machine.start()
    eventually("it is back", 120, lambda: masters.replicas(3) == [3, 3, 3])
    masters.write(3, mesos_master_flags={"quiet": False})
    masters.apply()
    settled(masters, 3)


def test_a_wiped_master_gets_the_registry_from_the_others(masters: Masters) -> None:
    masters.write(3)
    wiped = masters.host(3)
    shell = masters.cluster.shell(wiped)
    assert shell.run("systemctl disable --now mesos-master").rc == 0
    assert shell.run("rm -r /var/lib/mesos/master /etc/mesos /etc/systemd/system/mesos-master.service").rc == 0
    eventually("a leader", 60, lambda: masters.cluster.leading_master() is not None)
    masters.apply()
    assert shell.file(REGISTRY).is_directory
    settled(masters, 3)
