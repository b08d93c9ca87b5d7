"""The playbook status on real ZooKeeper servers and the engine: what it tells, and that it changes nothing."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_cluster import LocalCluster, Program, free_port, wait_until, zookeeper_installed, zookeeper_mode
from status_table import line, shown

pytestmark = pytest.mark.skipif(not zookeeper_installed(), reason="needs the Debian package zookeeper and java")
OPEN = "open to anyone who reaches the port: "


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCluster]:
    flags = {"http_credentials": "operator:hidden-word"}
    home = tmp_path_factory.mktemp("status")
    with LocalCluster(home, masters=1, agents=1, marathons=1, zookeepers=3, marathon_flags=flags) as started:
        yield started


def place(program: Program, **variables: Any) -> dict[str, Any]:
    return {"quorum_address": program.ip, **variables}


def inventory(whole: LocalCluster) -> dict[str, Any]:
    """Each program is a host of its own, and one more host is down."""
    (master,), (agent,), (marathon,) = whole.masters, whole.agents, whole.marathons
    zookeepers = {
        f"zk{number}": place(server, zookeeper_client_port=server.port, zookeeper_address=server.ip)
        for number, server in enumerate(whole.zookeepers, 1)
    }
    gone = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": free_port()}
    groups = {
        "zookeeper": zookeepers,
        "mesos_masters": {"master1": place(master, mesos_master_port=master.port)},
        "mesos_slaves": {"slave1": place(agent, mesos_slave_port=agent.port), "slave2": gone},
        "marathon": {
            "marathon1": place(
                marathon,
                marathon_http_port=marathon.port,
                marathon_http_credentials={"username": "operator", "password": "hidden-word"},
            )
        },
    }
    shared = {
        "ansible_connection": "local",
        "ansible_become": False,
        "ansible_python_interpreter": sys.executable,
        "ansible_ssh_timeout": 3,
    }
    children = {name: {"hosts": hosts} for name, hosts in groups.items()}
    return {"all": {"vars": shared, "children": children}}


def status(ansible: Any, whole: LocalCluster, home: Path, *arguments: str) -> tuple[str, list[str]]:
    path = home / "inventory.json"
    path.write_text(json.dumps(inventory(whole)))
    done = ansible.run("ansible-playbook", "quorum.mesos.status", f"--inventory={path}", *arguments)
    assert done.code == 0, done.output
    return done.output, shown(done.output)


@pytest.mark.parametrize("arguments", [[], ["--check", "-vvv"]])
def test_each_service_of_each_host(whole: LocalCluster, ansible: Any, tmp_path: Path, arguments: list[str]) -> None:
    output, lines = status(ansible, whole, tmp_path, *arguments)
    print("\n".join(lines))
    assert sorted(set(re.findall(r"changed=(\d+)", output))) == ["0"]
    assert "hidden-word" not in output
    modes = {line(lines, "ZooKeeper", f"zk{number}").split()[2].rstrip(",") for number in (1, 2, 3)}
    assert modes == {"leader", "follower"}
    for number in (1, 2, 3):
        text = line(lines, "ZooKeeper", f"zk{number}")
        assert re.search(r"3 voters, epoch \d+, \d+ znodes; " + OPEN + "read, write$", text)
    assert re.search(
        r"leader, 1[.]11[.]0, quorum 1 of 1 replica, agents: 1 active, 1 framework; "
        + OPEN + "read, write, register a framework$",
        line(lines, "Mesos master", "master1"),
    )  # fmt: skip
    assert re.search(r"active, 1[.]11[.]0, 0 tasks; " + OPEN, line(lines, "Mesos agent", "slave1"))
    assert "the host is not reached: " in line(lines, "Mesos agent", "slave2")
    # It asks for a password.
    assert line(lines, "Marathon", "marathon1").endswith("leader, 1.11.24, 0 apps, 0 deployments")
    assert [text for text in lines if text.startswith(("The 3 ZooKeeper servers that serve have", "Clients write"))]
    assert "docs/security.md" in lines[-1]
    assert "Nobody has the lock of the cluster." in lines


def test_a_server_that_is_down_is_named(whole: LocalCluster, ansible: Any, tmp_path: Path) -> None:
    victim = next(server for server in whole.zookeepers if zookeeper_mode(server) == "follower")
    victim.kill()
    try:
        _output, lines = status(ansible, whole, tmp_path)
    finally:
        victim.start()
        wait_until("it serves again", lambda: zookeeper_mode(victim) in ("leader", "follower"))
    name = f"zk{whole.zookeepers.index(victim) + 1}"
    assert "does not answer: " in line(lines, "ZooKeeper", name)
