"""The last line of a deployment."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import answer
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.snapshot import Tree

from ..fakes import stored

CHECK = [{"protocol": "MESOS_TCP", "portIndex": 0}]


def task(number, host, *ports):
    return {"id": f"t{number}", "host": host, "ports": list(ports), "state": "TASK_RUNNING"}


def app(app_id="/shop/web", tasks=(), **fields):
    return stored(app_id, tasks=list(tasks), tasksRunning=len(tasks), **{"instances": len(tasks), **fields})


def pod(pod_id, *statuses):
    instances = [
        {
            "id": f"i{number}",
            "status": status,
            "agentHostname": f"slave{number}",
            "containers": [{"name": "main", "endpoints": [{"name": "http", "allocatedHostPort": 31000 + number}]}],
        }
        for number, status in enumerate(statuses, 1)
    ]
    return {"id": pod_id, "spec": {"id": pod_id, "scaling": {"instances": len(statuses)}}, "instances": instances}


TWO = [task(1, "slave1", 31001), task(2, "slave2", 31002)]


def test_a_healthy_app_with_its_addresses():
    seen = app(tasks=TWO, healthChecks=CHECK, tasksHealthy=2)
    assert answer.of_app(seen, 3.2) == "/shop/web: 2 of 2 healthy after 3 s at slave1:31001, slave2:31002"


def test_an_app_that_is_less_than_it_should_be_says_so():
    seen = app(tasks=TWO, healthChecks=CHECK, tasksHealthy=1, instances=3)
    assert answer.of_app(seen) == "/shop/web: 1 of 3 healthy at slave1:31001, slave2:31002"


def test_an_app_without_checks_runs():
    assert answer.of_app(app(tasks=TWO), 0.2).startswith("/shop/web: 2 of 2 running after 0 s at slave1")


def test_an_app_without_ports_is_on_hosts():
    seen = app(tasks=[task(1, "slave2"), task(2, "slave1"), task(3, "slave1")], portDefinitions=[])
    assert answer.of_app(seen, 4) == "/shop/web: 3 of 3 running after 4 s on slave1, slave2"


def test_an_app_that_shall_not_run():
    assert answer.of_app(app()) == "/shop/web: no instance is wanted, 0 run"


def test_many_addresses_are_counted():
    seen = app(tasks=[task(number, f"slave{number}", 31000) for number in range(1, 9)])
    assert answer.of_app(seen).endswith("slave5:31000 and 3 more")


def test_a_pod():
    told = answer.of_pod(pod("/shop/side", "STABLE", "STAGING"), 7)
    assert told == "/shop/side: 1 of 2 stable after 7 s at slave1:31001, slave2:31002"


@pytest.mark.parametrize(
    ("actions", "restarts", "more", "text"),
    [
        (
            {"/a": "created", "/b": "updated", "/c": "scaled"},
            1,
            {},
            "Plan: 1 to create, 2 to change (1 restarts), 0 to remove",
        ),
        ({"/a": "none"}, 0, {}, "Plan: 0 to create, 0 to change, 0 to remove, 1 unchanged"),
        ({"/a": "deleted"}, 0, {}, "Plan: 0 to create, 0 to change, 1 to remove (/a)"),
        ({"/a": "deleted"}, 0, {"about": "/a"}, "Plan for /a: 0 to create, 0 to change, 1 to remove"),
        (
            {"/g/a": "restarted"},
            1,
            {"groups": 2, "about": "/g"},
            "Plan for /g: 0 to create, 1 to change (1 restarts), 0 to remove; 2 groups to change",
        ),
    ],
)
def test_a_plan(actions, restarts, more, text):
    assert answer.plan(actions, restarts, **more) == text


def test_a_set_counts_and_says_where_what_changed_comes_first():
    tree = Tree(apps={"/a": app("/a", TWO[:1]), "/b": app("/b", TWO[1:])}, pod_statuses={"/p": pod("/p", "STABLE")})
    tree.pods["/p"] = {}
    actions = {"/a": "none", "/b": "updated", "/p": "created", "/x": "deleted"}
    assert answer.of_set("", actions, tree, 12) == (
        "3 apps and pods run as declared after 12 s (1 created, 1 changed, 1 removed (/x)): "
        "/p: 1 of 1 stable at slave1:31001; /b: 1 of 1 running at slave2:31002; /a: 1 of 1 running at slave1:31001"
    )


def test_a_set_that_is_as_it_was():
    told = answer.of_set("/g", {"/g/a": "none"}, Tree(apps={"/g/a": app("/g/a", TWO[:1])}), None)
    assert told == "/g: 1 app runs as declared, nothing to change: /g/a: 1 of 1 running at slave1:31001"


def test_a_set_of_which_only_a_group_was_changed():
    told = answer.of_set("", {"/g/a": "none"}, Tree(apps={"/g/a": app("/g/a", TWO[:1])}), 0)
    assert told.startswith("1 app runs as declared after 0 s (0 created, 0 changed, 0 removed): /g/a: ")


def test_of_a_large_set_ten_apps_are_named():
    names = [f"/a{number:02}" for number in range(13)]
    told = answer.of_set("", dict.fromkeys(names, "none"), Tree(apps={name: app(name, TWO) for name in names}), None)
    assert told.startswith("13 apps run as declared, nothing to change: /a00: 2 of 2")
    assert told.endswith("; 3 more")
    assert "/a09:" in told and "/a10" not in told


def test_a_set_of_which_nothing_is_left():
    told = answer.of_set("", {"/a": "deleted"}, Tree(), 2)
    assert told == "nothing is declared, 0 created, 0 changed, 1 removed (/a) after 2 s"


def test_what_is_not_waited_for_names_its_deployment():
    assert answer.not_waited("/a", "created", ["d1"]) == "/a: created by deployment d1, not waited for"
    told = answer.set_not_waited("/g", {"/g/a": "created", "/g/b": "scaled"}, ["d1", "d2"])
    assert told == "/g: 1 created, 1 changed, 0 removed by deployments d1, d2, not waited for"
