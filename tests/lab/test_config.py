"""The lab's own settings: what the variables mean and what is refused."""

from __future__ import annotations

import pytest

from lab import inventory
from lab.config import LabError, Program, from_environment

ENGINE = Program("/build/engine.tar.gz", "sha256:" + "0" * 64)


def test_the_default_lab_has_three_masters_and_three_slaves() -> None:
    config = from_environment({})
    assert [host.name for host in config.in_group("mesos_masters")] == ["master1", "master2", "master3"]
    assert [host.address for host in config.in_group("mesos_slaves")] == [f"172.29.77.2{n}" for n in (1, 2, 3)]
    assert config.registry.address == "172.29.77.5"


def test_a_single_host_is_in_all_four_groups() -> None:
    config = from_environment({"LAB_LAYOUT": "single"})
    for group in ("zookeeper", "mesos_masters", "mesos_slaves", "marathon"):
        assert [host.name for host in config.in_group(group)] == ["node1"]


def test_a_lab_has_a_load_balancer_or_as_many_as_are_asked_for() -> None:
    config = from_environment({"LAB_BALANCERS": "2"})
    assert [host.address for host in config.in_group("load_balancers")] == ["172.29.77.31", "172.29.77.32"]
    assert [host.name for host in from_environment({}).in_group("load_balancers")] == ["balancer1"]
    for none in ({"LAB_BALANCERS": "0"}, {"LAB_LAYOUT": "single"}):
        assert from_environment(none).in_group("load_balancers") == []
        assert inventory.build(from_environment(none), ENGINE)["all"]["children"]["load_balancers"]["hosts"] == {}


def test_a_load_balancer_of_the_lab_is_a_dns_server_too() -> None:
    config = from_environment({"LAB_BALANCERS": "2"})
    groups = inventory.build(config, ENGINE)["all"]["children"]
    assert groups["dns"]["hosts"] == groups["load_balancers"]["hosts"] == {
        "balancer1": {"ansible_host": "172.29.77.31"}, "balancer2": {"ansible_host": "172.29.77.32"},
    }  # fmt: skip
    single = inventory.build(from_environment({"LAB_LAYOUT": "single", "LAB_BALANCERS": "1"}), ENGINE)
    assert list(single["all"]["children"]["dns"]["hosts"]) == ["balancer1"]


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"LAB_MASTERS": "2"}, ["LAB_MASTERS=2", "odd"]),
        ({"LAB_MASTERS": "0"}, ["LAB_MASTERS=0", "1 to 9"]),
        ({"LAB_SLAVES": "many"}, ["LAB_SLAVES=many", "1 to 9"]),
        ({"LAB_NETWORK": "172.29.77.1/24"}, ["LAB_NETWORK=172.29.77.1/24", "172.29.77.0/24"]),
        ({"LAB_NETWORK": "172.29.77.0/28"}, ["LAB_NETWORK=172.29.77.0/28", "/24"]),
        ({"MESOS_ARCHIVE": "/srv/mesos.tgz"}, ["MESOS_ARCHIVE=/srv/mesos.tgz", "MESOS_CHECKSUM"]),
    ],
)
def test_a_wrong_variable_is_named_with_its_remedy(environ: dict[str, str], words: list[str]) -> None:
    with pytest.raises(LabError) as refused:
        from_environment(environ)
    for word in words:
        assert word in str(refused.value)


def test_the_engine_stands_in_where_no_archive_is_given() -> None:
    config = from_environment({"MARATHON_ARCHIVE": "/srv/marathon.tgz", "MARATHON_CHECKSUM": "f" * 64})
    groups = inventory.build(config, ENGINE)["all"]["children"]
    assert groups["mesos_masters"]["vars"]["mesos_master_archive"] == ENGINE.archive
    assert groups["mesos_masters"]["vars"]["mesos_master_packages"] == []
    marathon = groups["marathon"]["vars"]
    assert marathon == {"marathon_archive": "/srv/marathon.tgz", "marathon_archive_checksum": "sha256:" + "f" * 64}
