"""The nodes of a swarm as servers."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._leave import swarm
from ansible_collections.quorum.mesos.plugins.modules import _leave_swarm


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


def service(identity: str, owner: str) -> dict[str, Any]:
    return {"id": identity, "owner": owner, "ingress": False, "running": []}


def test_what_was_removed_before_is_waited_for_again() -> None:
    """The second run finds no service, and its task may still run."""
    found = swarm.removal({"service": "web", "service_ids": ["s1"]}, "/web", {})
    assert found == {"problem": "", "remove": False, "ids": ["s1"]}
    found = swarm.removal({"service": "web", "service_ids": ["s1"]}, "/web", service("s2", "/web"))
    assert found == {"problem": "", "remove": True, "ids": ["s1", "s2"]}
    assert swarm.removal({"service": "web"}, "/web", {})["ids"] == []


def test_a_service_without_the_label_is_not_passed_over() -> None:
    found = swarm.removal({"service": "web", "service_ids": ["s1"]}, "/web", service("s1", ""))
    assert (found["problem"], found["remove"]) == ("", True)
    found = swarm.removal({"service": "web", "service_ids": ["s1"]}, "/web", service("s2", ""))
    assert not found["remove"]
    assert "the service web of the swarm was not made of it (its label marathon.id is missing)" in found["problem"]
    assert "is /other" in swarm.removal({"service": "web"}, "/web", service("s2", "/other"))["problem"]


class Tasks:
    """An Engine that has tasks of services, one list for each question."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)

    def get(self, path: str) -> list[dict[str, str]]:
        assert path == "/tasks"
        return [{"ServiceID": one} for one in (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])]


def test_tasks_of_all_removed_services_must_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    assert _leave_swarm.wait_until_gone(Tasks(["s1", "s2"], ["s2", "other"], ["other"]), ["s1", "s2"], 60) == 0
    assert _leave_swarm.wait_until_gone(Tasks(["s2"]), ["s1", "s2"], -1) == 1
