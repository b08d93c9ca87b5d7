"""Addresses and ports as a firewall wants them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agent import resources
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import network


@pytest.mark.parametrize(
    ("given", "ports"),
    [
        ({}, ["31000-32000"]),
        ("cpus:4;mem:2048", ["31000-32000"]),
        ("cpus:4;ports:[8000-8100, 31000-31999];mem:1", ["8000-8100", "31000-31999"]),
        ("ports(web):[80-80];ports(*):[31000-32000]", ["80-80", "31000-32000"]),
        ({"cpus": 1, "ports": ["80-90", "31000-32000"]}, ["80-90", "31000-32000"]),
        ([{"name": "cpus", "value": 2}, {"name": "ports", "value": "[5000-5010]"}], ["5000-5010"]),
        ("report:[1-2]", ["31000-32000"]),
    ],
)
def test_the_ports_of_tasks(given: Any, ports: list[str]) -> None:
    assert network.task_ports(resources.resources(given)) == ports


@pytest.mark.parametrize(
    ("version", "chosen"),
    [(4, ["10.0.0.0/8", "192.0.2.1"]), (6, ["2001:db8::/64", "fd00::1"])],
)
def test_networks_of_a_version(version: int, chosen: list[str]) -> None:
    given = ["192.0.2.1", "10.1.1.1", "10.0.0.5/8", "fd00::1", "[fd00::1]", "2001:db8::/64", "a.example.org"]
    assert network.of_version(given, version) == chosen
    assert network.no_address(given) == ["a.example.org"]
