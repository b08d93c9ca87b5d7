"""What the playbook status tells of a cluster, from what its services say."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._health import status, table

ALL = ["read", "write"]


def found(service: str, **facts: Any) -> dict[str, Any]:
    return {service: {"answers": True, "why": "", "facts": {"open": [], **facts}}}


def zookeeper(**facts: Any) -> dict[str, Any]:
    usual = {
        "mode": "follower", "version": "3.8.0-1", "zxid": "0x300000004", "node_count": 12, "voters": 3, "compared": 3,
        "problems": [],
    }  # fmt: skip
    return found("zookeeper", **{**usual, **facts})


def master(**facts: Any) -> dict[str, Any]:
    usual = {
        "version": "1.11.0", "leads": True, "quorum": "2", "replicas": 3.0, "recovered": True, "frameworks": 1.0,
        "agents": [{"id": "S0", "name": "s0", "state": "active"}, {"id": "S1", "name": "s1", "state": "drained"}],
    }  # fmt: skip
    return found("master", **{**usual, **facts})


def agent(**facts: Any) -> dict[str, Any]:
    return found("agent", **{"version": "1.11.0", "id": "S0", "registered": True, "tasks": 1.0, **facts})


def told(hosts: dict[str, Any]) -> list[str]:
    rows = [f"{row['service']}  {row['host']}  {row['words']}" for row in table.rows(hosts)]
    return [*rows, *table.notes(hosts)]


def lines(lock: str = "", **services: dict[str, Any]) -> list[str]:
    return told({host: {"services": value, "lock": lock} for host, value in services.items()})


@pytest.mark.parametrize(
    ("service", "line"),
    [
        (zookeeper(), "ZooKeeper  a  follower, 3.8.0, 3 voters, epoch 3, 12 znodes"),
        (
            zookeeper(open=ALL),
            "ZooKeeper  a  follower, 3.8.0, 3 voters, epoch 3, 12 znodes; "
            "open to anyone who reaches the port: read, write",
        ),
        (
            master(),
            "Mesos master  a  leader, 1.11.0, quorum 2 of 3 replicas, agents: 1 active and 1 drained, 1 framework",
        ),
        (
            master(leads=False, agents=None, recovered=False),
            "Mesos master  a  standby, 1.11.0, quorum 2 of 3 replicas, its registry is not recovered",
        ),
        (master(agents=[]), "Mesos master  a  leader, 1.11.0, quorum 2 of 3 replicas, agents: none, 1 framework"),
        (agent(), "Mesos agent  a  registered, 1.11.0, 1 task"),
        (
            agent(work_dir={"used_percent": 41, "free": 13 * 2**30, "sandboxes": 14, "ended": 9}),
            "Mesos agent  a  registered, 1.11.0, 1 task, disk 41 % used, 13 GiB free, 14 sandboxes (9 of ended tasks)",
        ),
        (agent(registered=False), "Mesos agent  a  not registered with a master, 1.11.0, 1 task"),
        (
            found("marathon", version="1.11.24", leads=True, apps=3, short=1, unhealthy=2, deployments=1),
            "Marathon  a  leader, 1.11.24, 3 apps, 1 of them without all instances, 2 unhealthy tasks, 1 deployment",
        ),
        (found("marathon", version="1.11.24", leads=False), "Marathon  a  standby, 1.11.24"),
        (found("docker", version="20.10", containers=2), "Docker  a  20.10, 2 containers"),
        (
            {"docker": {"answers": False, "why": "no\nsocket", "facts": {}}},
            "Docker  a  does not answer: no socket",
        ),
        ({"docker": None}, "Docker  a  does not answer: it was not asked"),
    ],
)  # fmt: skip
def test_a_line(service: dict[str, Any], line: str) -> None:
    assert lines(a=service)[0] == line


def test_the_state_of_an_agent_is_that_of_the_masters() -> None:
    shown = lines(a=master(), b=agent(), c=agent(id="S1"), d=agent(id="other"))
    assert [line.split("  ")[-1].split(",")[0] for line in shown[1:4]] == [
        "active", "drained", "registered with another cluster",
    ]  # fmt: skip
    assert "Agents that the masters list and that were not seen here: s1 (drained)." in lines(a=master(), b=agent())


def test_one_line_for_the_whole_ensemble() -> None:
    shown = lines(a=zookeeper(), b=zookeeper(zxid="0x300000005", node_count=13))
    assert shown[2] == "The 3 ZooKeeper servers that serve have the same tree: 13 znodes at transaction 0x300000005."
    broken = zookeeper(problems=["the ensemble has 0 leaders"], compared=0)
    assert lines(a=broken, b=broken)[2:] == [
        "The ZooKeeper ensemble is not whole: the ensemble has 0 leaders.", "Nobody has the lock of the cluster.",
    ]  # fmt: skip


def test_a_host_that_is_down_is_named_once_with_its_reason() -> None:
    services = {"agent": None, "docker": None}
    shown = told({"s": {"services": services, "down": "Task failed: no\nroute", "lock": ""}})
    assert shown[:2] == ["Mesos agent  s  the host is not reached: no route", "Docker  s  the host is not reached"]


def test_who_has_the_lock() -> None:
    shown = lines("alice@one has it for 12 min", a=zookeeper(), b=zookeeper())
    assert shown[-1] == "The lock of the cluster: alice@one has it for 12 min (on a, b)."


def test_what_is_open_says_where_to_read_how_to_close_it() -> None:
    assert lines(a=agent(open=["read"]))[-1] == table.CLOSE
    assert table.CLOSE not in lines(a=agent())


CLOSED = {
    "authenticate_http_readwrite": "true", "authenticate_frameworks": "true", "authenticate_http_frameworks": "true",
}  # fmt: skip


@pytest.mark.parametrize(
    ("flags", "answers", "opened"),
    [
        ({}, True, ["read", "write", "register a framework"]),
        (CLOSED, False, []),
        (CLOSED, True, ["read"]),
        ({**CLOSED, "authenticate_frameworks": "false"}, False, ["register a framework"]),
        ({**CLOSED, "authenticate_http_frameworks": "false"}, False, ["register a framework"]),
        ({**CLOSED, "authenticate_http_readwrite": False}, False, ["write"]),
    ],
)
def test_what_a_master_lets_anyone_do(flags: dict[str, Any], answers: bool, opened: list[str]) -> None:
    assert status.open_master(flags, answers) == opened
    wanted = [word for word in opened if word != "register a framework"]
    assert status.open_agent(flags, answers) == wanted


def test_apps_are_counted() -> None:
    apps = [
        {"instances": 2, "tasksRunning": 1, "tasksUnhealthy": 1}, {"instances": 0, "tasksRunning": 0}, {"instances": 1},
    ]  # fmt: skip
    assert status.count_apps(apps) == {"apps": 3, "short": 2, "unhealthy": 1}


def balancer(**facts: Any) -> dict[str, Any]:
    usual = {
        "vhosts": {"shop.example.org": "shop_10001"}, "ports": {"10001": "shop_10001"}, "agent": "", "excluded": [],
        "backends": {"shop_10001": {"app": "/shop", "up": 2, "draining": 0}},
    }  # fmt: skip
    return found("haproxy", **{**usual, **facts})


def test_where_an_app_answers_is_told_once() -> None:
    told = lines(a=balancer(), b=balancer())
    assert told[0] == "HAProxy  a  serves, 1 vhost, 1 service port, 1 backend"
    assert told[2:3] == ["/shop at shop.example.org, port 10001: 2 servers up (a, b)"]


def test_what_is_not_served_is_told_with_its_reason() -> None:
    excluded = [{"app": "/bad", "why": "its HAPROXY_0_MODE is 'ftp'"}]
    backends = {"shop_10001": {"app": "/shop", "up": 1, "draining": 1}}
    told = lines(a=balancer(excluded=excluded, backends=backends, agent="Marathon answers 401."))
    assert told[0].endswith("1 backend, 1 app not served, its agent keeps what runs: Marathon answers 401")
    assert told[1] == "/shop at shop.example.org, port 10001: 1 server up, 1 draining (a)"
    assert told[2] == "/bad is not served: its HAPROXY_0_MODE is 'ftp' (a)"


def sharing(has: bool) -> dict[str, Any]:
    return balancer(shared_address="192.0.2.100", has_shared_address=has)


def test_who_has_the_shared_address_is_told() -> None:
    told = lines(a=sharing(True), b=sharing(False))
    assert told[0] == "HAProxy  a  serves, 1 vhost, 1 service port, 1 backend, has the shared address 192.0.2.100"
    assert told[1] == "HAProxy  b  serves, 1 vhost, 1 service port, 1 backend"
    assert not [line for line in told if line.startswith("The shared address")]


@pytest.mark.parametrize(("a", "b", "where"), [(False, False, "none of them"), (True, True, "a and on b")])
def test_an_address_that_not_exactly_one_has_is_told(a: bool, b: bool, where: str) -> None:
    line = f"The shared address 192.0.2.100 of the load balancers is on {where}; see journalctl -u keepalived there."
    assert line in lines(a=sharing(a), b=sharing(b))


def names(**facts: Any) -> dict[str, Any]:
    usual = {"domain": "mesos", "names": 12, "tasks": 1, "excluded": [], "agent": ""}
    return found("dns", **{**usual, **facts})


def test_names_are_counted() -> None:
    (line, *_notes) = lines(a=names())
    assert line == "DNS  a  answers for mesos, 12 names of 1 task"


def test_what_has_no_names_is_told_once_with_its_reason() -> None:
    excluded = [{"name": "framework leader", "why": "name: leader.mesos is a name of the cluster itself"}]
    told = lines(a=names(excluded=excluded), b=names(excluded=excluded, names=None, agent="Mesos answers 401."))
    assert told[0].endswith("12 names of 1 task, 1 without names")
    assert told[1] == "DNS  b  answers for mesos, 1 without names, its names stay as they are: Mesos answers 401"
    assert told[2] == "framework leader has no names: name: leader.mesos is a name of the cluster itself (a, b)"


def test_a_dns_server_that_does_not_answer() -> None:
    params = {"service": "dns", "address": "127.0.0.1:9", "agent": "http://127.0.0.1:9", "dns_name": "mesos"}
    seen = status.status_of(params)
    assert (seen["answers"], seen["why"]) == (False, "127.0.0.1:9 does not answer (Connection refused)")


def test_work_directories_that_are_nearly_full_are_named() -> None:
    disk = {"free": 2**30, "sandboxes": 1, "ended": 0}
    hosts = {name: agent(work_dir={**disk, "used_percent": used}) for name, used in (("a", 95), ("b", 89), ("c", 90))}
    (said,) = [line for line in lines(**hosts, d=agent(work_dir=None)) if "nearly full" in line]
    assert said.startswith("The file system of the work directory is nearly full on a (95 %), c (90 %): docs/")
