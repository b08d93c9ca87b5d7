"""Which machine a task means, and which names no master takes."""

from __future__ import annotations

import re

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import InvalidOption, NotFound
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance import machines
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.maintenance.machines import Machine

from ..fakes import agent

ONE, TWO = Machine("slave1", "10.0.0.1"), Machine("slave2", "10.0.0.2")


def test_the_machine_of_an_agent_is_its_name_and_the_address_it_registers_from() -> None:
    assert machines.of_agent(agent(1)) == ONE
    assert machines.of_agent({**agent(1), "pid": "slave(1)@[fd00::1]:5051"}) == Machine("slave1", "fd00::1")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Machine("slave1"), ONE),
        (Machine("SLAVE1"), ONE),
        (Machine(ip="10.0.0.2"), TWO),
        (ONE, ONE),
        (Machine("slave1", "10.0.0.9"), Machine("slave1", "10.0.0.9")),
        (Machine("slave3"), None),
    ],
)
def test_half_a_name_is_completed(wanted: Machine, found: Machine | None) -> None:
    assert machines.resolved(wanted, [ONE, TWO]) == found


def test_several_agents_of_a_machine_are_one() -> None:
    assert machines.resolved(Machine("slave1"), [ONE, ONE]) == ONE


def test_a_name_of_two_machines_is_none() -> None:
    with pytest.raises(NotFound, match=r"2 machines are called slave1 \(slave1 \(10.0.0.1\), slave1 \(10.0.0.5\)\)"):
        machines.resolved(Machine("slave1"), [ONE, Machine("slave1", "10.0.0.5")])


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ([], "machines is an empty list: name at least one"),
        ([{"hostname": "a"}, {"hostname": None, "ip": None}], "Entry 2 of machines is empty: give hostname"),
        ([{"hostname": " "}], "Entry 1 of machines is empty: give hostname"),
        ([{"ip": "10.0.0.256"}], "ip of entry 1 of machines is '10.0.0.256': Mesos takes IPv4"),
        ([{"ip": "fd00::1"}], "ip of entry 1 of machines is 'fd00::1': Mesos takes IPv4"),
        ([{"ip": "slave1"}], "ip of entry 1 of machines is 'slave1': Mesos takes IPv4"),
    ],
)
def test_names_that_no_master_takes(entries: list[dict[str, str]], words: str) -> None:
    with pytest.raises(InvalidOption, match=re.escape(words)):
        machines.declared(entries)


def test_a_machine_is_named_once() -> None:
    with pytest.raises(InvalidOption, match=r"machines names SLAVE1 \(10.0.0.1\) twice: leave one"):
        machines.distinct([ONE, TWO, Machine("SLAVE1", "10.0.0.1")])
