"""ZooKeeper: three servers become five and three again, by restarts and without; a dead one is replaced.

The tests go in order, each from where the last ended.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml
from kazoo.client import KazooClient
from lab_cluster import LabCluster, eventually

from lab import machine_docker, playbook, probe
from lab.config import Host
from lab.hosts.containers import container_name

DATA = b"written to the first three"
DYNAMIC = {"zookeeper_dynamic_reconfiguration": True, "zookeeper_super_password": "membership"}
GATE = {"zookeeper_health_timeout": 40}


@dataclass
class Ensemble:
    """The servers as an operator has them: those that stand in the inventory's group."""

    cluster: LabCluster
    path: Path
    servers: list[Host] = field(default_factory=list)

    def host(self, number: int) -> Host:
        return next(host for host in self.cluster.config.hosts if host.name == f"master{number}")

    @staticmethod
    def number(host: Host) -> int:
        return int(host.name.removeprefix("master"))

    def write(self, *numbers: int, observer: int | None = None, **variables: Any) -> None:
        """The lab's inventory with these hosts in the group; each has its number as id, and one may have no vote."""
        inventory = yaml.safe_load(Path(self.cluster.inventory).read_text())
        self.servers = [self.host(number) for number in numbers]
        inventory["all"]["children"]["zookeeper"] = {
            "hosts": {
                host.name: {
                    "ansible_host": host.address,
                    "zookeeper_id": number,
                    "zookeeper_observer": number == observer,
                }
                for number, host in zip(numbers, self.servers, strict=True)
            },
            "vars": {**GATE, **variables},
        }
        self.path.write_text(yaml.safe_dump(inventory))

    def run(self, *arguments: str, name: str = "quorum.mesos.zookeeper") -> tuple[int, str]:
        done = playbook.run(name, self.path, *arguments, capture=True)
        return done.returncode, done.stdout

    def apply(self, *arguments: str, name: str = "quorum.mesos.zookeeper") -> str:
        code, output = self.run(*arguments, name=name)
        assert code == 0, output
        return output

    def refusal(self, *arguments: str, name: str = "quorum.mesos.zookeeper") -> str:
        """What a run is refused with; nothing may have changed."""
        code, output = self.run(*arguments, name=name)
        assert code != 0, output
        assert set(re.findall(r"changed=(\d+)", output)) == {"0"}, output
        return " ".join(re.findall(r'"msg": "(.*?)"[,}]', output))

    def shell(self, number: int, command: str) -> str:
        machine = machine_docker.client().containers.get(container_name(self.cluster.config, self.host(number)))
        code, output = machine.exec_run(["sh", "-c", command])
        assert code == 0, output
        return output.decode()

    def starts(self, *numbers: int) -> list[str]:
        show = "systemctl show -P ExecMainStartTimestampMonotonic zookeeper"
        return [self.shell(number, show) for number in numbers]

    def modes(self) -> list[str]:
        return sorted(probe.zookeeper(f"{host.address}:2181").mode for host in self.servers)

    def members(self) -> list[int]:
        """The ids that the ensemble itself counts on.

        Without dynamic reconfiguration a follower that catches up by a difference keeps the /zookeeper/config that it
        had, so there the files count, with which every server runs where a second run restarts nothing.
        """
        show = r"sed -n 's/^server\.\([0-9]*\)=.*/\1/p' /etc/zookeeper/conf/zoo.cfg"
        listed = {tuple(sorted(map(int, self.shell(self.number(host), show).split()))) for host in self.servers}
        assert len(listed) == 1, listed
        if files := listed.pop():
            return list(files)
        with self.client(self.servers) as client:
            text = client.get("/zookeeper/config")[0].decode()
        return sorted(int(number) for number in re.findall(r"^server\.(\d+)=", text, re.MULTILINE))

    def client(self, servers: list[Host]) -> Client:
        return Client(",".join(f"{host.address}:2181" for host in servers))


class Client:
    def __init__(self, hosts: str) -> None:
        self._client = KazooClient(hosts=hosts, timeout=20)

    def __enter__(self) -> KazooClient:
        self._client.start(timeout=20)
        return self._client

    def __exit__(self, *_error: object) -> None:
        self._client.stop()
        self._client.close()


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory: pytest.TempPathFactory) -> Ensemble:
    found = Ensemble(LabCluster.from_environment(), tmp_path_factory.mktemp("servers") / "inventory.yml")
    found.write(1, 2, 3)
    with found.client(found.servers) as client:
        client.ensure_path("/membership")
        client.set("/membership", DATA)
    return found


@pytest.fixture(autouse=True)
def data_are_kept(ensemble: Ensemble) -> Iterator[None]:
    """Every server that is a member after a step has what was written before the first."""
    yield
    for host in ensemble.servers:
        with ensemble.client([host]) as client:
            assert client.get("/membership")[0] == DATA, host


def settled(ensemble: Ensemble, *ids: int, observers: int = 0) -> None:
    """These are the members, all serve under one leader, and a second run changes nothing."""
    modes = ["follower"] * (len(ensemble.servers) - observers - 1) + ["leader"] + ["observer"] * observers
    eventually("one leader", 30, lambda: ensemble.modes() == modes)
    assert ensemble.members() == list(ids)
    again = ensemble.apply()
    assert set(re.findall(r"changed=(\d+)", again)) == {"0"}, again


def uninstall(ensemble: Ensemble, directory: Path) -> str:
    """A playbook with the role's entry point."""
    tasks = [{"ansible.builtin.include_role": {"name": "quorum.mesos.zookeeper", "tasks_from": "uninstall"}}]
    path = directory / "uninstall.yml"
    path.write_text(yaml.safe_dump([{"hosts": "zookeeper", "become": True, "gather_facts": False, "tasks": tasks}]))
    return str(path)


def test_an_even_number_is_refused(ensemble: Ensemble) -> None:
    ensemble.write(1, 2, 3, 4)
    assert "has 4 hosts" in ensemble.refusal()
    ensemble.write(1, 2, 3)


def test_two_of_three_may_not_leave(ensemble: Ensemble) -> None:
    ensemble.write(1)
    assert "2 of the 3 voters would leave at once" in ensemble.refusal()
    assert "2 of the 3 voters would leave at once" in ensemble.refusal("--tags", "configure,service")
    assert "the checks of the role were left out" in ensemble.refusal("--skip-tags", "always")
    ensemble.write(1, 2, 3)


def test_a_server_that_ran_alone_is_not_let_in(ensemble: Ensemble) -> None:
    alone = ensemble.host(3)
    zoo_cfg = "/etc/zookeeper/conf/zoo.cfg"
    ensemble.shell(3, f"systemctl stop zookeeper && sed -i '/^server[.]/d' {zoo_cfg} && systemctl start zookeeper")
    eventually("it serves alone", 30, lambda: probe.zookeeper(f"{alone.address}:2181").mode == "standalone")
    with ensemble.client([alone]) as client:
        client.create("/alone")
    assert "it has data of a server that ran alone; stop zookeeper there" in ensemble.refusal()
    ensemble.shell(3, "systemctl stop zookeeper && mv /var/lib/zookeeper/version-2 /root/")
    ensemble.apply("-e", "quorum_start_stopped=true")
    settled(ensemble, 1, 2, 3)
    with ensemble.client([alone]) as client:
        assert client.exists("/alone") is None


def test_three_become_five_by_restarts(ensemble: Ensemble) -> None:
    ensemble.write(1, 2, 3, 4, 5)
    output = ensemble.apply()
    new, old = output.index("TASK [quorum.mesos.zookeeper : Start ZooKeeper"), output.index("on one follower after")
    assert new < old < output.index("on the leader, last")
    settled(ensemble, 1, 2, 3, 4, 5)


def test_five_become_three_once_two_are_stopped(ensemble: Ensemble, tmp_path: Path) -> None:
    ensemble.write(1, 2, 3)
    assert "left the group zookeeper and still serves with votes" in ensemble.refusal()
    ensemble.write(1, 2, 3, 4, 5)
    remove = uninstall(ensemble, tmp_path)
    leaving = "--limit", ",".join(ensemble.host(number).name for number in (3, 4, 5))
    assert "2 of 3 members serve and 3 must" in ensemble.refusal(*leaving, name=remove)
    leaving = "--limit", ",".join(ensemble.host(number).name for number in (4, 5))
    ensemble.apply(*leaving, "-e", "zookeeper_uninstall_data=true", name=remove)
    ensemble.write(1, 2, 3)
    ensemble.apply()
    settled(ensemble, 1, 2, 3)


def test_an_observer_follows_without_a_vote(ensemble: Ensemble, tmp_path: Path) -> None:
    ensemble.write(1, 2, 3, 4, observer=4)
    ensemble.apply()
    settled(ensemble, 1, 2, 3, 4, observers=1)
    # Nobody counts on it, so it may go.
    observer = "--limit", ensemble.host(4).name
    ensemble.apply(*observer, "-e", "zookeeper_uninstall_data=true", name=uninstall(ensemble, tmp_path))
    ensemble.write(1, 2, 3)
    ensemble.apply()
    settled(ensemble, 1, 2, 3)


def test_a_dead_member_is_replaced_by_restarts(ensemble: Ensemble, tmp_path: Path) -> None:
    ensemble.shell(3, "systemctl disable --now zookeeper")
    ensemble.write(1, 2, 4)
    ensemble.apply()
    settled(ensemble, 1, 2, 4)
    # What the dead one has left behind, should its host come back.
    ensemble.write(1, 2, 3, 4, 5)
    dead = "--limit", ensemble.host(3).name
    ensemble.apply(*dead, "-e", "zookeeper_uninstall_data=true", name=uninstall(ensemble, tmp_path))
    ensemble.write(1, 2, 4)


def test_dynamic_reconfiguration_without_a_password_is_refused(ensemble: Ensemble) -> None:
    ensemble.write(1, 2, 4, zookeeper_dynamic_reconfiguration=True)
    assert "is true without zookeeper_super_password" in ensemble.refusal()
    ensemble.write(1, 2, 4)


def test_the_ensemble_keeps_its_members_itself(ensemble: Ensemble) -> None:
    ensemble.write(1, 2, 4, **DYNAMIC)
    ensemble.apply()
    settled(ensemble, 1, 2, 4)
    assert ensemble.shell(1, "stat -c %a /etc/zookeeper/conf/zoo.cfg").strip() == "600"


def test_three_become_five_without_a_restart(ensemble: Ensemble) -> None:
    before = ensemble.starts(1, 2, 4)
    ensemble.write(1, 2, 3, 4, 5, **DYNAMIC)
    ensemble.apply()
    settled(ensemble, 1, 2, 3, 4, 5)
    assert ensemble.starts(1, 2, 4) == before


def test_five_become_three_without_a_restart(ensemble: Ensemble) -> None:
    before = ensemble.starts(1, 2, 3, 4, 5)
    ensemble.write(1, 2, 4, **DYNAMIC)
    output = ensemble.apply()
    left = ", ".join(f"{ensemble.host(number).address}:2181" for number in (3, 5))
    assert f"does not count on {left} any more" in output
    settled(ensemble, 1, 2, 4)
    assert ensemble.starts(1, 2, 3, 4, 5) == before


def test_a_dead_member_is_replaced(ensemble: Ensemble, tmp_path: Path) -> None:
    remove = uninstall(ensemble, tmp_path)
    ensemble.write(1, 2, 3, 4, 5, **DYNAMIC)
    unused = "--limit", ",".join(ensemble.host(number).name for number in (3, 5))
    ensemble.apply(*unused, "-e", "zookeeper_uninstall_data=true", name=remove)
    ensemble.write(1, 2, 4, **DYNAMIC)
    ensemble.shell(4, "systemctl disable --now zookeeper")
    # Beside it, no other may go.
    assert "1 of 3 members serve and 2 must" in ensemble.refusal("--limit", ensemble.host(2).name, name=remove)
    before = ensemble.starts(1, 2)
    ensemble.write(1, 2, 3, **DYNAMIC)
    ensemble.apply()
    settled(ensemble, 1, 2, 3)
    assert ensemble.starts(1, 2) == before


def test_an_observer_joins_without_a_restart(ensemble: Ensemble) -> None:
    before = ensemble.starts(1, 2, 3)
    ensemble.write(1, 2, 3, 5, observer=5, **DYNAMIC)
    ensemble.apply()
    settled(ensemble, 1, 2, 3, 5, observers=1)
    assert ensemble.starts(1, 2, 3) == before
