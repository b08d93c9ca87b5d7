"""Where tasks answer, for every way in which a network gives them ports."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.report import endpoints

from ..fakes import stored, task


def docker(network, *mappings):
    return {
        "networks": [network],
        "container": {"type": "DOCKER", "docker": {"image": "nginx"}, "volumes": [], "portMappings": list(mappings)},
        "portDefinitions": None,
    }


HTTP = {"containerPort": 80, "hostPort": 0, "servicePort": 10000, "protocol": "tcp", "labels": {}, "name": "http"}
ADMIN = {**HTTP, "containerPort": 81, "name": "admin"}
INNER = {"containerPort": 8080, "servicePort": 10001, "protocol": "tcp", "labels": {}, "name": "inner"}
OVERLAY = {"mode": "container", "name": "overlay"}
BOTH_ADDRESSES = [{"ipAddress": "fd00::7", "protocol": "IPv6"}, {"ipAddress": "9.0.0.7", "protocol": "IPv4"}]

PLACES = [
    ({}, {"ports": [31000]}, ["slave1:31000 default"]),
    (
        {"portDefinitions": [{"port": 1, "name": "a", "protocol": "tcp"}, {"port": 2, "protocol": "udp"}]},
        {"ports": [31001, 31000]},
        ["slave1:31000 None", "slave1:31001 a"],
    ),
    (
        docker({"mode": "container/bridge"}, HTTP, ADMIN),
        {"ports": [31000, 31001]},
        ["slave1:31000 http", "slave1:31001 admin"],
    ),
    # The port of the container comes first, so the only port of the host is the second mapping's.
    (
        docker(OVERLAY, INNER, HTTP),
        {"ports": [31000], "ipAddresses": BOTH_ADDRESSES},
        ["9.0.0.7:8080 inner", "slave1:31000 http"],
    ),
    (
        docker(OVERLAY, INNER),
        {"ports": [], "ipAddresses": [{"ipAddress": "fd00::7", "protocol": "IPv6"}]},
        ["[fd00::7]:8080 inner"],
    ),
    (docker(OVERLAY, INNER), {"ports": []}, []),
    ({"portDefinitions": []}, {"ports": []}, []),
    ({}, {"ports": [31000], "state": "TASK_STAGING"}, []),
    ({}, {"ports": [31000], "state": "TASK_UNREACHABLE"}, []),
    # What GET tells before 1.5, and before a task had a state.
    (
        {
            "networks": None,
            "portDefinitions": None,
            "container": {
                "type": "DOCKER",
                "docker": {"image": "nginx", "network": "BRIDGE", "portMappings": [{"containerPort": 80}]},
            },
        },
        {"ports": [31000], "state": None, "startedAt": "2015-01-01T00:00:00.000Z"},
        ["slave1:31000 None"],
    ),
    ({}, {"ports": [31000], "state": None}, []),
]


@pytest.mark.parametrize(("definition", "running", "expected"), PLACES)
def test_places(definition, running, expected):
    app = stored(**definition, tasks=[task(**running)])
    assert [f"{found.address} {found.name}" for found in endpoints.endpoints(app)] == expected


def test_all_that_is_told_of_an_endpoint():
    (found,) = endpoints.endpoints(stored())
    assert asdict(found) == {
        "app_id": "/a",
        "task_id": "a.instance-0._app.1",
        "host": "slave1",
        "port": 31000,
        "index": 0,
        "name": "default",
        "protocol": "tcp",
        "healthy": None,
    }


@pytest.mark.parametrize(
    ("checks", "results", "healthy"),
    [
        (None, [], None),
        ([{"protocol": "MESOS_HTTP"}], None, False),
        ([{"protocol": "MESOS_HTTP"}], [{"alive": True}], True),
        ([{"protocol": "HTTP"}, {"protocol": "TCP"}], [{"alive": True}, {"alive": False}], False),
    ],
)
def test_health(checks, results, healthy):
    app = stored(healthChecks=checks, tasks=[task(healthCheckResults=results)])
    assert [found.healthy for found in endpoints.endpoints(app)] == [healthy]
