"""What keeps every role from a host, and the network's settings from being written there."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import common, host

from .hosts import HOST, NO_SYSTEMD, NO_SYSTEMD_SAID

SEEN = HOST["__common_host"]
ON = {"__common_hosts_file": "present"}
REFUSED: list[tuple[dict[str, Any], str]] = [
    (NO_SYSTEMD, NO_SYSTEMD_SAID),
    (
        {"__common_system_version": "11"},
        "a: it runs Debian 12.11, which the roles do not know; use Debian 12 or 13, Ubuntu 22.04 or 24.04, or RHEL 7, "
        "8 or 9 or what is built from it.",
    ),
    (
        {"__common_minimum_memory": "4096"},
        "a: it has 2048 MiB of memory, and quorum_minimum_memory is 4096; give it more or lower the limit.",
    ),
    (
        {"__common_seen": {name: {"clock": {"least": at, "most": at + 1}} for name, at in (("a", 60), ("b", 0))}},
        "a: its clock is at least 59.0 s ahead of that of b, and quorum_clock_skew is 10; let chrony or "
        "systemd-timesyncd set the clocks.",
    ),
    (
        {"__common_all_members": [{"host": "a", "address": "10.0.0.1"}, {"host": "b", "address": "10.0.0.1"}]},
        "a: the hosts a, b have the same address 10.0.0.1; give each its own with quorum_address.",
    ),
    (
        {"__common_ports": [{"option": "one_port", "port": 80}, {"option": "other_port", "port": "80"}]},
        "a: one_port and other_port are both 80 on this host; give one of them another port.",
    ),
    (
        {"__common_host": {**SEEN, "directories": {"/opt": {"read_only": True, "free": 9, "all": 9}}}},
        "a: /opt (programs) is on a read-only file system; mount it so that it can be written, and see dmesg for why "
        "it is not.",
    ),
    ({"__common_hosts_file": "yes"}, "a: quorum_hosts_file is 'yes'; write present, absent or nothing."),
    (
        {"__common_firewall": "iptables"},
        "a: quorum_firewall is 'iptables'; write nftables, firewalld, ufw, absent or nothing.",
    ),
    (
        {"__common_firewall": ["nftables"]},
        "a: quorum_firewall is '['nftables']'; write nftables, firewalld, ufw, absent or nothing.",
    ),
    (
        {**ON, "__common_places": ["10.0.0.1", "b.example.org"]},
        "a: the address 'b.example.org' of a host is a name, of which neither a hosts file nor a firewall can make "
        "use; give the host its IP address with quorum_address.",
    ),
    (
        {**ON, "__common_other_places": ["10.0.0.300"]},
        "a: quorum_other_addresses of a host has '10.0.0.300', which is no IP address; write it like 192.168.20.41.",
    ),
    (
        {**ON, "__common_neighbours": [{"host": "a\nb"}]},
        'a: the name "a\\nb" of a host is none that a hosts file keeps; rename the host.',
    ),
    (
        {**ON, "__common_sources": ["office"]},
        "a: quorum_firewall_sources has 'office', which is no network; write it like 10.0.0.0/8.",
    ),
    (
        {"__common_firewall": "ufw"},
        "a: quorum_firewall is ufw, which does not run there; start it, or choose nftables.",
    ),
    (
        {
            "__common_firewall": "firewalld",
            "group_names": ["marathon"],
            "__common_host": {**SEEN, "units": {"firewalld": True}},
        },
        "a: behind firewalld the masters reach Marathon only on a port that is known beforehand; set LIBPROCESS_PORT "
        "in marathon_environment to a free port.",
    ),
]


WRONG = [
    ("quorum_minimum_memory", "2GB", "a whole number (MiB)"),
    ("quorum_minimum_memory", None, "a whole number (MiB)"),
    ("quorum_minimum_disk", -1, "a whole number (MiB)"),
    ("quorum_minimum_disk", 1.5, "a whole number (MiB)"),
    ("quorum_clock_skew", "5s", "a number (seconds)"),
    ("quorum_clock_skew", "nan", "a number (seconds)"),
    ("quorum_start_stopped", "maybe", "true or false"),
    ("quorum_drain_surge", "flase", "true or false"),
    ("quorum_drain_surge", ["no"], "true or false"),
]


@pytest.mark.parametrize(("name", "value", "form"), WRONG)
def test_a_variable_that_is_no_number_or_switch(name: str, value: Any, form: str) -> None:
    read = {name.replace("quorum_", "__common_"): value, name: value}
    assert host.problems({**HOST, **read}) == [f"a: {name} is '{value}'; write {form}."]
    assert host.variables_plan({**HOST, **read})["problems"] == [f"a: {name} is '{value}'; write {form}."]
    assert common.host_problems({**HOST, **read}, {"directories": {"data": "/opt"}}) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("quorum_minimum_disk", "0"), ("quorum_clock_skew", "0.5"), ("quorum_drain_surge", "no"),
        ("quorum_start_stopped", 1),
    ],
)  # fmt: skip
def test_text_may_be_a_number_or_a_switch(name: str, value: Any) -> None:
    assert host.problems({**HOST, name: value}) == []


def test_a_good_host_has_no_problem() -> None:
    assert host.problems(HOST) == []


@pytest.mark.parametrize(("values", "said"), REFUSED)
def test_what_cannot_work_is_said(values: dict[str, Any], said: str) -> None:
    assert host.problems({**HOST, **values}) == [said]


@pytest.mark.parametrize("values", [{"__common_hosts_file": ""}, {"__common_hosts_file": "absent"}])
def test_names_are_of_no_matter_where_nothing_is_written(values: dict[str, Any]) -> None:
    assert host.problems({**HOST, **values, "__common_places": ["b.example.org"]}) == []


def test_a_port_that_no_rule_takes() -> None:
    (said,) = host.problems({**HOST, **ON, "__common_port_options": {"mesos_slave_port": ["50-51-52"]}})
    assert said.startswith("a: mesos_slave_port")


def test_addresses_are_looked_through_by_one_host() -> None:
    members = [{"host": "a", "address": "10.0.0.1"}, {"host": "b", "address": "10.0.0.1"}]
    assert host.problems({**HOST, "ansible_play_hosts": ["b", "a"], "__common_all_members": members}) == []


def test_a_variable_that_no_role_reads() -> None:
    (said,) = host.problems({**HOST, "mesos_slave_prot": 5051, "other": 1})
    assert "mesos_slave_prot" in said
    assert "mesos_slave_port" in said


def test_the_network_alone_says_nothing_of_the_host() -> None:
    assert host.network_plan({**HOST, **NO_SYSTEMD})["problems"] == []
    assert len(host.network_plan({**HOST, "__common_hosts_file": "yes"})["problems"]) == 1
