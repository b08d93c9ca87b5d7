"""What a host is like, read from what the kernel tells, and judged."""

from __future__ import annotations

import os
import socket

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import facts, sockets, stopped
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import cluster, hosts
from ansible_collections.quorum.mesos.plugins.module_utils._preflight.hosts import problems as host_problems

TCP = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B6B1DAC:13BA 00000000:0000 0A 00000000:00000000 00:00000000 00000000   998        0 4711 1 0 100 0 0 10 0
   1: 0B6B1DAC:13BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 100 0 0 10 0
   2: 0B6B1DAC:0016 016B1DAC:8A3C 01 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
"""
TCP6 = """  sl  local_address                         remote_address st tx rx tr tm retr uid timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 0:0 00:0 0   997        0 4714 1 0
"""
MASTER = "3:cpu:/\n1:name=systemd:/system.slice/mesos-master.service\n"
CONTAINER = "a" * 64


def test_sockets_that_listen() -> None:
    assert sockets.listening([TCP, TCP6]) == {
        "4711": (5050, 998, "172.29.107.11"), "4712": (5051, 0, "172.29.107.11"), "4714": (8080, 997, "::"),
    }  # fmt: skip


def test_an_address_of_both_families_is_the_one_that_clients_use() -> None:
    mapped = TCP6.replace("0" * 32, "0000000000000000FFFF00000100007F", 1)
    assert sockets.listening([mapped])["4714"].address == "127.0.0.1"


# What real Mesos 1.11.0 does where both versions of the control groups are mounted: its agent after a restart, and an
# executor that it moved.
AGENT = """12:pids:/system.slice/mesos-slave.service
4:memory:/system.slice/mesos-slave.service
1:name=systemd:/init.scope
0::/system.slice/mesos-slave.service
"""
EXECUTOR = """12:pids:/mesos_executors.slice
4:memory:/mesos/4f6b3fa5-3c05-4ee4-a7d9-2b9a8f5d2f1c
1:name=systemd:/mesos/4f6b3fa5-3c05-4ee4-a7d9-2b9a8f5d2f1c
0::/system.slice/mesos-slave.service
"""
OWNERS: dict[str, tuple[str, str | None, str | None]] = {
    "version 1": (MASTER, "mesos-master.service", None),
    "version 1, a session": (
        "12:pids:/user.slice\n1:name=systemd:/user.slice/user-0.slice/session-1.scope\n", "session-1.scope", None
    ),
    "version 1, version 2 without units": ("1:name=systemd:/system.slice/ssh.service\n0::/\n", "ssh.service", None),
    "version 1, a controller alone": ("4:memory:/system.slice/ssh.service\n1:name=systemd:/mesos/1\n", None, None),
    "hybrid": ("1:name=systemd:/system.slice/ssh.service\n0::/system.slice/ssh.service\n", "ssh.service", None),
    "hybrid, an agent after its restart": (AGENT, "mesos-slave.service", None),
    "hybrid, an executor of it": (EXECUTOR, "mesos-slave.service", None),
    "hybrid, the first line": ("0::/system.slice/a.service\n1:name=systemd:/init.scope\n", "a.service", None),
    "version 2": ("0::/system.slice/ssh.service\n", "ssh.service", None),
    "version 2, of a user": (
        "0::/user.slice/user-0.slice/user@0.service/app.slice/web.service\n", "web.service", None
    ),
    "version 2, no unit": ("0::/\n", None, None),
    "Docker with the driver systemd, version 1": (
        f"1:name=systemd:/system.slice/docker-{CONTAINER}.scope\n", f"docker-{CONTAINER}.scope", CONTAINER
    ),
    "Docker with the driver cgroupfs, version 1": (f"1:name=systemd:/docker/{CONTAINER}\n", None, CONTAINER),
    "Docker with the driver systemd, version 2": (
        f"0::/system.slice/docker-{CONTAINER}.scope\n", f"docker-{CONTAINER}.scope", CONTAINER
    ),
    "Docker with the driver cgroupfs, hybrid": (
        f"1:name=systemd:/docker/{CONTAINER}\n0::/system.slice/containerd.service\n", "containerd.service", CONTAINER
    ),
    "ended": ("", None, None),
}  # fmt: skip


@pytest.mark.parametrize("case", list(OWNERS))
def test_who_a_process_belongs_to(case: str) -> None:
    text, unit, container = OWNERS[case]
    assert (sockets.unit_of(text), sockets.container_of(text)) == (unit, container)


@pytest.mark.parametrize("text", [AGENT, EXECUTOR])
def test_the_roles_own_agent_is_no_stranger(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From what host_check reads of this process to what preflight refuses."""
    monkeypatch.setattr(
        facts, "text", lambda path, read=facts.text: text if path == f"/proc/{os.getpid()}/cgroup" else read(path)
    )
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        seen = {"ports": sockets.read(dict), "directories": {}}
    needs = {"ports": {"mesos_slave_port": port}, "units": ["mesos-slave"]}
    assert host_problems(seen, needs, 0, "d") == []
    (refused,) = host_problems(seen, {**needs, "units": ["mesos-master"]}, 0, "d")
    assert refused.startswith(f"d: its port {port} (mesos_slave_port) is taken by mesos-slave.service (")


LOADED = {"LoadState": "loaded", "ActiveState": "inactive", "InactiveEnterTimestamp": "Sun 19:12"}
BEFORE = {"UnitFileState": "enabled", "ActiveEnterTimestampMonotonic": "77"}
RECORD, MASK = "/run/quorum-mesos/zookeeper", "/run/quorum-mesos/zookeeper.masked"


@pytest.mark.parametrize(
    ("shown", "files", "found"),
    [
        (LOADED, [RECORD], (False, "Sun 19:12")),
        # What the roles stop has no record, and neither has a unit that has never run.
        (LOADED, [], (False, None)),
        ({**LOADED, **BEFORE}, [], (False, "Sun 19:12")),
        ({**LOADED, **BEFORE, "UnitFileState": "disabled"}, [], (False, None)),
        ({**LOADED, **BEFORE, "ActiveEnterTimestampMonotonic": "0"}, [], (False, None)),
        ({**LOADED, "ActiveState": "active"}, [RECORD], (False, None)),
        ({**LOADED, "ActiveState": "failed"}, [RECORD], (False, None)),
        ({"LoadState": "not-found", "ActiveState": "inactive"}, [RECORD], (False, None)),
        ({"LoadState": "masked", "ActiveState": "inactive"}, [RECORD], (True, None)),
        ({"LoadState": "masked", "ActiveState": "inactive"}, [MASK], (False, None)),
        ({}, [], (False, None)),
    ],
)
def test_what_somebody_has_masked_or_stopped(
    shown: dict[str, str], files: list[str], found: tuple[bool, str | None]
) -> None:
    state = stopped.state("zookeeper", shown, files.__contains__)
    assert (state["masked"], state["stopped"]) == found


def test_units_are_read_in_their_order() -> None:
    output = "LoadState=loaded\nActiveState=active\n\nLoadState=not-found\nActiveState=inactive\n"
    assert stopped.parse(["docker", "zookeeper"], output) == {
        "docker": {"LoadState": "loaded", "ActiveState": "active"},
        "zookeeper": {"LoadState": "not-found", "ActiveState": "inactive"},
    }


def test_who_holds_a_port() -> None:
    processes = [
        sockets.Process(10, 998, MASTER, ()),
        sockets.Process(11, 0, "0::/system.slice/ssh.service", ()),
        sockets.Process(12, 0, f"0::/system.slice/docker-{CONTAINER}.scope", {"4712"}),
        sockets.Process(13, 997, f"0::/system.slice/docker-{CONTAINER}.scope", ()),
    ]
    found = sockets.owners(sockets.listening([TCP, TCP6]), processes)
    docker, address = [f"docker-{CONTAINER}.scope"], "172.29.107.11"
    assert found == [
        # Whose socket it is cannot be seen, and only one unit has a process of this user.
        {"port": 5050, "address": address, "pid": None, "units": ["mesos-master.service"], "container": None},
        {"port": 5051, "address": address, "pid": 12, "units": docker, "container": CONTAINER},
        {"port": 8080, "address": "::", "pid": None, "units": docker, "container": CONTAINER},
    ]


def test_who_holds_a_port_that_root_has_opened() -> None:
    """HAProxy binds its ports, gives up its rights, and in some containers not even root may look at it then."""
    by_root = TCP.replace("  998 ", "    0 ", 1)
    processes = [
        sockets.Process(10, 996, "0::/system.slice/haproxy.service", None),
        sockets.Process(11, 0, "0::/system.slice/ssh.service", ()),
    ]
    first, *_others = sockets.owners(sockets.listening([by_root]), processes)
    assert (first["port"], first["pid"], first["units"]) == (5050, None, ["haproxy.service"])


RESOLVED = {"port": 53, "address": "127.0.0.53", "pid": 7, "process": "systemd-resolve",
            "units": ["systemd-resolved.service"], "container": None}  # fmt: skip
DNSMASQ = {**RESOLVED, "address": "0.0.0.0", "process": "dnsmasq", "units": ["dnsmasq.service"]}


@pytest.mark.parametrize(
    ("seen", "addresses", "holder"),
    [
        ([RESOLVED], ["127.0.0.1", "10.0.0.1"], None),
        ([RESOLVED], ["127.0.0.1", "127.0.0.53"], "systemd-resolved"),
        ([RESOLVED], None, "systemd-resolved"),
        ([RESOLVED, DNSMASQ], ["127.0.0.1", "10.0.0.1"], "dnsmasq"),
        ([{**DNSMASQ, "address": "10.0.0.1"}], ["127.0.0.1", "10.0.0.1"], "dnsmasq"),
        ([{**DNSMASQ, "address": "192.168.122.1"}], ["127.0.0.1", "10.0.0.1"], None),
        ([{**DNSMASQ, "address": "::"}], ["10.0.0.1"], "dnsmasq"),
    ],
)
def test_a_port_is_taken_where_the_addresses_meet(
    seen: list[dict[str, object]], addresses: list[str] | None, holder: str | None
) -> None:
    needs = {"ports": {"mesos_dns_port": 53}, "units": ["named"]}
    if addresses:
        needs["addresses"] = {"mesos_dns_port": addresses}
    found = host_problems({"ports": seen, "directories": {}}, needs, 0, "d")
    assert len(found) == bool(holder)
    for problem in found:
        assert problem.startswith(f"d: its port 53 (mesos_dns_port) is taken by {holder}.service (")


def test_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (entry,) = [entry for entry in sockets.read(dict) if entry["port"] == port]
    assert entry["pid"] == os.getpid()
    assert facts.free_disk("/nowhere/at/all")["all"] > 0
    assert (facts.memory(facts.text("/proc/meminfo")) or 0) > 100
    assert set(facts.addresses()) == {"ipv4", "ipv6"}


@pytest.mark.parametrize(("files", "version"), [(["cgroup.controllers"], 2), (["memory/"], 1), ([], 0)])
def test_control_groups(tmp_path, files: list[str], version: int) -> None:
    for name in files:
        (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text("")
    assert facts.cgroup_version(str(tmp_path)) == version


@pytest.mark.parametrize(("value", "state"), [("1", "enforcing"), ("0", "permissive"), (None, "disabled")])
def test_selinux(tmp_path, value: str | None, state: str) -> None:
    if value is not None:
        (tmp_path / "enforce").write_text(value)
    assert facts.selinux(str(tmp_path)) == state


@pytest.mark.parametrize(
    ("clocks", "refused"),
    [
        ({"a": (0, 0.5)}, False),
        ({"a": (0, 0.5), "b": (11, 11.4)}, True),
        # The delay of the connection may explain the rest.
        ({"a": (0, 4), "b": (11, 15)}, False),
        # The controller's own clock is nobody's business.
        ({"a": (-3600, -3599), "b": (-3601, -3600), "c": (-3600, -3599)}, False),
        ({"a": (0, 1), "b": (-20, -19), "c": (0, 1)}, True),
    ],
)
def test_clocks(clocks: dict[str, tuple[float, float]], refused: bool) -> None:
    given = {name: {"least": least, "most": most} for name, (least, most) in clocks.items()}
    assert bool(hosts.clock_problems(given, 10, "b")) is refused
    assert hosts.clock_problems(given, 10, "a") == []


@pytest.mark.parametrize(
    ("variables", "address"),
    [
        ({}, "a"),
        ({"ansible_host": "1.1.1.1"}, "1.1.1.1"),
        ({"ansible_host": "1.1.1.1", "quorum_address": "fd00::1"}, "fd00::1"),
        ({"quorum_address": "fd00::1", "own": "10.0.0.1"}, "10.0.0.1"),
    ],
)
def test_the_address_of_a_host(variables: dict[str, str], address: str) -> None:
    assert cluster.address_of(variables, "a", "own") == address
