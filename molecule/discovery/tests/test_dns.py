"""Names of what runs, asked with dig from outside of the cluster: they follow apps and leaders."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from lab_cluster import LabCluster, eventually

from lab import playbook
from lab.config import Host

# The filter marathon_dns_name makes it of the app's ID.
NAME = "web-names.marathon.mesos"
SERVICE = "_web-names._tcp.marathon.mesos"
APP: dict[str, Any] = {
    "id": "/names/web", "cmd": "exec sleep 10000", "cpus": 0.05, "mem": 16, "instances": 2,
    "portDefinitions": [{"port": 0, "protocol": "tcp", "name": "http"}],
}  # fmt: skip
# Seconds from a change in Marathon to the answer, with room for a loaded machine.
SOON = 45


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def server(cluster: LabCluster) -> Host:
    return cluster.config.in_group("dns")[0]


def dig(server: Host, *words: str) -> str:
    command = ["dig", "+time=2", "+tries=2", f"@{server.address}", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False).stdout


def answers(server: Host, name: str, kind: str = "A") -> list[str]:
    return sorted(line for line in dig(server, "+short", name, kind).splitlines() if not line.startswith(";"))


def put(cluster: LabCluster, app: dict[str, Any]) -> None:
    url = f"http://{cluster.config.in_group('marathon')[0].address}:8080/v2/apps{app['id']}"
    requests.put(url, json=app, timeout=15).raise_for_status()
    eventually("the app is settled", 120, lambda: settled(cluster, app["instances"]))


def settled(cluster: LabCluster, instances: int) -> bool:
    app = cluster.marathon(f"/v2/apps{APP['id']}")["app"]
    return not app["deployments"] and app["tasksRunning"] == instances


@pytest.fixture(scope="module", autouse=True)
def app(cluster: LabCluster) -> Iterator[None]:
    put(cluster, APP)
    yield
    url = f"http://{cluster.config.in_group('marathon')[0].address}:8080/v2/apps{APP['id']}"
    requests.delete(url, timeout=15).raise_for_status()


def places(cluster: LabCluster) -> list[tuple[str, int]]:
    """Address and port of each task, as Marathon has them."""
    return sorted((cluster.host_at(task["host"]).address, task["ports"][0]) for task in cluster.running("names/web"))


def named_places(server: Host, service: str = SERVICE) -> list[tuple[str, int]]:
    """The same by names alone."""
    found = [line.split() for line in answers(server, service, "SRV")]
    return sorted((address, int(words[2])) for words in found for address in answers(server, words[3]))


def test_an_app_is_found_by_both_families_of_names(cluster: LabCluster, server: Host) -> None:
    eventually("the names are those of the tasks", SOON, lambda: named_places(server) == places(cluster))
    assert answers(server, NAME) == sorted({address for address, _port in places(cluster)})
    assert answers(server, "web.names.marathon.mesos") == answers(server, NAME)
    assert named_places(server, f"_http.{SERVICE}") == places(cluster)


def test_a_service_comes_with_its_addresses(cluster: LabCluster, server: Host) -> None:
    more = dig(server, "+noall", "+additional", SERVICE, "SRV")
    assert all(address in more for address, _port in places(cluster))


def test_masters_and_agents_are_found(cluster: LabCluster, server: Host) -> None:
    masters = sorted(host.address for host in cluster.config.in_group("mesos_masters"))
    leader = cluster.leading_master()
    assert leader
    assert answers(server, "leader.mesos") == [leader.address]
    assert answers(server, "_leader._tcp.mesos", "SRV") == ["0 1 5050 leader.mesos."]
    assert answers(server, "master.mesos") == masters
    assert answers(server, "slave.mesos") == sorted(host.address for host in cluster.config.in_group("mesos_slaves"))
    assert answers(server, "ns1.mesos") == [server.address]


def test_names_follow_an_app_that_moves(cluster: LabCluster, server: Host) -> None:
    for agent in sorted(cluster.active_agents()):
        put(cluster, {**APP, "instances": 1, "constraints": [["hostname", "CLUSTER", agent]]})
        address = cluster.host_at(agent).address
        eventually(f"the name leads to {agent}", SOON, lambda there=address: answers(server, NAME) == [there])
        eventually("and the port", SOON, lambda: named_places(server) == places(cluster))
    put(cluster, APP)


def test_a_name_goes_with_its_tasks(cluster: LabCluster, server: Host) -> None:
    put(cluster, {**APP, "instances": 0})
    eventually("the name is gone", SOON, lambda: "status: NXDOMAIN" in dig(server, NAME))
    put(cluster, APP)
    eventually("the name is back", SOON, lambda: len(named_places(server)) == 2)


def test_the_leader_is_followed(cluster: LabCluster, server: Host) -> None:
    old = cluster.leading_master()
    assert old
    cluster.shell(old).check_output("systemctl kill -s KILL mesos-master")

    def follows() -> bool:
        leader = cluster.leading_master()
        return leader is not None and answers(server, "leader.mesos") == [leader.address]

    eventually("the name is that of the leader", 120, follows)
    eventually("no task has lost its name", SOON, lambda: named_places(server) == places(cluster))


def test_bind_goes_on_alone_and_comes_back_with_its_names(cluster: LabCluster, server: Host) -> None:
    host = cluster.shell(server)
    host.check_output("systemctl stop marathon-dns")
    try:
        host.check_output("systemctl restart named")
        eventually("BIND has its names again", SOON, lambda: named_places(server) == places(cluster))
    finally:
        host.check_output("systemctl start marathon-dns")


def test_only_this_host_may_change_and_copy_the_zone(cluster: LabCluster, server: Host) -> None:
    assert "Transfer failed" in dig(server, "mesos", "AXFR")
    text = f"server {server.address}\nupdate add x.mesos 5 A 10.0.0.9\nsend\n"
    done = subprocess.run(["nsupdate"], input=text, capture_output=True, text=True, timeout=60, check=False)
    assert "REFUSED" in done.stderr
    assert "status: REFUSED" in dig(server, "www.example.org")


def test_secrets_are_their_readers_own(cluster: LabCluster, server: Host) -> None:
    host = cluster.shell(server)
    paths = "/etc/marathon-dns/key.json /etc/bind/marathon-dns.key /etc/marathon-dns/agent.json"
    assert host.check_output(f"stat -c '%U:%G %a' {paths}").split("\n") == [
        "marathon-dns:marathon-dns 600", "bind:bind 600", "root:marathon-dns 640",
    ]  # fmt: skip
    for unit, user in (("named", "bind"), ("marathon-dns", "marathon-dns")):
        process = host.check_output(f"systemctl show -P MainPID {unit}")
        assert host.check_output(f"ps -o user:20= -p {process}").strip() == user


def run(cluster: LabCluster, name: str, *arguments: str) -> str:
    done = playbook.run(f"quorum.mesos.{name}", cluster.config.directory / "inventory.yml", *arguments, capture=True)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout


def test_the_status_tells_of_it(cluster: LabCluster, server: Host) -> None:
    assert "answers for mesos" in run(cluster, "status")


def test_check_mode_changes_nothing_and_shows_no_key(cluster: LabCluster, server: Host) -> None:
    host = cluster.shell(server)
    files = "find /etc/bind /etc/marathon-dns /etc/systemd/system -type f | sort | xargs sha256sum; ls /var/lib/bind"
    before = host.check_output(files)
    output = run(cluster, "dns", "--check", "--diff", "-e", "mesos_dns_ttl=9")
    assert "marathon-dns-" in output
    assert json.loads(host.check_output("cat /etc/marathon-dns/key.json"))["secret"] not in output
    assert host.check_output(files) == before


def test_the_role_changes_the_zone_and_the_names_come_back(cluster: LabCluster, server: Host) -> None:
    changed = ("-e", "mesos_dns_ttl=9")
    try:
        run(cluster, "dns", *changed)
        eventually("the names are back", SOON, lambda: named_places(server) == places(cluster))
        assert dig(server, "+noall", "+answer", NAME).split()[1] == "9"
        zones = cluster.shell(server).check_output("ls /var/lib/bind").split()
        assert len([name for name in zones if name.startswith("marathon-dns-") and name.endswith(".db")]) == 1
        assert "changed=0 " in run(cluster, "dns", *changed)
    finally:
        run(cluster, "dns")
