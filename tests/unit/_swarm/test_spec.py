"""A service is compared with what the Engine shows of it, and asked for by what it has."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._swarm import spec

WEB: dict[str, Any] = {
    "Name": "shop_web",
    "Labels": {"marathon.id": "/shop/web"},
    "Mode": {"Replicated": {"Replicas": 2}},
    "TaskTemplate": {
        "ContainerSpec": {
            "Image": "nginx:1",
            "Env": ["A=1"],
            "Secrets": [{"SecretName": "key", "SecretID": "", "File": {}}],
        },
        "Networks": [{"Target": "shop"}],
    },
    "UpdateConfig": {"Order": "start-first", "Parallelism": 1},
    "EndpointSpec": {
        "Mode": "vip",
        "Ports": [{"Protocol": "tcp", "TargetPort": 80, "PublishedPort": 82, "PublishMode": "ingress"}],
    },
}


def changed(**parts: Any) -> dict[str, Any]:
    return {**copy.deepcopy(WEB), **parts}


def as_the_engine_shows_it() -> dict[str, Any]:
    """Docker 20.10."""
    found = changed()
    found["TaskTemplate"].update({"ForceUpdate": 0, "Runtime": "container", "Placement": {}})
    found["TaskTemplate"]["ContainerSpec"].update({"Isolation": "default", "ReadOnly": False})
    return found


def test_what_the_engine_fills_in_is_no_change() -> None:
    assert spec.comparable(WEB) == spec.comparable(as_the_engine_shows_it())


def test_a_forced_update_is_no_change_of_a_service_but_of_its_tasks() -> None:
    forced = as_the_engine_shows_it()
    forced["TaskTemplate"]["ForceUpdate"] = 3
    assert spec.comparable(WEB) == spec.comparable(forced)
    assert not spec.same_tasks(WEB["TaskTemplate"], forced["TaskTemplate"])
    assert spec.same_tasks(WEB["TaskTemplate"], as_the_engine_shows_it()["TaskTemplate"])


@pytest.mark.parametrize(
    "other",
    [
        changed(Mode={"Replicated": {"Replicas": 0}}),
        changed(Labels={}),
        changed(EndpointSpec={"Mode": "dnsrr"}),
        changed(TaskTemplate={**WEB["TaskTemplate"], "ContainerSpec": {"Image": "nginx:1"}}),
        changed(
            TaskTemplate={
                **WEB["TaskTemplate"],
                "ContainerSpec": {**WEB["TaskTemplate"]["ContainerSpec"], "Init": False},
            }
        ),
    ],
    ids=["no replicas", "no labels", "names lead to tasks", "no variable", "no init, said"],
)
def test_what_is_gone_is_a_change(other: dict[str, Any]) -> None:
    assert spec.comparable(WEB) != spec.comparable(other)


def test_names_become_ids() -> None:
    found = spec.resolved(WEB, [{"Name": "shop", "Id": "n1"}], [{"ID": "s1", "Spec": {"Name": "key"}}], [])
    assert found["TaskTemplate"]["Networks"] == [{"Target": "n1"}]
    assert found["TaskTemplate"]["ContainerSpec"]["Secrets"][0]["SecretID"] == "s1"
    assert WEB["TaskTemplate"]["Networks"] == [{"Target": "shop"}]


def test_what_is_missing_is_named_with_the_remedy() -> None:
    with pytest.raises(spec.MissingReference, match="no overlay network shop; name it in docker_swarm_networks"):
        spec.resolved(WEB, [], [], [])
    with pytest.raises(spec.MissingReference, match="no secret key; make it with `docker secret create key FILE`"):
        spec.resolved(WEB, [{"Name": "shop", "Id": "n1"}], [], [])


def test_without_ipvs_ports_are_those_of_nodes_and_names_lead_to_tasks() -> None:
    found, said = spec.on_hosts(WEB)
    assert found["EndpointSpec"]["Mode"] == "dnsrr"
    assert [port["PublishMode"] for port in found["EndpointSpec"]["Ports"]] == ["host"]
    assert found["UpdateConfig"]["Order"] == "stop-first"
    assert len(said) == 2
    assert "82" in said[0]
    # What is so already is not said again.
    assert spec.on_hosts(found) == (found, [])


def test_without_ports_only_the_names_change() -> None:
    bare = {name: value for name, value in WEB.items() if name != "EndpointSpec"}
    found, said = spec.on_hosts(bare)
    assert (found["EndpointSpec"], said) == ({"Mode": "dnsrr"}, [])
    assert found["UpdateConfig"]["Order"] == "start-first"


def test_a_port_that_another_service_has_is_found() -> None:
    other = {"Spec": changed(Name="shop_old")}
    assert "the service shop_old has the port 82 (tcp)" in spec.port_clash(WEB, [other])
    assert spec.port_clash(WEB, [{"Spec": WEB}]) == ""
    assert spec.port_clash(spec.on_hosts(WEB)[0], [other]) == ""


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "no mapping"),
        ({**WEB, "Name": ""}, "no Name"),
        ({**WEB, "TaskTemplate": {}}, "no Image"),
        ({**WEB, "Mode": {}}, "Mode must have one"),
    ],
)
def test_what_is_no_specification_is_refused(given: Any, said: str) -> None:
    assert any(said in problem for problem in spec.problems(given))
    assert spec.problems(WEB) == []


def test_how_many_tasks_there_are() -> None:
    assert spec.replicas(WEB) == 2
    assert spec.replicas({"Mode": {"Replicated": {}}}) == 1
    assert spec.replicas({"Mode": {"Global": {}}}) is None
    assert spec.is_job({"Mode": {"ReplicatedJob": {"TotalCompletions": 3}}})
