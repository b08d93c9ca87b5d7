"""Which agents and offers are taken, and the reasons against the others."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agents import Name
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.execute.placement import Placement, fits, survey, take

from ..fakes import agent

NEEDS = {"cpus": 1.0, "mem": 64.0}


def scalar(name: str, value: float, role: str = "*", **more: Any) -> dict[str, Any]:
    return {"name": name, "type": "SCALAR", "scalar": {"value": value}, "role": role, **more}


def with_attributes(number: int) -> dict[str, Any]:
    entry = agent(number)
    entry["agent_info"]["attributes"] = [
        {"name": "rack", "type": "TEXT", "text": {"value": "r1"}},
        {"name": "level", "type": "SCALAR", "scalar": {"value": 3.0}},
    ]
    return entry


def test_who_has_room_now_and_who_could_have() -> None:
    found = survey({"agents": [agent(2), agent(1), agent(3, used=3.5)]}, Placement(NEEDS))
    assert (found.now, found.later, found.refused) == (["slave1", "slave2"], ["slave3"], {})
    assert found.hosts == {"S1": "slave1", "S2": "slave2", "S3": "slave3"}


@pytest.mark.parametrize(
    ("entry", "place", "why"),
    [
        (agent(drain="DRAINING", deactivated=True), Placement(NEEDS), "is draining"),
        (agent(active=False), Placement(NEEDS), "is disconnected"),
        (agent(cpus=0.5), Placement(NEEDS), "has only cpus 0.5 of 1 for the role *"),
        (agent(), Placement({"gpus": 1}), "has only gpus 0 of 1 for the role *"),
        (agent(), Placement(NEEDS, attributes={"rack": "r1"}), "has no attribute rack"),
        (with_attributes(1), Placement(NEEDS, attributes={"rack": "r2"}), "has the attribute rack=r1, not r2"),
        (with_attributes(1), Placement(NEEDS, attributes={"level": "high"}), "has the attribute level=3, not high"),
    ],
)
def test_why_an_agent_cannot_run_it(entry: dict[str, Any], place: Placement, why: str) -> None:
    found = survey({"agents": [entry]}, place)
    assert found.refused == {"slave1": why}
    assert found.hosts == {}


@pytest.mark.parametrize("attributes", [{}, {"rack": "r1"}, {"level": 3}, {"level": "3", "rack": "r1"}])
def test_attributes_that_are_equal(attributes: dict[str, Any]) -> None:
    assert survey({"agents": [with_attributes(1)]}, Placement(NEEDS, attributes=attributes)).now == ["slave1"]


def test_only_the_agent_that_is_named() -> None:
    found = survey({"agents": [agent(1), agent(2)]}, Placement(NEEDS, name=Name(hostname="slave2")))
    assert found.hosts == {"S2": "slave2"}
    assert survey({"agents": [agent(1)]}, Placement(NEEDS, name=Name(id="S9"))).refused == {}


def test_what_is_reserved_for_another_role_does_not_count() -> None:
    entry = agent(cpus=1)
    entry["total_resources"] = [scalar("cpus", 4, "prod"), scalar("cpus", 0.5), scalar("mem", 512)]
    place = Placement(NEEDS, role="dev")
    assert survey({"agents": [entry]}, place).refused == {"slave1": "has only cpus 0.5 of 1 for the role dev"}
    assert survey({"agents": [entry]}, Placement(NEEDS, role="prod")).now == ["slave1"]


def test_resources_of_the_role_are_taken_first() -> None:
    reserved = scalar("cpus", 0.4, "prod", reservation={"principal": "me"})
    taken = take([scalar("cpus", 4), reserved, scalar("mem", 512)], Placement(NEEDS, role="prod"))
    assert taken == [reserved, scalar("cpus", 0.6), scalar("mem", 64)]


def test_the_newer_form_of_a_reservation_is_read_too() -> None:
    reserved = {**scalar("cpus", 4), "reservations": [{"type": "DYNAMIC", "role": "prod"}]}
    del reserved["role"]
    assert take([reserved, scalar("mem", 512)], Placement(NEEDS)) is None
    assert take([reserved, scalar("mem", 512)], Placement(NEEDS, role="prod")) is not None


@pytest.mark.parametrize("special", ["disk", "revocable", "shared", "provider_id"])
def test_resources_of_a_special_kind_are_left(special: str) -> None:
    assert take([scalar("cpus", 4, **{special: {}}), scalar("mem", 512)], Placement(NEEDS)) is None


def offer(agent_id: str = "S1", cpus: float = 4) -> dict[str, Any]:
    return {
        "id": {"value": "O1"},
        "agent_id": {"value": agent_id},
        "resources": [scalar("cpus", cpus), scalar("mem", 64)],
    }


def test_offers() -> None:
    found = survey({"agents": [agent(1)]}, Placement(NEEDS))
    assert fits(offer(), Placement(NEEDS), found) == [scalar("cpus", 1), scalar("mem", 64)]
    assert fits(offer(cpus=0.9), Placement(NEEDS), found) is None
    assert fits(offer("S2"), Placement(NEEDS), found) is None
    assert fits(offer(), Placement(NEEDS, attributes={"rack": "r1"}), found) is None
