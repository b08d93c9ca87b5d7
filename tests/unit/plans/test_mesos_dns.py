"""What the role mesos_dns refuses before it changes a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import mesos_dns

from .hosts import HOST

NEEDS = {
    "units": ["named", "marathon-dns"],
    "ports": {"mesos_dns_port": 53, "mesos_dns_status_port": 9093},
    "addresses": {"mesos_dns_port": ["127.0.0.1", "10.0.0.1"], "mesos_dns_status_port": ["127.0.0.1"]},
}
VALUES: dict[str, Any] = {
    **HOST,
    "groups": {"dns": ["a"]},
    "__common_old_redhat": False,
    "__common_selinux": "False",
    "__mesos_dns_needs": NEEDS,
    "__mesos_dns_server_unit": "/etc/systemd/system/named.service",
    "mesos_dns_install_method": "package",
    "mesos_dns_archive": "",
    "mesos_dns_archive_checksum": "",
    "mesos_dns_image": "",
    "mesos_dns_container_options": [],
    "mesos_dns_config": {},
    "mesos_dns_group": "dns",
    "mesos_dns_packages": ["bind9", "python3-dnspython"],
    "mesos_dns_domain": "mesos",
    "mesos_dns_port": 53,
    "mesos_dns_addresses": ["10.0.0.1"],
    "mesos_dns_recursion_networks": [],
    "mesos_dns_forwarders": [],
    "mesos_dns_ttl": 5,
    "mesos_dns_negative_ttl": 5,
    "mesos_dns_key": "",
    "mesos_dns_master_urls": ["http://10.0.0.2:5050"],
    "mesos_dns_master_credentials": {},
    "mesos_dns_master_ca": "",
    "mesos_dns_marathon_urls": ["http://10.0.0.2:8080"],
    "mesos_dns_marathon_credentials": {},
    "mesos_dns_marathon_ca": "",
    "mesos_dns_ip_sources": ["netinfo", "host"],
    "mesos_dns_interval": 30,
    "mesos_dns_debounce": 0.5,
    "mesos_dns_guard": 0.5,
}
NETWORKS = {"mesos_dns_recursion_networks": ["10.0.0.0/8"]}


def problems(**values: Any) -> list[str]:
    return list(mesos_dns.main({**VALUES, **values})["problems"])


@pytest.mark.parametrize(
    "values",
    [
        {},
        {**NETWORKS, "mesos_dns_forwarders": ["10.0.0.2", "fd00::2"]},
        {"mesos_dns_recursion_networks": ["fd00::/8", "10.0.0.7"]},
        {"mesos_dns_addresses": ["10.0.0.1", "fd00::1"], "mesos_dns_domain": "dns.example.org"},
        {"mesos_dns_key": "c2VjcmV0IG9mIDE2IGJ5dGVz", "mesos_dns_ttl": "0"},
        {"mesos_dns_master_credentials": {"principal": "dns", "secret": "fake"}},
        # Of the controller, where the roles of masters and Marathon have them from.
        {"mesos_dns_master_ca": "certificates/ca.pem", "mesos_dns_marathon_ca": "/our certificates/ca.pem"},
        {"__common_selinux": True},
        {"mesos_dns_port": 5353, "__mesos_dns_needs": {**NEEDS, "ports": {"mesos_dns_port": 5353}}},
    ],
)
def test_what_can_work_has_no_problem(values: dict[str, Any]) -> None:
    assert problems(**values) == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"groups": {}}, "it is not in the group dns"),
        ({"mesos_dns_packages": ["--allow"]}, "mesos_dns_packages has '--allow'"),
        ({"__common_old_redhat": True}, "its Python is too old"),
        ({"__common_selinux": True, "mesos_dns_port": 5353}, "mesos_dns_port is 5353, and SELinux"),
        ({"mesos_dns_domain": "Mesos"}, "mesos_dns_domain is 'Mesos'"),
        ({"mesos_dns_domain": "mesos."}, "without a dot at its end"),
        ({"mesos_dns_domain": 'm"; }; zone "x'}, "mesos_dns_domain is"),
        ({"mesos_dns_domain": ""}, "mesos_dns_domain is ''"),
        ({"mesos_dns_domain": ".".join(["a" * 60] * 4)}, "at most 200"),
        ({"mesos_dns_ttl": -1}, "mesos_dns_ttl is -1"),
        ({"mesos_dns_negative_ttl": 86401}, "mesos_dns_negative_ttl is 86401"),
        ({"__mesos_dns_needs": {**NEEDS, "ports": {"mesos_dns_port": 0}}}, "mesos_dns_port is 0"),
        ({"mesos_dns_addresses": []}, "set mesos_dns_addresses"),
        ({"mesos_dns_addresses": ["dns1.example.org"]}, "mesos_dns_addresses has 'dns1.example.org'"),
        ({"mesos_dns_addresses": ["0.0.0.0"]}, "write each IP address"),
        ({"mesos_dns_addresses": ["fe80::1%eth0"]}, "write each IP address"),
        ({"mesos_dns_recursion_networks": ["10.0.0.1/8"]}, "mesos_dns_recursion_networks has '10.0.0.1/8'"),
        ({"mesos_dns_recursion_networks": ["any"]}, "which is no network"),
        ({"mesos_dns_recursion_networks": ["10.0.0.0/255.0.0.0"]}, "which is no network"),
        ({"mesos_dns_recursion_networks": "10.0.0.0/8"}, "mesos_dns_recursion_networks is '10.0.0.0/8'; write a list"),
        ({"mesos_dns_addresses": "10.0.0.1"}, "mesos_dns_addresses is '10.0.0.1'; write a list"),
        ({"mesos_dns_forwarders": None}, "mesos_dns_forwarders is None; write a list"),
        ({"mesos_dns_ttl": "\u0663"}, "mesos_dns_ttl is '\\u0663'"),
        ({**NETWORKS, "mesos_dns_forwarders": ["10.0.0.2 port 54"]}, "mesos_dns_forwarders has '10.0.0.2 port 54'"),
        ({**NETWORKS, "mesos_dns_forwarders": ["10.0.0.1"]}, "which is this server itself"),
        ({"mesos_dns_forwarders": ["10.0.0.2"]}, "are asked for nobody"),
        ({"mesos_dns_key": "short"}, "mesos_dns_key must be"),
        ({"mesos_dns_master_urls": []}, "no master is known; set mesos_dns_master_urls"),
        ({"mesos_dns_master_urls": ["http://me:it@10.0.0.1:5050"]}, "without a user"),
        ({"mesos_dns_master_urls": "http://10.0.0.1:5050"}, "mesos_dns_master_urls is 'http://10.0.0.1:5050'; write a"),
        ({"mesos_dns_master_urls": ["http://10.0.0.1:99999"]}, "mesos_dns_master_urls has 'http://10.0.0.1:99999'"),
        ({"mesos_dns_master_urls": ["http://[::1:5050"]}, "mesos_dns_master_urls has"),
        ({"mesos_dns_marathon_urls": ["http://10.0.0.1:web"]}, "mesos_dns_marathon_urls has 'http://10.0.0.1:web'"),
        ({"mesos_dns_master_credentials": {"principal": "me"}}, "has no principal or no secret"),
        ({"mesos_dns_marathon_urls": []}, "no Marathon is known; set mesos_dns_marathon_urls"),
        ({"mesos_dns_marathon_credentials": {"password": "fake"}}, "has no username or no password"),
        ({"mesos_dns_ip_sources": ["docker"]}, "mesos_dns_ip_sources is ['docker']"),
        ({"mesos_dns_ip_sources": []}, "mesos_dns_ip_sources is []"),
        ({"mesos_dns_guard": 1.5}, "mesos_dns_guard is 1.5"),
        ({"mesos_dns_interval": 0}, "mesos_dns_interval is 0"),
        ({"mesos_dns_debounce": 6}, "mesos_dns_debounce is 6"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(values: dict[str, Any], said: str) -> None:
    (problem,) = problems(**values)
    assert problem.startswith("a: ")
    assert said in problem


def test_a_secret_does_not_show_in_what_is_refused() -> None:
    assert "fake" not in str(problems(mesos_dns_key="fake"))
    assert "fake" not in str(problems(mesos_dns_master_credentials={"secret": "fake"}))


def host(*ports: dict[str, Any], unit: str | None = None) -> dict[str, Any]:
    files = {"/etc/systemd/system/named.service": unit}
    return {**HOST["__common_host"], "ports": list(ports), "files": files}


def test_the_zones_of_a_bind_that_is_there_are_not_lost() -> None:
    named = {
        "port": 53, "address": "10.0.0.1", "pid": 9, "process": "named", "units": ["named.service"], "container": None,
    }  # fmt: skip
    (problem,) = problems(__common_host=host(named))
    assert problem.startswith("a: a BIND runs there that the role has not set up")
    assert problems(__common_host=host(named, unit="# Ansible managed")) == []


def test_who_has_the_port_is_said_where_the_addresses_meet() -> None:
    resolved = {
        "port": 53, "address": "127.0.0.53", "pid": 7, "process": "systemd-resolve",
        "units": ["systemd-resolved.service"], "container": None,
    }  # fmt: skip
    dnsmasq = {**resolved, "address": "0.0.0.0", "process": "dnsmasq", "units": ["dnsmasq.service"]}
    assert problems(__common_host=host(resolved)) == []
    (problem,) = problems(__common_host=host(resolved, dnsmasq))
    assert problem == (
        "a: its port 53 (mesos_dns_port) is taken by dnsmasq.service (dnsmasq, process 7); "
        "stop that or choose another port."
    )
