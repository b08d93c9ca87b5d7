"""Every port of which a firewall's rules are made is looked at first: a value must not become another rule."""

from __future__ import annotations

import re
from typing import Any

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
