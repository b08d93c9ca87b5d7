"""Every port of which a firewall's rules are made is looked at first: a value must not become another rule."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from rendered_role import ROLES, Role

# As the defaults of the variables name them.
GROUPS = ["zookeeper", "mesos_masters", "mesos_slaves", "marathon", "load_balancers", "dns"]
ANOTHER_RULE = "80 } accept"


def test_a_port_that_would_be_another_rule() -> None:
    role = Role("_common")
    text = (ROLES / "_common" / "vars" / "main" / "network.yml").read_text()
    options = sorted(set(re.findall(r"\b((?:zookeeper|mesos_\w+?|marathon|haproxy)_(?:\w+_)?ports?)\b(?= \|)", text)))
    assert {"mesos_dns_port", "haproxy_stats_port", "marathon_https_port", "zookeeper_peer_port"} <= set(options)
    given: dict[str, Any] = {"group_names": GROUPS, "quorum_firewall": "nftables"}
    given.update(dict.fromkeys(options, ANOTHER_RULE))
    said = role.problems(given)
    assert [option for option in options if not any(one.startswith(f"a: {option} has") for one in said)] == []


def test_a_port_of_dns_that_is_null_is_the_default() -> None:
    given = {"group_names": GROUPS, "mesos_dns_port": None}
    assert Role("_common").value("__common_datagram_ports", given) == ["53"]


@pytest.mark.parametrize(
    ("template", "rule"),
    [
        ("quorum.nft.j2", "meta l4proto 112 ip saddr != @peers4 drop"),
        ("ufw.rules.j2", "-A ufw-before-input -p 112 -s 10.0.0.1 -j ACCEPT"),
        ("firewalld-service.xml.j2", '<protocol value="vrrp"/>'),
        ("firewalld-policy.xml.j2", '<service name="quorum-peers"/>'),
    ],
)
def test_load_balancers_that_share_an_address_reach_each_other(template: str, rule: str) -> None:
    (service,) = [
        one
        for one in yaml.safe_load((ROLES / "_common" / "tasks" / "firewall" / "firewalld.yml").read_text())[0]["loop"]
        if "quorum-peers" in one["dest"] and "services" in one["dest"]
    ]
    role = Role("_common")
    given = {"groups": {"load_balancers": ["a"]}, "group_names": ["load_balancers"], "ansible_play_hosts": ["a"]}
    for address, there in (("192.0.2.100/24", True), ("", False)):
        options = {**given, "haproxy_address": address, "item": {"version": 4, "chain": "ufw-before-input"}}
        if "service" in template:
            options["item"] = role.value("item", {**options, "item": role.trusted(service)})
        options["ansible_search_path"] = [str(ROLES / "_common")]
        text = role.value(f"lookup('ansible.builtin.template', '{template}')", options)
        assert (rule in text) is there, text
