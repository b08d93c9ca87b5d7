"""What is read out of the master's answers, as the real one gives them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._mesos import agents
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.agents import Name
from ansible_collections.quorum.mesos.plugins.module_utils._mesos.errors import NotFound

from .fakes import agent, task


def read(*entries: dict[str, Any]) -> list[agents.Agent]:
    return agents.agents({"agents": list(entries)})


@pytest.mark.parametrize(
    ("entry", "state"),
    [
        (agent(), "active"),
        (agent(active=False), "disconnected"),
        (agent(deactivated=True), "deactivated"),
        (agent(deactivated=True, drain="DRAINING"), "draining"),
        (agent(deactivated=True, drain="DRAINED"), "drained"),
    ],
)
def test_states(entry: dict[str, Any], state: str) -> None:
    assert read(entry)[0].state == state


@pytest.mark.parametrize(
    "name",
    [
        Name(id="S2"),
        Name(hostname="slave2"),
        Name(address="10.0.0.2"),
        Name(address="10.0.0.2:5051"),
        Name(hostname="slave2", address="10.0.0.2"),
    ],
)
def test_names(name: Name) -> None:
    found = agents.find(read(agent(1), agent(2)), name)
    assert found is not None
    assert found.id == "S2"


def test_every_given_part_of_a_name_must_fit() -> None:
    assert agents.find(read(agent(1), agent(2)), Name(hostname="slave2", address="10.0.0.1")) is None


def test_one_name_of_two_agents() -> None:
    twin = agent(2)
    twin["agent_info"]["hostname"] = "slave1"
    with pytest.raises(NotFound, match=r"2 agents have the hostname slave1 \(S1 at 10.0.0.1:5051, S2 at 10.0.0.2:5051"):
        agents.find(read(agent(1), twin), Name(hostname="slave1"))


def test_an_agent_that_came_back_with_a_new_id_hides_the_old_one() -> None:
    new = agent(1)
    new["agent_info"] = {**new["agent_info"], "id": {"value": "S9"}}
    new["registered_time"] = {"nanoseconds": 99}
    found = agents.find(read(new, agent(1)), Name(hostname="slave1"))
    assert found is not None
    assert found.id == "S9"


def test_only_what_runs_on_the_agent_counts() -> None:
    tasks = {"tasks": [task("a"), task("b", on=2), task("c", state="TASK_KILLED"), task("d", state="TASK_STAGING")]}
    found = agents.tasks_on("S1", tasks, {})
    assert [one.id for one in found] == ["a", "d"]
    assert str(found[0]) == "a of F1, TASK_RUNNING"


@pytest.mark.parametrize(
    ("needs", "free", "left"),
    [
        ([1, 1], [2], 0),
        ([1, 1], [1, 1], 0),
        ([2], [1, 1], 1),
        ([1, 2], [2], 2 - 1),
        ([0.1] * 3, [0.3], 0),
        ([1], [], 1),
        ([], [], 0),
    ],
)
def test_room_for_tasks(needs: list[float], free: list[float], left: int) -> None:
    others = read(*(agent(number, cpus=cpus + 1, used=1) for number, cpus in enumerate(free, start=2)))
    tasks = agents.tasks_on("S1", {"tasks": [task(cpus=cpus) for cpus in needs]}, {})
    assert len(agents.homeless(tasks, others)) == left


def test_an_agent_that_gets_no_tasks_has_no_room() -> None:
    tasks = agents.tasks_on("S1", {"tasks": [task()]}, {})
    assert agents.homeless(tasks, read(agent(2, deactivated=True), agent(3, active=False)))


def test_a_long_list_is_cut() -> None:
    tasks = agents.tasks_on("S1", {"tasks": [task(f"t{number}") for number in range(7)]}, {})
    assert agents.listed(tasks).endswith("t4 of F1, TASK_RUNNING and 2 more")
