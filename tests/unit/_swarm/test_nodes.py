"""What a node becomes, and which managers a swarm can do without."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._swarm import nodes


def node(name: str, reachability: str = "", leads: bool = False, **labels: str) -> dict[str, Any]:
    manager = {"ManagerStatus": {"Reachability": reachability, "Leader": leads}} if reachability else {}
    spec = {"Role": "manager" if reachability else "worker", "Availability": "active", "Labels": labels}
    return {"ID": name, "Spec": spec, "Description": {"Hostname": name}, "Status": {"State": "ready"}, **manager}


THREE = [node("a", "reachable", leads=True), node("b", "reachable"), node("c", "reachable"), node("w")]
ONE_SILENT = [*THREE[:2], node("c", "unreachable"), THREE[3]]


def test_labels_that_the_role_has_set_go_and_others_stay() -> None:
    first = nodes.wanted_spec(node("a", mine="1"), None, None, {"rack": "a", "zone": "z"})
    assert first["Labels"] == {"mine": "1", "rack": "a", "zone": "z", nodes.OWN: "rack,zone"}
    second = nodes.wanted_spec({"Spec": first}, None, None, {"rack": "b"})
    assert second["Labels"] == {"mine": "1", "rack": "b", nodes.OWN: "rack"}
    assert nodes.wanted_spec({"Spec": second}, None, None, {})["Labels"] == {"mine": "1"}


def test_what_is_not_said_stays() -> None:
    drained = node("a", rack="a")
    drained["Spec"]["Availability"] = "drain"
    assert nodes.wanted_spec(drained, None, None, None) == drained["Spec"]
    assert nodes.wanted_spec(drained, "manager", "active", None) == {
        **drained["Spec"],
        "Role": "manager",
        "Availability": "active",
    }


def test_a_manager_goes_while_the_others_are_a_quorum() -> None:
    assert nodes.quorum_problem(THREE, "b") == ""
    assert nodes.quorum_problem(THREE, "w") == ""
    assert nodes.quorum_problem(ONE_SILENT, "c") == ""
    assert "only 1 answer and 2 must; bring c back" in nodes.quorum_problem(ONE_SILENT, "b")
    assert "the only manager" in nodes.quorum_problem([THREE[0], THREE[3]], "a")
    assert nodes.quorum_problem(THREE[:2], "b") == ""


def test_what_is_not_healthy_is_named() -> None:
    assert nodes.health_problems(THREE, {"a": "manager", "w": "worker"}) == []
    down = {**node("w"), "Status": {"State": "down", "Message": "heartbeat failure"}}
    assert nodes.health_problems([*THREE[:3], down], {"w": "worker"}) == ["w is down (heartbeat failure)"]
    assert nodes.health_problems(ONE_SILENT, {"c": "manager"}) == ["the manager c is unreachable"]
    assert nodes.health_problems(THREE, {"x": "worker"}) == ["the node x is not in the swarm"]
    assert nodes.health_problems(THREE, {"a": "worker"}) == ["a is still a manager"]
    assert nodes.health_problems(THREE[1:], {"b": "manager"}) == ["no manager leads"]


def test_nodes_without_ipvs_are_those_that_say_so() -> None:
    assert nodes.without_ipvs([node("a", **{nodes.IPVS: "true"}), node("b", **{nodes.IPVS: "false"}), node("c")]) == [
        "b"
    ]
