"""The shortest definition of an app is still that app."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    pod as pod_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import (
    app as app_plan,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import (
    pod as pod_plan,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import export

from ..fakes import stored

VECTORS = json.loads((Path(__file__).parents[1] / "data" / "normalise.json").read_text())
SENT = [(vector["name"], vector["sent"]) for vector in VECTORS["vectors"]]


def plan(definition, app, release=(1, 11)):
    return app_plan.plan_present(app_plan.Wanted(app_definition.declared(definition)), app, release)


@pytest.mark.parametrize("sent", [sent for _name, sent in SENT], ids=[name for name, _sent in SENT])
def test_it_plans_to_nothing_and_cannot_become_shorter(sent):
    app = app_definition.canonical({"id": "/a", **sent})
    shortest = export.minimal(app)
    assert plan(shortest, app).action == app_plan.NONE
    assert export.minimal(app_definition.canonical(shortest)) == shortest
    # What people wrote is never shorter than what is exported, but for the names of modes and types.
    assert set(shortest) <= set(app_definition.declared({"id": "/a", **sent})) | {
        "networks",
        "container",
        "portDefinitions",
    }


@pytest.mark.parametrize(
    ("declared", "shortest"),
    [
        ({}, {"cmd": "sleep 1000"}),
        # A port of one's own stays with the number that Marathon has given to it.
        (
            {"portDefinitions": [{"port": 10003, "name": "http", "protocol": "tcp"}]},
            {"cmd": "sleep 1000", "portDefinitions": [{"port": 10003, "name": "http"}]},
        ),
        ({"portDefinitions": []}, {"cmd": "sleep 1000", "portDefinitions": []}),
        ({"role": "prod"}, {"cmd": "sleep 1000", "role": "prod"}),
        ({"maxLaunchDelaySeconds": 3600}, {"cmd": "sleep 1000", "maxLaunchDelaySeconds": 3600}),
        (
            {"upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 1.0}},
            {"cmd": "sleep 1000", "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 1.0}},
        ),
        (
            {"args": ["b", "a"], "cmd": None, "constraints": [["zone", "UNIQUE"], ["hostname", "GROUP_BY", "3"]]},
            {"args": ["b", "a"], "constraints": [["zone", "UNIQUE"], ["hostname", "GROUP_BY", "3"]]},
        ),
        (
            {
                "cmd": None,
                "portDefinitions": None,
                "networks": [{"mode": "container/bridge"}],
                "container": {
                    "type": "DOCKER",
                    "docker": {"image": "nginx", "forcePullImage": False, "privileged": True, "parameters": []},
                    "volumes": [{"containerPath": "/d", "hostPath": "/d", "mode": "RO"}],
                    "portMappings": [
                        {"containerPort": 80, "hostPort": 0, "servicePort": 10001, "protocol": "tcp", "labels": {}}
                    ],
                },
                "healthChecks": [
                    {
                        "protocol": "MESOS_HTTP",
                        "path": "/",
                        "portIndex": 0,
                        "gracePeriodSeconds": 300,
                        "intervalSeconds": 5,
                        "timeoutSeconds": 20,
                        "maxConsecutiveFailures": 3,
                        "delaySeconds": 15,
                        "ipProtocol": "IPv4",
                    }
                ],
            },
            {
                "networks": [{"mode": "container/bridge"}],
                "container": {
                    "type": "DOCKER",
                    "docker": {"image": "nginx", "privileged": True},
                    "volumes": [{"containerPath": "/d", "hostPath": "/d", "mode": "RO"}],
                    "portMappings": [{"containerPort": 80, "servicePort": 10001}],
                },
                "healthChecks": [{"protocol": "MESOS_HTTP", "path": "/", "intervalSeconds": 5}],
            },
        ),
    ],
)
def test_what_is_left(declared, shortest):
    app = stored(**declared)
    assert export.minimal(app) == {"id": "/a", **shortest}
    assert plan(export.minimal(app), app).action == app_plan.NONE


def test_defaults_are_those_of_the_release():
    old, new = stored(role=None, maxLaunchDelaySeconds=3600), stored(role=None)
    assert "maxLaunchDelaySeconds" not in export.minimal(old, (1, 7))
    assert export.minimal(new, (1, 7))["maxLaunchDelaySeconds"] == 300


def test_an_app_of_an_old_release_is_written_in_the_new_form():
    app = {
        "id": "/old",
        "cmd": None,
        "args": [],
        "cpus": 1,
        "mem": 128,
        "ports": [10000],
        "portDefinitions": [{"port": 10000, "protocol": "tcp", "labels": {}}],
        "uris": [],
        "fetch": [],
        "storeUrls": [],
        "ipAddress": None,
        "constraints": [["hostname", "UNIQUE", ""]],
        "container": {
            "type": "DOCKER",
            "volumes": [],
            "docker": {"image": "nginx", "network": "BRIDGE", "portMappings": [{"containerPort": 80, "hostPort": 0}]},
        },
    }
    assert export.minimal(app) == {
        "id": "/old",
        "constraints": [["hostname", "UNIQUE"]],
        "networks": [{"mode": "container/bridge"}],
        "container": {"type": "DOCKER", "docker": {"image": "nginx"}, "portMappings": [{"containerPort": 80}]},
    }


GROUP = {
    "id": "/",
    "apps": [stored("/b"), stored("/a")],
    "dependencies": [],
    "groups": [
        {
            "id": "/shop",
            "apps": [stored("/shop/web", env={"PASSWORD": "x", "LEVEL": "3"})],
            "dependencies": ["/z", "/db"],
            "groups": [{"id": "/shop/empty", "apps": [], "dependencies": [], "groups": []}],
        }
    ],
}


def test_documents():
    found = list(export.documents(GROUP, (1, 11), ("env.PASSWORD", "cpus")))
    assert [(document.kind, document.id, document.name) for document in found] == [
        ("app", "/a", "a"),
        ("app", "/b", "b"),
        ("group", "/shop", "shop@group"),
        ("app", "/shop/web", "shop_web"),
    ]
    assert found[2].definition == {"id": "/shop", "dependencies": ["/db", "/z"]}
    assert found[3].definition == {"id": "/shop/web", "cmd": "sleep 1000", "env": {"LEVEL": "3"}}


@pytest.mark.parametrize(
    ("paths", "left"),
    [
        ((), {"a": 1, "env": {"x.y": 1, "x": {"y": 2}}}),
        (("a", "nope", "a.b", "env.z"), {"env": {"x.y": 1, "x": {"y": 2}}}),
        (("env",), {"a": 1}),
        (("env.x.y",), {"a": 1, "env": {"x": {"y": 2}}}),
        (("env.x.y", "env.x.y"), {"a": 1}),
    ],
)
def test_leaving_out(paths, left):
    whole = {"a": 1, "env": {"x.y": 1, "x": {"y": 2}}}
    assert export.without(whole, paths) == left
    assert whole == {"a": 1, "env": {"x.y": 1, "x": {"y": 2}}}


PODS = [
    ({}, {}),
    ({"networks": [{"mode": "host"}]}, {"networks": [{"mode": "host"}]}),
    ({"scaling": {"kind": "fixed", "instances": 3}}, {"scaling": {"kind": "fixed", "instances": 3}}),
    ({"scaling": {"instances": 1}}, {}),
    ({"labels": {"a": "b"}, "role": "*", "user": "me"}, {"labels": {"a": "b"}, "user": "me"}),
    (
        {"scheduling": {"backoff": {"backoff": 1, "backoffFactor": 2}, "placement": {}}},
        {"scheduling": {"backoff": {"backoffFactor": 2.0}}},
    ),
    ({"scheduling": {"unreachableStrategy": "disabled"}}, {"scheduling": {"unreachableStrategy": "disabled"}}),
    (
        {"volumes": [{"name": "v", "persistent": {"type": "root", "size": 10, "constraints": []}}]},
        {"volumes": [{"name": "v", "persistent": {"type": "root", "size": 10}}]},
    ),
]


@pytest.mark.parametrize(("declared", "shortest"), PODS)
def test_the_shortest_definition_of_a_pod_plans_to_nothing(declared, shortest):
    container = {"name": "c", "exec": {"command": {"shell": "x"}}, "resources": {"cpus": 1, "mem": 64}}
    there = {**pod_definition.canonical({"id": "/p", "containers": [container], **declared}), "version": "v"}
    left = {**container, "resources": {"mem": 64.0}}
    assert export.minimal_pod(there) == {"id": "/p", "containers": [left], **shortest}
    wanted = pod_plan.WantedPod(pod_definition.declared(export.minimal_pod(there)))
    assert pod_plan.plan_present(wanted, there).action == app_plan.NONE


def test_pods_have_files_beside_apps_and_leave_out_what_is_named():
    pod = {"id": "/g/p", "containers": [{"name": "c"}], "scaling": {"kind": "fixed", "instances": 2},
           "environment": {"A": "1", "PASSWORD": "x"}}  # fmt: skip
    group = {"id": "/g", "apps": [stored("/g/a")], "pods": [{"id": "/g/p", "spec": pod, "status": "STABLE"}]}
    found = list(export.documents(group, (1, 11), ("instances", "env.B", "environment.PASSWORD")))
    assert [(one.kind, one.id, one.name) for one in found] == [("app", "/g/a", "g_a"), ("pod", "/g/p", "g_p")]
    assert found[1].definition == {
        "id": "/g/p",
        "environment": {"A": "1"},
        "containers": [{"name": "c"}],
        "scaling": {"kind": "fixed"},
    }
