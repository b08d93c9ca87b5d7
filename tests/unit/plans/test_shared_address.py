"""The address that load balancers share: who has it first, and what is refused before keepalived is set up."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import shared_address

from .hosts import HOST

UNIT, FILE = "/etc/systemd/system/keepalived.service", "/etc/haproxy/keepalived.conf"
SHARED = "192.0.2.100"
WHO = "02:42:0a:00:00:64"


def seen(own: str, *more: str, answered: str | None = None) -> dict[str, Any]:
    interfaces = {"lo": ["127.0.0.1/8"], "eth0": [f"{own}/24", *more]}
    return {**HOST["__common_host"], "shared": {"interfaces": interfaces, "answered": answered}}


def values(**given: Any) -> dict[str, Any]:
    usual: dict[str, Any] = {
        **HOST,
        "groups": {"load_balancers": ["a", "b"]},
        "hostvars": {"a": {}, "b": {}},
        "ansible_play_hosts": ["a", "b"],
        "__common_neighbours": [
            {"host": "a", "address": "192.0.2.1"}, {"host": "b", "address": "192.0.2.2"},
            {"host": "m", "address": "192.0.2.9"},
        ],
        "__common_seen": {"a": seen("192.0.2.1"), "b": seen("192.0.2.2")},
        "haproxy_group": "load_balancers",
        "haproxy_address": f"{SHARED}/24",
        "haproxy_address_interface": "",
        "haproxy_address_router_id": 51,
        "haproxy_address_password": "",
    }  # fmt: skip
    usual |= given
    looked_at = usual["__common_seen"][usual["inventory_hostname"]]
    return {**usual, "__common_host": given.get("__common_host", looked_at)}


def planned(**given: Any) -> dict[str, Any]:
    return shared_address.plan(values(**given))


def test_the_order_of_the_group_says_who_has_it_first() -> None:
    first, second = planned(), planned(inventory_hostname="b")
    assert first["problems"] == first["warnings"] == second["problems"] == []
    assert first["settings"] == {
        "address": "192.0.2.100/24", "interface": "eth0", "own": "192.0.2.1", "peers": ["192.0.2.2"],
        "state": "MASTER", "priority": 154, "answers": 100, "router_id": 51,
    }  # fmt: skip
    assert (second["settings"]["state"], second["settings"]["priority"]) == ("BACKUP", 153)
    assert second["settings"]["peers"] == ["192.0.2.1"]


def test_any_host_that_answers_comes_before_any_that_does_not() -> None:
    first, last = "lb0", "lb99"
    group = [f"lb{number}" for number in range(100)]
    found = {
        name: planned(
            groups={"load_balancers": group},
            hostvars={one: {} for one in group},
            ansible_play_hosts=group,
            __common_neighbours=[{"host": one, "address": f"192.0.2.{at + 1}"} for at, one in enumerate(group)],
            __common_seen={name: seen(f"192.0.2.{group.index(name) + 1}")},
            inventory_hostname=name,
        )["settings"]
        for name in (first, last)
    }
    assert found[first]["priority"] + found[first]["answers"] == 254
    assert found[last]["priority"] + found[last]["answers"] > found[first]["priority"]
    assert found[last]["priority"] > 0


def test_none_is_shared_unless_asked_for() -> None:
    assert planned(haproxy_address="") == {"problems": [], "warnings": [], "settings": None}


def test_one_load_balancer_alone_is_a_warning() -> None:
    found = planned(groups={"load_balancers": ["a"]}, ansible_play_hosts=["a"])
    assert found["problems"] == []
    (warning,) = found["warnings"]
    assert warning.startswith("a: it is the only load balancer")
    assert found["settings"]["peers"] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"haproxy_address": "192.0.2.100"}, "haproxy_address is '192.0.2.100'; write an IPv4 address with the length"),
        ({"haproxy_address": "192.0.2.100/33"}, "haproxy_address is '192.0.2.100/33'"),
        ({"haproxy_address": "2001:db8::1/64"}, "haproxy_address is '2001:db8::1/64'"),
        ({"haproxy_address": "127.0.0.2/8"}, "haproxy_address is '127.0.0.2/8'"),
        ({"haproxy_address": "192.0.2.100/24\n}"}, "haproxy_address is '192.0.2.100/24\\n}'"),
        ({"haproxy_address": "192.0.2.9/24"}, "192.0.2.9 (haproxy_address) is the address of m"),
        ({"haproxy_address_router_id": 0}, "haproxy_address_router_id is '0'"),
        ({"haproxy_address_router_id": 256}, "haproxy_address_router_id is '256'"),
        ({"haproxy_address_interface": "eth0 }"}, "haproxy_address_interface is 'eth0 }'"),
        ({"haproxy_address_interface": "eth9"}, "haproxy_address_interface is eth9, which it has not"),
        ({"hostvars": {"a": {}, "b": {"haproxy_address_router_id": 52}}}, "router_id is 51 here and 52 on b"),
        ({"hostvars": {"a": {}, "b": {"haproxy_address": ""}}}, "192.0.2.100/24 here and not set on b"),
        (
            {"haproxy_address": "", "hostvars": {"a": {}, "b": {"haproxy_address": "192.0.2.100/24"}}},
            "haproxy_address is not set here, and it is 192.0.2.100/24 on b",
        ),
        (
            {"__common_neighbours": [{"host": "a", "address": "192.0.2.1"}, {"host": "b", "address": "b.example.org"}]},
            "the address of b for the other hosts is 'b.example.org'",
        ),
        ({"__common_host": seen("192.0.2.77")}, "none of its interfaces has its own address 192.0.2.1"),
        ({"__common_host": seen("192.0.2.1", answered=WHO)}, f"in use: the hardware address {WHO} answers for it"),
        (
            {"__common_host": {**seen("192.0.2.1"), "units": {"keepalived": True}}},
            "a keepalived runs there that the role has not set up",
        ),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(given: dict[str, Any], said: str) -> None:
    (problem,) = planned(**given)["problems"]
    assert said in problem


def test_an_address_that_a_load_balancer_has_is_not_taken() -> None:
    holder = {"a": seen("192.0.2.1"), "b": seen("192.0.2.2", f"{SHARED}/24")}
    assert planned(__common_seen=holder, __common_host=seen("192.0.2.1", answered=WHO))["problems"] == []


def test_with_a_part_of_the_group_nobody_is_refused_for_another_s_address() -> None:
    known = {**seen("192.0.2.1", answered=WHO), "files": {UNIT: "# [Service]"}}
    assert planned(ansible_play_hosts=["a"], __common_host=known)["problems"] == []


def test_a_new_one_is_not_set_up_without_the_others() -> None:
    (problem,) = planned(ansible_play_hosts=["a"])["problems"]
    assert "b must be told of it, else both have the address" in problem


def test_the_role_s_own_keepalived_is_no_stranger() -> None:
    own = {**seen("192.0.2.1"), "units": {"keepalived": True}, "files": {UNIT: "# [Service]", FILE: "# Ansible"}}
    assert planned(__common_host=own)["problems"] == []
    edited = {**own, "files": {UNIT: "[Unit]", FILE: None}}
    assert "that the role has not set up" in planned(__common_host=edited)["problems"][0]


@pytest.mark.parametrize("password", ["123456789", "a b", "a}b", "a\nb", '"', "#"])
def test_a_password_that_vrrp_cannot_have_is_not_shown(password: str) -> None:
    (problem,) = planned(haproxy_address_password=password)["problems"]
    assert problem.startswith("haproxy_address_password must be 1 to 8")
    assert password not in problem.removeprefix("haproxy_address_password must be 1 to 8 letters, digits and _.@%+=,- ")
