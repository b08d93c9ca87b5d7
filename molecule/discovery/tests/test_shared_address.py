"""Two load balancers share an address: it moves when the one that has it serves no more, or is gone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator

import pytest
import requests
from lab_cluster import LabCluster, eventually

from lab import machine_docker, playbook
from lab.config import Host, from_environment
from lab.hosts.containers import container_name
from lab.watch import Watch

# As variables.yml has it.
SHARED = str(from_environment().network.network_address + 100)
# Of lab/apps/nginx.json.
VHOST = "nginx.example.org"
PASSWORD = "fake-vrr"
STATISTICS = ("operator", "fake-statistics-71c2")


@pytest.fixture(scope="module")
def cluster() -> LabCluster:
    return LabCluster.from_environment()


@pytest.fixture(scope="module")
def balancers(cluster: LabCluster) -> list[Host]:
    return cluster.config.in_group("load_balancers")


def has_address(cluster: LabCluster, host: Host) -> bool:
    return f" {SHARED}/24 " in cluster.shell(host).check_output("ip -o -4 addr show")


def holders(cluster: LabCluster, balancers: list[Host]) -> list[str]:
    return [host.name for host in balancers if has_address(cluster, host)]


def page() -> str:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(f"http://{SHARED}/", headers={"Host": VHOST}, timeout=1)
    answer.raise_for_status()
    return answer.text


def answers() -> bool:
    try:
        return "nginx" in page()
    except requests.RequestException:
        return False


def seconds_of_errors(change: Callable[[], object]) -> float:
    """From just before a change, which itself may take a while, to the last error of a client that asks each 50 ms."""
    with Watch({"the shared address": page}, every=0.05) as watch:
        time.sleep(1)
        watch.phase("change")
        began = time.monotonic()
        change()
        time.sleep(20)
    seconds = (watch.last_failure("the shared address") or began) - began
    print(f"{watch.table()}\nlast error after {seconds:.1f} s")
    return seconds


@pytest.fixture(autouse=True)
def as_before(cluster: LabCluster, balancers: list[Host]) -> Iterator[None]:
    first = [balancers[0].name]
    eventually("the first of the group has the address", 60, lambda: holders(cluster, balancers) == first)
    yield
    eventually("the first of the group has the address again", 120, lambda: holders(cluster, balancers) == first)


def test_an_app_answers_at_the_shared_address() -> None:
    eventually("nginx answers there", 60, answers)


def test_a_balancer_that_does_not_serve_gives_the_address_away(cluster: LabCluster, balancers: list[Host]) -> None:
    first, second = balancers
    eventually("nginx answers there", 60, answers)
    try:
        assert seconds_of_errors(lambda: cluster.shell(first).check_output("systemctl stop haproxy")) <= 10
        assert answers()
        assert holders(cluster, balancers) == [second.name]
    finally:
        cluster.shell(first).check_output("systemctl start haproxy")


def test_while_none_serves_the_first_keeps_the_address(cluster: LabCluster, balancers: list[Host]) -> None:
    """It is not taken off all of them by a check that fails everywhere, for whatever reason."""
    first, second = balancers
    try:
        cluster.shell(second).check_output("systemctl stop haproxy")
        cluster.shell(first).check_output("systemctl stop haproxy")
        time.sleep(8)
        assert holders(cluster, balancers) == [first.name]
        cluster.shell(second).check_output("systemctl start haproxy")
        eventually("the one that serves has the address", 15, lambda: holders(cluster, balancers) == [second.name])
    finally:
        for host in balancers:
            cluster.shell(host).check_output("systemctl start haproxy")


def test_a_host_that_dies_loses_the_address(cluster: LabCluster, balancers: list[Host]) -> None:
    first, second = balancers
    eventually("nginx answers there", 60, answers)
    container = machine_docker.client().containers.get(container_name(cluster.config, first))
    try:
        assert seconds_of_errors(container.kill) <= 15
        assert answers()
        assert has_address(cluster, second)
    finally:
        container.start()
        eventually("its services are back", 120, lambda: serves(first))


def serves(host: Host) -> bool:
    url = f"http://{host.address}:9090/_haproxy_health_check"
    return requests.get(url, auth=STATISTICS, timeout=2).status_code == 200


def run(cluster: LabCluster, name: str, *arguments: str) -> tuple[int, str]:
    done = playbook.run(f"quorum.mesos.{name}", cluster.config.directory / "inventory.yml", *arguments, capture=True)
    return done.returncode, done.stdout


def test_the_status_tells_who_has_it(cluster: LabCluster, balancers: list[Host]) -> None:
    _code, output = run(cluster, "status")
    (line,) = [line for line in output.splitlines() if f"has the shared address {SHARED}" in line]
    assert balancers[0].name in line
    assert "The shared address" not in output


def test_the_password_is_root_s_and_shown_nowhere(cluster: LabCluster, balancers: list[Host]) -> None:
    host = cluster.shell(balancers[0])
    assert host.check_output("stat -c '%U:%G %a' /etc/haproxy/keepalived.conf") == "root:root 600"
    assert PASSWORD in host.check_output("cat /etc/haproxy/keepalived.conf")
    shown = "ps -eo args; journalctl --no-pager -u keepalived; systemctl cat keepalived"
    assert PASSWORD not in host.check_output(shown)
    change = json.dumps({"haproxy_address_password": "fake-two"})
    _code, output = run(cluster, "load_balancers", "--check", "--diff", "-vvv", "-e", change)
    assert "fake-two" not in output.replace(change, "")
    assert PASSWORD not in output


def test_settings_of_keepalived_roll_and_a_second_run_changes_nothing(
    cluster: LabCluster, balancers: list[Host]
) -> None:
    def number(host: Host) -> str:
        return cluster.shell(host).check_output("grep virtual_router_id /etc/haproxy/keepalived.conf").split()[1]

    change = ("-e", "haproxy_address_router_id=77")
    try:
        for changed in (True, False):
            code, output = run(cluster, "load_balancers", *change)
            assert code == 0, output[-3000:]
            assert [number(host) for host in balancers] == ["77", "77"]
            assert (output.count("changed=0 ") == len(balancers)) is not changed, output[-500:]
        eventually("nginx answers there", 30, answers)
    finally:
        code, output = run(cluster, "load_balancers")
        assert code == 0, output[-3000:]


def test_a_change_of_the_port_that_is_asked_takes_the_address_off_none(
    cluster: LabCluster, balancers: list[Host]
) -> None:
    """keepalived asks at the new port before HAProxy is there, so that for a while no host of the group answers."""
    eventually("nginx answers there", 60, answers)
    with Watch({"the shared address": page}, every=0.05) as watch:
        time.sleep(1)
        watch.phase("there")
        code, output = run(cluster, "load_balancers", "-e", "haproxy_stats_port=9190")
        time.sleep(3)
        watch.phase("back")
        back, back_output = run(cluster, "load_balancers")
        time.sleep(3)
    print(watch.table())
    assert (code, back) == (0, 0), (output + back_output)[-3000:]
    assert watch.losses("the shared address").failures == 0, watch.table()


def refused(cluster: LabCluster, address: str) -> str:
    code, output = run(cluster, "load_balancers", "-e", json.dumps({"haproxy_address": address}))
    assert code != 0
    assert "changed=0 " in output
    return " ".join(output.split())


def test_an_address_that_somebody_has_is_refused(cluster: LabCluster, balancers: list[Host]) -> None:
    slave = cluster.config.in_group("mesos_slaves")[0]
    said = refused(cluster, f"{slave.address}/24")
    assert f"{slave.address} (haproxy_address) is the address of {slave.name}" in said
    # The machine itself, which no inventory has.
    gateway = cluster.config.gateway
    assert f"{gateway} (haproxy_address) is in use: the hardware address" in refused(cluster, f"{gateway}/24")


def test_without_the_option_the_address_goes_and_comes_back_with_it(cluster: LabCluster, balancers: list[Host]) -> None:
    code, output = run(cluster, "load_balancers", "-e", json.dumps({"haproxy_address": ""}))
    try:
        # The inventory says otherwise for the other hosts, but what is given with -e is for all.
        assert code == 0, output[-3000:]
        assert holders(cluster, balancers) == []
        for host in balancers:
            shell = cluster.shell(host)
            assert not shell.file("/etc/systemd/system/keepalived.service").exists
            assert not shell.file("/etc/haproxy/keepalived.conf").exists
            assert shell.run("systemctl is-active haproxy").stdout.strip() == "active"
    finally:
        code, output = run(cluster, "load_balancers")
        assert code == 0, output[-3000:]
