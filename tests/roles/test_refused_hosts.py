"""A host that a role cannot use is refused before anything changes."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
from spoilt_inventory import Cluster


def test_another_init(cluster: Cluster) -> None:
    cluster.shrink()
    assert "a: its init is upstart and must be systemd; use a host that was booted with systemd." in cluster.refusals(
        "-e", "service_mgr=upstart"
    )


@pytest.mark.parametrize(
    ("family", "system", "version", "known"),
    [
        ("Debian", "Debian", "13", True),
        ("Debian", "Ubuntu", "24.04", True),
        ("RedHat", "Rocky", "9.4", True),
        ("RedHat", "CentOS", "7.9", True),
        ("Debian", "Debian", "11.9", False),
        ("Debian", "Ubuntu", "23.10", False),
        ("RedHat", "Fedora", "42", False),
        ("Suse", "openSUSE Leap", "15.5", False),
    ],
)
def test_systems(cluster: Cluster, family: str, system: str, version: str, known: bool) -> None:
    cluster.shrink()
    facts = json.dumps({"os_family": family, "distribution": system, "distribution_version": version})
    if known:
        code, output = cluster.check("-e", facts)
        assert code == 0, output
        return
    assert (
        f"a: it runs {system} {version}, which the roles do not know; use Debian 12 or 13, Ubuntu 22.04 or 24.04, "
        "or RHEL 7, 8 or 9 or what is built from it."
    ) in cluster.refusals("-e", facts)


SEEN: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "a port that another unit has": (
        {"ports": [{"port": 5050, "pid": 7, "process": "nginx", "units": ["nginx.service"], "container": None}]},
        {},
        "a: its port 5050 (mesos_master_port) is taken by nginx.service (nginx, process 7); "
        "stop that or choose another port.",
    ),
    "a port that nobody knows": (
        {"ports": [{"port": 3888, "pid": None, "process": None, "units": [], "container": None}]},
        {},
        "a: its port 3888 (zookeeper_election_port) is taken by a program that cannot be seen; "
        "stop that or choose another port.",
    ),
    "no disk": (
        {"directories": {"/data/zk": {"free": 10, "all": 99}}},
        {"zookeeper_data_dir": "/data/zk"},
        "a: /data/zk (zookeeper_data_dir) has 10 MiB left of 99, and quorum_minimum_disk is 512; "
        "make room there or lower the limit.",
    ),
    "a file system that was mounted read-only after an error": (
        {"directories": {"/etc": {"free": 10, "all": 99, "read_only": True, "full": False}}},
        {},
        "a: /etc (settings and units) is on a read-only file system; mount it so that it can be written, and see dmesg "
        "for why it is not.",
    ),
    "no inodes": (
        {"directories": {"/var/lib/mesos/master": {"free": 999, "all": 999, "read_only": False, "full": True}}},
        {},
        "a: /var/lib/mesos/master (mesos_master_work_dir) is on a file system that is full (df and df -i tell of "
        "blocks and inodes); make room there.",
    ),
    "a master that was stopped by hand": (
        {"services": {"mesos-master": {"masked": False, "stopped": "Sun 2026-11-29 19:12:01 UTC"}}},
        {},
        "a: mesos-master has run and was stopped by somebody, or ended as it was told to (since Sun 2026-11-29 "
        "19:12:01 UTC); start it (systemctl start mesos-master), or let the roles start it with "
        "-e quorum_start_stopped=true.",
    ),
    "a masked Marathon": (
        {"services": {"marathon": {"masked": True, "stopped": None}}},
        {"quorum_start_stopped": True},
        "a: marathon is masked, so that nothing starts it; unmask it (systemctl unmask marathon), or take the host "
        "out of the group.",
    ),
    "no memory": (
        {"memory": 256},
        {},
        "a: it has 256 MiB of memory, and quorum_minimum_memory is 512; give it more or lower the limit.",
    ),
    "another id": (
        {"files": {"/var/lib/zookeeper/myid": "2"}},
        {"zookeeper_id": "{{ {'a': 1, 'b': 2, 'c': 3}[inventory_hostname] }}"},
        "a: its data belongs to server 2 (/var/lib/zookeeper/myid), and the inventory makes it server 1; "
        "set zookeeper_id to 2 for it, or empty /var/lib/zookeeper for a new server.",
    ),
    "control groups of version 2": (
        {"cgroup": 2},
        {"mesos_slave_isolation": ["cgroups/cpu"]},
        "d: mesos_slave_isolation has cgroups/cpu, and the host has control groups of version 2 alone, which Mesos "
        "1.11 cannot use; leave that out, boot it with systemd.unified_cgroup_hierarchy=0, or set "
        "mesos_slave_launcher to linux for a program that can use them.",
    ),
    "an unknown name": (
        {},
        {"quorum_minimum_memry": 1},
        "a: the variable 'quorum_minimum_memry' is no option of the role; write quorum_minimum_memory.",
    ),
    "one address twice": (
        {},
        {"quorum_address": "{{ '10.0.0.1' if inventory_hostname in 'ad' else '10.0.0.' ~ inventory_hostname }}"},
        "the hosts a, d have the same address 10.0.0.1; give each its own with quorum_address.",
    ),
    "a name where a firewall needs an address": (
        {},
        {"quorum_firewall": "nftables"},
        "a: the address 'a' of a host is a name, of which neither a hosts file nor a firewall can make use; "
        "give the host its IP address with quorum_address.",
    ),
    "no network": (
        {},
        {"quorum_hosts_file": "present", "quorum_firewall_sources": ["10.0.0.0/33"]},
        "a: quorum_firewall_sources has '10.0.0.0/33', which is no network; write it like 10.0.0.0/8.",
    ),
    "a port that would be another rule": (
        {},
        {
            "quorum_firewall": "nftables",
            "mesos_slave_resources": "ports:[1-2 } accept]",
            "quorum_address": "10.0.0.{{ 'abcd'.index(inventory_hostname) + 1 }}",
        },
        "mesos_slave_resources has '1-2 } accept', which is no port; write a number or a range like 31000-32000.",
    ),
    "an unknown firewall": (
        {},
        {"quorum_firewall": "iptables"},
        "a: quorum_firewall is 'iptables'; write nftables, firewalld, ufw, absent or nothing.",
    ),
    "a hosts file of yes": (
        {},
        {"quorum_hosts_file": True},
        "a: quorum_hosts_file is 'True'; write present, absent or nothing.",
    ),
    "a port that no firewall can know": (
        {},
        {"quorum_firewall": "ufw"},
        "a: behind ufw the masters reach Marathon only on a port that is known beforehand; "
        "set LIBPROCESS_PORT in marathon_environment to a free port.",
    ),
    "a firewall that does not run": (
        {"units": {"firewalld": False}},
        {"quorum_firewall": "firewalld"},
        "a: quorum_firewall is firewalld, which does not run there; start it, or choose nftables.",
    ),
    "an address of the host alone": (
        {},
        {"quorum_address": "{{ '127.0.1.1' if inventory_hostname == 'b' else inventory_hostname }}"},
        "the address of b is 127.0.1.1, where no other host reaches it; set its quorum_address.",
    ),
}


@pytest.mark.parametrize("case", list(SEEN))
def test_what_the_host_is_like(cluster: Cluster, case: str) -> None:
    seen, settings, sentence = SEEN[case]
    cluster.variables.update(settings)
    if "inventory_hostname" not in str(settings):
        cluster.shrink(agent=sentence.startswith("d: ") or "mesos_slave" in sentence)
    assert sentence in " ".join(cluster.refusals("-e", json.dumps({"seen": seen})))


def test_what_a_host_may_be_like(cluster: Cluster) -> None:
    ports = {2181: "zookeeper.service", 5050: "mesos-master.service", 5051: "mesos-slave.service", 22: "ssh.service"}
    seen = {
        "ports": [
            {"port": port, "pid": None, "process": None, "units": [unit], "container": None}
            for port, unit in ports.items()
        ]
        + [{"port": 8080, "pid": 9, "process": "java", "units": ["docker.service"], "container": "marathon"}],
        "cgroup": 2,
    }
    here = {host: {"files": {"/var/lib/zookeeper/myid": number}} for host, number in zip("abc", "12x", strict=True)}
    code, output = cluster.check("-e", json.dumps({"seen": seen, "seen_here": here}))
    assert code == 0, output


def test_a_clock_that_is_wrong(cluster: Cluster) -> None:
    cluster.hosts = {"zookeeper": ["a", "b", "c"]}
    here = {"b": {"clock": {"least": 29.9, "most": 30.4}}}
    (refused,) = cluster.refusals("-e", json.dumps({"seen_here": here}))
    assert refused == (
        "b: its clock is at least 29.8 s ahead of that of c, and quorum_clock_skew is 10; "
        "let chrony or systemd-timesyncd set the clocks."
    )
    assert cluster.check("-e", json.dumps({"seen_here": here}), "-e", "quorum_clock_skew=30")[0] == 0


def archive_with(path: Path, *names: str) -> dict[str, Any]:
    """An archive of Marathon that needs no package of the role."""
    with tarfile.open(path, "w:gz") as archive:
        for name in names:
            archive.addfile(tarfile.TarInfo(name))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return {
        "marathon_packages": [], "marathon_archive": str(path), "marathon_archive_checksum": f"sha256:{digest}",
    }  # fmt: skip


def test_a_marathon_without_libmesos(cluster: Cluster, tmp_path: Path) -> None:
    refused = {
        # Its master is from an image, which has none for other programs.
        "c": {"mesos_master_install_method": "container", "mesos_master_image": "mesos:1.11.0"},
        "without": {},
        "jar": archive_with(tmp_path / "real.tgz", "bin/marathon", "lib/marathon.jar"),
    }
    accepted = {
        # It has an agent from an archive.
        "d": {},
        "engine": archive_with(tmp_path / "engine.tgz", "bin/marathon", "lib/python/x.py"),
        "image": {"marathon_install_method": "container", "marathon_image": "marathon:1.11.24"},
        "option": {"marathon_native_library": "/srv/libmesos.so"},
        "variable": {"marathon_environment": {"MESOS_NATIVE_JAVA_LIBRARY": "/srv/libmesos.so"}},
        "by_hand": {},
    }
    cluster.hosts["marathon"] = [*refused, *accepted]
    cluster.host_variables = {**refused, **accepted}
    seen = {"by_hand": {"libmesos": "/usr/lib/libmesos.so"}}
    assert sorted(cluster.refusals("-e", json.dumps({"seen_here": seen}))) == [
        f"{host}: Marathon's program runs on Java and loads libmesos, and this host has no Mesos from an archive or a "
        "package; set marathon_native_library to the path of a libmesos.so there, or put the host into the group of "
        "the masters or the agents."
        for host in sorted(refused)
    ]
