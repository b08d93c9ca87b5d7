"""Which addresses a host has, and what an answer to an ARP probe says."""

from __future__ import annotations

import socket

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._host import shared_address

SHOWN = """\
1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
7: eth0@if8    inet 192.0.2.31/24 brd 192.0.2.255 scope global eth0\\       valid_lft forever preferred_lft forever
7: eth0@if8    inet 192.0.2.100/24 scope global secondary eth0\\       valid_lft forever preferred_lft forever
9: tun0    inet 10.8.0.2 peer 10.8.0.1/32 scope global tun0\\       valid_lft forever preferred_lft forever
"""
# From a host with 192.0.2.31 and 192.0.2.100 in the same network.
TABLE = """\
Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 0.0.0.0
        /0 universe UNICAST
     |-- 192.0.2.0
        /24 link UNICAST
Local:
  +-- 0.0.0.0/0 3 0 5
     +-- 127.0.0.0/8 2 0 2
        |-- 127.0.0.1
           /32 host LOCAL
     +-- 192.0.2.0/24 2 0 2
        |-- 192.0.2.31
           /32 host LOCAL
        |-- 192.0.2.100
           /32 host LOCAL
        |-- 192.0.2.255
           /32 link BROADCAST
"""
KNOWN = {"lo": ["127.0.0.1/8"], "eth0": ["192.0.2.31/24", "192.0.2.100/24"], "tun0": ["10.8.0.2"]}


def test_interfaces_have_their_addresses() -> None:
    assert shared_address.interfaces(SHOWN) == KNOWN
    assert shared_address.interfaces("") == {}


@pytest.mark.parametrize(("address", "interface"), [("192.0.2.7", "eth0"), ("198.51.100.1", None), ("127.0.0.9", None)])
def test_the_network_of_an_address(address: str, interface: str | None) -> None:
    assert shared_address.on_link(KNOWN, address) == interface


def test_the_host_s_own_addresses_are_no_networks_and_no_broadcasts() -> None:
    assert shared_address.local(TABLE) == {"127.0.0.1", "192.0.2.31", "192.0.2.100"}
    assert shared_address.local("") == set()


def reply(address: str, operation: bytes = b"\x00\x02") -> bytes:
    sender = bytes.fromhex("02420a000064") + socket.inet_aton(address)
    return b"\x02" * 12 + b"\x08\x06\x00\x01\x08\x00\x06\x04" + operation + sender + b"\x00" * 10 + b"\x00" * 18


@pytest.mark.parametrize(
    ("frame", "who"),
    [
        (reply("192.0.2.100"), "02:42:0a:00:00:64"),
        (reply("192.0.2.7"), None),
        (reply("192.0.2.100", b"\x00\x01"), None),
        (reply("192.0.2.100")[:30], None),
        (b"\x02" * 12 + b"\x08\x00" + b"\x00" * 46, None),
    ],
)
def test_only_a_reply_of_the_address_is_an_answer(frame: bytes, who: str | None) -> None:
    assert shared_address.answered(frame, "192.0.2.100") == who


def test_a_probe_names_no_sender() -> None:
    frame = shared_address.question(b"\x02" * 6, "192.0.2.100")
    assert len(frame) == 42
    assert frame[:6] == b"\xff" * 6
    assert frame[28:32] == b"\x00" * 4
    assert frame[38:] == socket.inet_aton("192.0.2.100")


def test_an_interface_that_is_not_there_answers_nothing() -> None:
    assert shared_address.ask("nosuch0", "192.0.2.100", 0.1) is None
