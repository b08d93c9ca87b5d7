"""The nodes of a swarm as servers."""

from __future__ import annotations

from typing import Any

from ansible_collections.quorum.mesos.plugins.module_utils._leave import swarm


def node(name: str, address: str, availability: str = "active", **more: Any) -> dict[str, Any]:
    return {
        "ID": name, "Spec": {"Availability": availability}, "Status": {"State": "ready", "Addr": address}, **more,
    }  # fmt: skip


NODES = [
    node("n1", "0.0.0.0", ManagerStatus={"Addr": "10.0.0.1:2377"}),
    node("n2", "10.0.0.2"),
    node("n3", "10.0.0.3", "drain"),
]


def task(at: str, state: str = "running", desired: str = "running", service: str = "s") -> dict[str, Any]:
    return {"ServiceID": service, "NodeID": at, "DesiredState": desired, "Status": {"State": state}}


def test_a_manager_that_does_not_know_its_own_address() -> None:
    assert swarm.taking(NODES) == ["10.0.0.1", "10.0.0.2"]
    assert swarm.address(node("n", "", ManagerStatus={"Addr": "[2001:db8::1]:2377"})) == "2001:db8::1"


def test_where_tasks_run() -> None:
    tasks = [task("n1"), task("n2", "starting"), task("n3", desired="shutdown"), task("n2", service="other")]
    assert swarm.running("s", tasks, NODES) == ["10.0.0.1"]


def test_ports_of_every_node() -> None:
    def mode(*modes: str) -> bool:
        return swarm.is_ingress({"EndpointSpec": {"Ports": [{"PublishMode": one} for one in modes]}})

    assert (mode("ingress"), mode("host"), mode("ingress", "host"), mode()) == (True, False, False, False)


def test_whose_service_it_is() -> None:
    assert swarm.owner({"Spec": {"Labels": {"marathon.id": "/web"}}}) == "/web"
    assert swarm.owner({"Spec": {}}) == ""


def test_a_task_on_a_paused_node_is_a_server() -> None:
    service = {"ingress": False, "running": ["10.0.0.3", "10.0.0.1", "10.0.0.1"]}
    found = swarm.places(["10.0.0.1", "10.0.0.2"], service)
    assert found == {
        "addresses": ["10.0.0.1", "10.0.0.2", "10.0.0.3"], "running": ["10.0.0.1", "10.0.0.3"], "answering": 2,
    }  # fmt: skip


def test_as_many_answer_as_there_are_now_and_at_least_one() -> None:
    ingress = {"ingress": True, "running": ["10.0.0.1"]}
    assert swarm.places(["10.0.0.2", "10.0.0.1"], ingress)["answering"] == 2
    assert swarm.places(["10.0.0.1"], ingress)["running"] == ["10.0.0.1"]
    found = swarm.places(["10.0.0.1"], {"ingress": False, "running": [""]})
    assert found == {"addresses": ["10.0.0.1"], "running": [], "answering": 1}
