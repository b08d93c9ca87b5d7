"""Variables that were meant as options, and ports that meet on one host."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ansible_collections.quorum.mesos.plugins.module_utils._preflight import foreign, ports
from ansible_collections.quorum.mesos.plugins.plugin_utils.role_options import all_options

ROLES = Path(__file__).resolve().parents[3] / "roles"


def test_the_options_of_all_roles() -> None:
    specs = [yaml.safe_load(path.read_text())["argument_specs"] for path in ROLES.glob("*/meta/argument_specs.yml")]
    assert all_options() == {name for spec in specs for name in (spec.get("main") or spec["network"])["options"]}
    assert {"mesos_slave_port", "docker_images", "zookeeper_id", "quorum_address"} < all_options()


def test_every_name_of_elsewhere_leads_to_options() -> None:
    options = all_options()
    assert not set(foreign.ELSEWHERE) & options
    assert {option for meant in foreign.ELSEWHERE.values() for option in meant} <= options


@pytest.mark.parametrize(
    ("names", "meant"),
    [
        (["mesos_quorum"], ["write mesos_master_quorum"]),
        (["mesos_containerizers"], ["write mesos_slave_containerizers"]),
        (["mesos_ip"], ["write mesos_master_ip or mesos_slave_ip"]),
        (["mesos_agent_attributes"], ["write mesos_slave_attributes"]),
        (["mesos_masters_quorum"], ["write mesos_master_quorum"]),
        (["mesos_master_qurom"], ["write mesos_master_quorum"]),
        (["docker_daemon_option"], ["write docker_daemon_options"]),
        (["docker_daemon_option", "docker_daemon_options"], ["write docker_daemon_options"]),
        (["marathon_zookeeper_connect"], ["write marathon_zk"]),
        # Whoever writes this means the role; what else it would be cannot be told.
        (["marathon_colour"], ["remove it"]),
        (["zookeeper_metrics_port"], ["remove it"]),
        # The user's own.
        (["mesos_datacentre", "docker_users", "quorum_members", "mesos_master_port"], []),
        (["mesos_work_dir", "mesos_slave_work_dir"], []),
        # Named as the groups are, which nearly any option resembles.
        (["mesos_masters", "mesos_slaves", "mesos_slave", "docker_images_dir"], []),
        # Of other programs that run beside a cluster.
        (["marathon_lb_image", "zookeeper_exporter_port", "mesos_master_exporter_port", "mesos_dns_version"], []),
        (["mesos_dns_recursion_network"], ["write mesos_dns_recursion_networks"]),
        (["docker_version", "docker_packages"], []),
    ],
)
def test_what_was_meant(names: list[str], meant: list[str]) -> None:
    found = foreign.problems(names, all_options(), "a")
    assert [sentence.rpartition("; ")[2] for sentence in found] == [f"{remedy}." for remedy in meant]


MASTER = {"option": "mesos_master_port", "port": 5050}


@pytest.mark.parametrize(
    ("other", "offered", "count"),
    [
        ({"port": 5050}, [], 1),
        ({"port": "5050"}, [], 1),
        ({"port": 5050, "address": "127.0.0.1"}, [], 1),
        ({"port": 5051}, [], 0),
        ({"port": ""}, [], 0),
        ({"port": "many"}, [], 0),
        ({"port": 31000}, ["31000-32000"], 1),
        ({"port": 30999}, ["31000-32000", "x-y"], 0),
        ({"port": 8080}, ["8080"], 1),
    ],
)
def test_ports_that_meet(other: dict[str, object], offered: list[str], count: int) -> None:
    assert len(ports.problems([MASTER, {"option": "other", **other}], offered, "a")) == count


def test_any_free_port_meets_none() -> None:
    any_port = {"option": "LIBPROCESS_PORT in marathon_environment", "port": "0"}
    assert ports.problems([any_port, {"option": "other", "port": 0}], ["0-100"], "a") == []


def test_two_addresses_have_a_port_each() -> None:
    given = [{**MASTER, "address": "10.0.0.1"}, {"option": "other", "port": 5050, "address": "127.0.0.1"}]
    assert ports.problems(given, [], "a") == []
    assert ports.problems([given[0], {**given[1], "address": "0.0.0.0"}], [], "a") == [
        "a: mesos_master_port and other are both 5050 on this host; give one of them another port."
    ]
