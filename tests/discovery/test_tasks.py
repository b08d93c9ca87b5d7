"""Which tasks are served: health, readiness, what is being killed, blue and green."""

from __future__ import annotations

from typing import Any

import pytest
from marathon_apps import app, built, task

from marathon_discovery.apps.model import Model, Now
from marathon_discovery.apps.tasks import host_names

CHECKS = [{"protocol": "TCP", "portIndex": 0}]
KEY = ("web_10000", "127_0_0_1_31000")
SERVED = Now(servers=frozenset({KEY}))


def web(*tasks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return app("/web", 10000, list(tasks), **more)


def weights(found: Model) -> dict[str, int]:
    return {server.task: server.weight for backend in found.backends for server in backend.servers}


@pytest.mark.parametrize("results", [None, []])
def test_no_result_keeps_what_is(results: list[Any] | None) -> None:
    """A new leader of Marathon has no results at first: what is served stays, what was never seen waits."""
    one = task("t", 31000, healthCheckResults=results)
    assert weights(built([web(one, healthChecks=CHECKS)], SERVED)) == {"t": 1}
    found = built([web(one, healthChecks=CHECKS)])
    assert weights(found) == {}
    assert [(wait.app, wait.task, wait.reason) for wait in found.waiting] == [
        ("/web", "t", "no result of its health checks yet")
    ]


def test_one_result_that_is_alive_is_enough_and_none_is_not() -> None:
    good = task("t", 31000, healthCheckResults=[{"alive": False}, {"alive": True}])
    bad = task("t", 31000, healthCheckResults=[{"alive": False}])
    assert weights(built([web(good, healthChecks=CHECKS)])) == {"t": 1}
    assert weights(built([web(bad, healthChecks=CHECKS)], SERVED)) == {}


def test_without_health_checks_a_task_is_served_at_once() -> None:
    assert weights(built([web(task("t", 31000))])) == {"t": 1}


def test_a_task_that_is_killed_is_drained_where_it_was_served() -> None:
    killed = task("t", 31000, state="TASK_KILLING")
    assert weights(built([web(killed)], SERVED)) == {"t": 0}
    assert weights(built([web(killed)])) == {}


def test_a_new_task_at_the_place_of_a_killed_one_is_served() -> None:
    found = built([web(task("a", 31000), task("b", 31000, state="TASK_KILLING"))], SERVED)
    assert weights(found) == {"a": 1}


def test_in_a_deployment_a_new_task_waits_until_it_is_ready() -> None:
    more = {
        "readinessChecks": [{"name": "ready"}],
        "deployments": [{"id": "d"}],
        "readinessCheckResults": [{"name": "ready", "taskId": "new", "ready": False}],
    }
    tasks = [task("old", 31000), task("new", 31001)]
    found = built([web(*tasks, **more)], SERVED)
    assert weights(found) == {"old": 1}
    assert [wait.reason for wait in found.waiting] == ["its readiness checks have not passed yet"]
    ready = {**more, "readinessCheckResults": [{"name": "ready", "taskId": "new", "ready": True}]}
    assert weights(built([web(*tasks, **ready)], SERVED)) == {"old": 1, "new": 1}
    # Marathon has no results outside of a deployment.
    over = {**more, "deployments": [], "readinessCheckResults": []}
    assert weights(built([web(*tasks, **over)])) == {"old": 1, "new": 1}


def test_a_host_by_name_is_served_once_its_address_is_known() -> None:
    one = task("t", 31000, host="Agent-1.example")
    found = built([web(one)])
    assert (weights(found), [wait.reason for wait in found.waiting]) == ({}, ["its address is not known"])
    (backend,) = built([web(one)], Now(addresses={"agent-1.example": "10.0.0.7"})).backends
    assert [(server.name, server.address) for server in backend.servers] == [("Agent-1_example_31000", "10.0.0.7")]


def test_the_dot_that_ends_a_full_name_is_taken_off() -> None:
    one = task("t", 31000, host="Agent-1.example.")
    assert host_names([web(one, task("u", 31000, host="10.0.0.1."))]) == ["Agent-1.example"]
    (backend,) = built([web(one)], Now(addresses={"agent-1.example": "10.0.0.7"})).backends
    assert [(server.name, server.address) for server in backend.servers] == [("Agent-1_example_31000", "10.0.0.7")]


ODD = [
    {"host": "node 2"},
    {"host": "node..example"},
    {"host": "x" * 64},
    {"host": ""},
    {"host": "."},
    {"host": 7},
    {"ports": ["x"]},
    {"ports": [0]},
    {"ports": None},
]


@pytest.mark.parametrize("odd", ODD)
def test_a_task_with_an_odd_field_waits_and_the_others_are_served(odd: dict[str, Any]) -> None:
    wrong = {**task("u", 31001), **odd}
    found = built([web(task("t", 31000), wrong)])
    assert (weights(found), found.excluded) == ({"t": 1}, ())
    assert [(wait.task, wait.reason) for wait in found.waiting] == [("u", "its address is not known")]
    assert host_names([web(wrong)]) == []


@pytest.mark.parametrize("listed", [[{"ipAddress": "x"}], [{"ipAddress": 7}], ["x"], [], None])
def test_a_task_with_an_odd_address_of_its_own_waits_and_the_others_are_served(listed: Any) -> None:
    def own(name: str, addresses: Any) -> dict[str, Any]:
        return {**task(name, 31000, host="10.0.0.1"), "ipAddresses": addresses}

    more = {
        "networks": [{"mode": "container", "name": "net"}],
        "container": {"type": "MESOS", "portMappings": [{"containerPort": 8080, "servicePort": 10000}]},
    }
    found = built([web(own("t", [{"ipAddress": "192.168.1.5"}]), own("u", listed), **more)])
    assert (weights(found), found.excluded) == ({"t": 1}, ())
    assert [(wait.task, wait.reason) for wait in found.waiting] == [("u", "its address is not known")]


def test_weights_of_two_apps_in_one_deployment_group() -> None:
    """Nine requests of ten to the blue app, one to the green: a canary."""

    def half(name: str, started: str, weight: str, port: int) -> dict[str, Any]:
        labels = {
            "HAPROXY_DEPLOYMENT_GROUP": "web",
            "HAPROXY_DEPLOYMENT_STARTED_AT": started,
            "HAPROXY_0_PORT": "10000",
            "HAPROXY_0_SERVER_WEIGHT": weight,
        }
        return app(name, port, [task(f"{name}-t", 31000 + port)], labels=labels)

    found = built([half("/web-blue", "2020-01-01", "90", 10000), half("/web-green", "2020-01-02", "10", 10001)])
    (backend,) = found.backends
    assert (backend.name, backend.app, backend.members) == ("web_10000", "/web", ("/web-blue", "/web-green"))
    assert weights(found) == {"/web-blue-t": 90, "/web-green-t": 10}


def test_a_bad_member_of_a_group_leaves_the_other_one() -> None:
    good = app("/blue", 10000, [task("b", 31000)], labels={"HAPROXY_DEPLOYMENT_GROUP": "web"})
    bad = app("/green", 10001, [], labels={"HAPROXY_DEPLOYMENT_GROUP": "web", "HAPROXY_0_PORT": "x"})
    found = built([good, bad])
    assert [one.app for one in found.excluded] == ["/green"]
    assert weights(found) == {"b": 1}
