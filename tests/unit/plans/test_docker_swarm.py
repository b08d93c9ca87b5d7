"""What the role docker_swarm decides before it changes a host."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import nodes
from ansible_collections.quorum.mesos.plugins.plugin_utils._plans import docker_swarm

from .hosts import HOST


def member(name: str, state: str = "active", manager: bool = False, swarm: str = "s", **more: Any) -> dict[str, Any]:
    return {
        "state": state, "why": "", "node": f"n-{name}" if state == "active" else "", "manager": manager,
        "swarm": swarm if manager else "", "address": "10.0.0.1", "managers": ["n-a"], "pools": ["10.0.0.0/8"],
        "ipvs": True, "version": "20.10.24", **more,
    }  # fmt: skip


def fresh(name: str) -> dict[str, Any]:
    return member(name, "inactive", managers=[])


FRESH = {name: fresh(name) for name in "abcd"}
MADE = {**{name: member(name, manager=True) for name in "abc"}, "d": member("d")}
VALUES: dict[str, Any] = {
    **HOST,
    "ansible_check_mode": False,
    "ansible_play_hosts": ["a", "b", "c", "d"],
    "groups": {"swarm_managers": ["a", "b", "c"], "swarm_workers": ["d"]},
    "__docker_swarm_manager_hosts": ["a", "b", "c"],
    "__docker_swarm_worker_hosts": ["d"],
    "__docker_swarm_found": FRESH,
    "__docker_swarm_found_outside": {},
    "__docker_swarm_needs": {"units": [], "directories": {}},
    "docker_swarm_manager_group": "swarm_managers",
    "docker_swarm_worker_group": "swarm_workers",
    "docker_swarm_address": "10.0.0.1",
    "docker_swarm_address_pools": [],
    "docker_swarm_subnet_size": 24,
    "docker_swarm_networks": [],
    "docker_swarm_labels": {},
    "docker_swarm_availability": "keep",
    "docker_swarm_drain_timeout": 300,
    "docker_swarm_health_timeout": 120,
    "docker_swarm_uninstall_data": False,
}


def planned(**values: Any) -> dict[str, Any]:
    return docker_swarm.main({**VALUES, **values})


def leaving(*hosts: str, seen: dict[str, Any] | None = None, **values: Any) -> dict[str, Any]:
    every = seen or MADE
    return docker_swarm.uninstall(
        {
            **VALUES, "ansible_play_hosts": list(hosts), "inventory_hostname": hosts[0],
            "__docker_swarm_found": {name: every[name] for name in hosts},
            "__docker_swarm_found_outside": {name: every[name] for name in "abc" if name not in hosts}, **values,
        }
    )  # fmt: skip


def test_the_first_manager_makes_the_swarm_and_the_others_join() -> None:
    found = planned()
    assert found["problems"] == []
    assert (found["makes"], found["source"], found["keeper"]) == ("a", "a", "a")
    assert found["joining"] == ["b", "c", "d"]
    assert found["joining_managers"] == ["b", "c"]
    assert found["changing"] == []


def test_a_swarm_that_is_there_stays_as_it_is() -> None:
    found = planned(__docker_swarm_found=MADE)
    assert (found["problems"], found["warnings"]) == ([], [])
    assert (found["makes"], found["joining"], found["changing"]) == ("", [], [])


def test_a_new_host_joins_by_a_manager_that_is_not_in_the_play() -> None:
    found = planned(
        ansible_play_hosts=["d"], inventory_hostname="d", __docker_swarm_found={"d": fresh("d")},
        __docker_swarm_found_outside={"a": member("a", "silent"), "b": MADE["b"]},
    )  # fmt: skip
    assert (found["makes"], found["source"], found["joining"]) == ("", "b", ["d"])
    assert found["role"] == "worker"


def test_the_first_of_the_group_is_not_made_a_second_swarm() -> None:
    found = planned(__docker_swarm_found={**MADE, "a": fresh("a")})
    assert (found["makes"], found["source"], found["joining"]) == ("", "b", ["a"])


@pytest.mark.parametrize("outside", [{}, {"b": member("b", "silent"), "c": member("c", "silent")}])
def test_no_second_swarm_is_made_where_the_other_managers_do_not_answer(outside: dict[str, Any]) -> None:
    found = planned(
        ansible_play_hosts=["a"], __docker_swarm_found={"a": fresh("a")}, __docker_swarm_found_outside=outside
    )
    assert (found["makes"], found["source"]) == ("", "")
    assert "none is made, because b, c may be in one" in found["problems"][0]


def test_managers_come_before_others_go() -> None:
    old = {"a": member("a"), "b": fresh("b"), "c": fresh("c"), "d": member("d", manager=True)}
    found = planned(__docker_swarm_found=old, ansible_play_hosts=["d", "a", "b", "c"])
    assert (found["source"], found["keeper"]) == ("d", "a")
    assert found["changing"] == ["a", "d"]


def test_labels_are_those_of_the_agent() -> None:
    for given in ({"rack": "a", "ssd": True}, "rack:a;ssd:true", ["rack:a", "ssd:true"]):
        assert planned(docker_swarm_labels=given)["labels"] == {"rack": "a", "ssd": "true", nodes.IPVS: "true"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"groups": {}, "__docker_swarm_manager_hosts": ["b"], "__docker_swarm_worker_hosts": []}, "in neither of the"),
        ({"groups": {"swarm_managers": ["a"], "swarm_workers": ["a"]}}, "it is in both groups"),
        ({"__docker_swarm_manager_hosts": []}, "the group swarm_managers is empty"),
        ({"__docker_swarm_found": {**FRESH, "d": member("d")}}, "no manager of the swarm answers"),
        ({"__docker_swarm_found": {**FRESH, "a": member("a", "silent", why="no")}}, "run the role quorum.mesos.docker"),
        ({"__docker_swarm_found": {**MADE, "a": member("a", "locked")}}, "docker swarm unlock"),
        ({"__docker_swarm_found": {**MADE, "a": member("a", "error", why="bad")}}, "in the state error (bad)"),
        ({"__docker_swarm_found": {**MADE, "b": member("b", manager=True, swarm="t")}}, "another swarm than b"),
        ({"__docker_swarm_found": {**MADE, "a": member("a", managers=["x"])}}, "another swarm than b"),
        ({"docker_swarm_address": ""}, "docker_swarm_address is not set"),
        ({"docker_swarm_address": "10.0.0.999"}, "docker_swarm_address is '10.0.0.999'"),
        ({"docker_swarm_address_pools": ["10.0.0.0"]}, "docker_swarm_address_pools has '10.0.0.0'"),
        ({"docker_swarm_subnet_size": 40}, "docker_swarm_subnet_size is 40"),
        ({"docker_swarm_networks": [{"name": "ingress"}]}, "docker_swarm_networks has the name ingress"),
        ({"docker_swarm_labels": {"a b": 1}}, "docker_swarm_labels has the name 'a b'"),
        ({"docker_swarm_drain_timeout": 0}, "docker_swarm_drain_timeout is 0"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused(values: dict[str, Any], said: str) -> None:
    assert any(said in problem for problem in planned(**values)["problems"]), planned(**values)["problems"]


def test_in_check_mode_a_docker_that_is_not_installed_yet_is_none_that_is_silent() -> None:
    found = planned(ansible_check_mode=True, __docker_swarm_found={name: member(name, "silent") for name in "abcd"})
    assert (found["problems"], found["makes"], found["joining"]) == ([], "a", ["b", "c", "d"])


def test_an_interface_is_an_address_too() -> None:
    assert planned(docker_swarm_address="eth1")["problems"] == []


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"__docker_swarm_manager_hosts": ["a", "b"]}, "2 managers, which survive the loss of 0, as 1 would"),
        ({"__docker_swarm_found": MADE, "docker_swarm_address_pools": ["10.9.0.0/16"]}, "takes no effect"),
        ({"__docker_swarm_found": {**MADE, "d": member("d", ipvs=False)}}, "the kernel of d has no IPVS"),
    ],
)
def test_what_takes_no_effect_is_said_once(values: dict[str, Any], said: str) -> None:
    assert [said in warning for warning in planned(**values)["warnings"]] == [True]
    assert planned(**values, inventory_hostname="b")["warnings"] == []


def test_workers_leave_before_managers() -> None:
    found = leaving("c", "d")
    assert (found["problems"], found["order"], found["keeper"], found["ends"]) == ([], ["d", "c"], "a", False)


def test_the_last_manager_leaves_only_when_all_may_go() -> None:
    assert "which ends the swarm" in leaving("a", "b", "c", "d")["problems"][0]
    found = leaving("a", "b", "c", "d", docker_swarm_uninstall_data=True)
    assert (found["problems"], found["order"], found["ends"]) == ([], ["d", "a", "b", "c"], True)
    assert found["keeper"] == "c"
    assert "d would stay in it without" in leaving("a", "b", "c", docker_swarm_uninstall_data=True)["problems"][0]


def test_a_host_whose_docker_is_silent_has_not_left() -> None:
    plan = leaving("d", seen={**MADE, "d": member("d", "silent")})
    assert "does not answer, so it cannot leave" in plan["problems"][0]


def test_managers_that_do_not_answer_are_not_taken_for_gone() -> None:
    found = leaving("c", docker_swarm_uninstall_data=True, __docker_swarm_found_outside={"a": member("a", "silent")})
    assert "nobody knows whether a, b are some" in found["problems"][0]


def test_a_host_that_is_in_no_swarm_has_left() -> None:
    found = leaving("d", seen={**MADE, "d": fresh("d")})
    assert (found["problems"], found["order"]) == ([], [])
