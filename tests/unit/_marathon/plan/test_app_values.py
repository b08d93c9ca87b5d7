"""Each rule of api.md 3.3 to 3.7: the values that are sent, and those that GET returns for them."""

from __future__ import annotations

import json

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    legacy,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan import app as app_plan
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.plan.app import Wanted, plan_present

from ..rule_cases import ABSENT, BRIDGE, app, as_stored, docker, parts, rows, wanted

PLAIN = {"extract": True, "executable": False, "cache": False}
CHECK = {
    "protocol": "HTTP",
    "gracePeriodSeconds": 300,
    "intervalSeconds": 60,
    "timeoutSeconds": 20,
    "maxConsecutiveFailures": 3,
    "delaySeconds": 15,
    "ipProtocol": "IPv4",
    "ignoreHttp1xx": False,
    "portIndex": 0,
}
OF_MESOS = {name: value for name, value in CHECK.items() if name != "ignoreHttp1xx"}
VOLUME = {"containerPath": "data", "mode": "RW", "persistent": {"size": 10}}
RESIDENT = {"role": "dev", "container": {"type": "MESOS", "volumes": [VOLUME]}}

FETCH = [
    (
        "3.3",
        "uris are unpacked by their ending",
        {"uris": ["http://h/a.tgz", "http://h/b.jar"]},
        {"fetch": [{**PLAIN, "uri": "http://h/a.tgz"}, {**PLAIN, "uri": "http://h/b.jar", "extract": False}]},
    ),
    (
        "3.3",
        "fetch is unpacked by default",
        {"fetch": [{"uri": "http://h/b.jar"}]},
        {"fetch": [{**PLAIN, "uri": "http://h/b.jar"}]},
    ),
    ("3.3", "uris are never returned", {"uris": ["a"]}, {"uris": ABSENT}),
    ("2.1", "empty uris beside fetch", {"uris": [], "fetch": [{"uri": "a"}]}, {"fetch": [{**PLAIN, "uri": "a"}]}),
    (
        "2.1",
        "files keep their order",
        {"fetch": [{"uri": "b", "destPath": "x"}, {"uri": "a"}]},
        {"fetch": [{**PLAIN, "uri": "b", "destPath": "x"}, {**PLAIN, "uri": "a"}]},
    ),
]

CHECKS = [
    ("3.4", "the first port where none is named", {"healthChecks": [{}]}, {"healthChecks": [CHECK]}),
    (
        "3.4",
        "the first port of the mappings too",
        {"container": {**docker(), "portMappings": [{}]}, "networks": BRIDGE, "healthChecks": [{}]},
        {"healthChecks": [CHECK]},
    ),
    ("3.4", "none where there is no port", {"ports": [], "healthChecks": [{}]}, {"healthChecks(0)/portIndex": ABSENT}),
    (
        "3.4",
        "a port is enough",
        {"healthChecks": [{"port": 80}]},
        {"healthChecks(0)/port": 80, "healthChecks(0)/portIndex": ABSENT},
    ),
    (
        "3.4",
        "both are stored as sent",
        {"ports": [0, 0], "healthChecks": [{"port": 80, "portIndex": 1}]},
        {"healthChecks(0)/port": 80, "healthChecks(0)/portIndex": 1},
    ),
    (
        "3.4",
        "COMMAND drops the index of a port",
        {"healthChecks": [{"protocol": "COMMAND", "command": {"value": "true"}, "portIndex": 0}]},
        {"healthChecks(0)/portIndex": ABSENT, "healthChecks(0)/command": {"value": "true"}},
    ),
    (
        "3.4",
        "ready is 200 by default",
        {"readinessChecks": [{}]},
        {
            "readinessChecks": [
                {
                    "name": "readinessCheck",
                    "protocol": "HTTP",
                    "path": "/",
                    "portName": "http-api",
                    "intervalSeconds": 30,
                    "timeoutSeconds": 10,
                    "httpStatusCodesForReady": [200],
                    "preserveLastResponse": False,
                }
            ]
        },
    ),
    *[
        (
            "2.7",
            f"the delay of {protocol} is {'stored' if protocol.startswith('MESOS') else 'not stored'}",
            {"healthChecks": [{"protocol": protocol, "delaySeconds": 7}]},
            {"healthChecks(0)/delaySeconds": 7 if protocol.startswith("MESOS") else 15},
        )
        for protocol in ("HTTP", "HTTPS", "TCP", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP")
    ],
    *[
        (
            "2.7",
            f"ignoreHttp1xx of {protocol} is not read",
            {"healthChecks": [{"protocol": protocol, "ignoreHttp1xx": True}]},
            {"healthChecks(0)/ignoreHttp1xx": False if protocol.startswith("HTTP") else ABSENT},
        )
        for protocol in ("HTTP", "HTTPS", "TCP", "MESOS_HTTP", "MESOS_HTTPS", "MESOS_TCP")
    ],
    (
        "2.7",
        "all defaults are returned",
        {"healthChecks": [{"protocol": "mesos_tcp"}]},
        {"healthChecks": [{**OF_MESOS, "protocol": "MESOS_TCP"}]},
    ),
    (
        "2.7",
        "words of a check in any case",
        {"healthChecks": [{"protocol": "mesos_http", "ipProtocol": "ipv6"}]},
        {"healthChecks(0)/protocol": "MESOS_HTTP", "healthChecks(0)/ipProtocol": "IPv6"},
    ),
]

EMPTY = ("args", "constraints", "dependencies", "fetch", "healthChecks", "readinessChecks", "acceptedResourceRoles")
VALUES = [
    ("3.5", "a relative id", {"id": "shop/web"}, {"id": "/shop/web"}),
    ("2.2", "slashes of an id", {"id": "//shop//web/"}, {"id": "/shop/web"}),
    ("2.2", "two dots in an id", {"id": "/shop/old/../web"}, {"id": "/shop/web"}),
    ("3.5", "relative dependencies", {"dependencies": ["db"]}, {"dependencies": ["/db"]}),
    *[
        ("3.5", f"{name} is a number with a point", {name: 20}, {name: 20.0})
        for name in ("cpus", "mem", "disk", "backoffFactor")
    ],
    (
        "3.5",
        "capacities are numbers with a point",
        {"upgradeStrategy": {"minimumHealthCapacity": 1, "maximumOverCapacity": 0}},
        {"upgradeStrategy": {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 0.0}},
    ),
    ("3.5", "killSelection in any case", {"killSelection": "Oldest_First"}, {"killSelection": "OLDEST_FIRST"}),
    ("3.5", "the mode of a network in any case", {"networks": [{"mode": "HOST"}]}, {"networks(0)/mode": "host"}),
    ("3.5", "the type of a container in any case", {"container": {"type": "mesos"}}, {"container/type": "MESOS"}),
    (
        "3.5",
        "a protocol in any case",
        {"portDefinitions": [{"protocol": "UDP"}]},
        {"portDefinitions(0)/protocol": "udp"},
    ),
    (
        "3.5",
        "the mode of a volume in any case",
        {"container": {**docker(), "volumes": [{"containerPath": "/a", "hostPath": "/b", "mode": "ro"}]}},
        {"container/volumes(0)/mode": "RO"},
    ),
    (
        "2.4",
        "an operator in lower case is not sent",
        {"constraints": [["a", "unique"]]},
        {"constraints": [["a", "UNIQUE"]]},
    ),
    (
        "3.5",
        "a container is Docker's by default, its lists are there",
        {"container": docker()},
        {
            "container": {
                "type": "DOCKER",
                "docker": {"image": "x", "forcePullImage": False, "privileged": False, "parameters": []},
                "volumes": [],
            }
        },
    ),
    (
        "3.5",
        "privileged and parameters are Docker's own",
        {"container": {"type": "MESOS", **docker(privileged=True, parameters=[])}},
        {"container/docker": {"image": "x", "forcePullImage": False, "privileged": False}},
    ),
    ("3.5", "labels are always there", {}, {"labels": {}}),
    (
        "3.5",
        "labels of a mapping are always there",
        {"container": {**docker(), "portMappings": [{}]}, "networks": BRIDGE},
        {"container/portMappings(0)/labels": {}},
    ),
    ("3.5", "empty labels of a port", {"portDefinitions": [{"labels": {}}]}, {"portDefinitions(0)/labels": ABSENT}),
    (
        "3.5",
        "a persistent volume without type and constraints",
        RESIDENT,
        {"container/volumes(0)/persistent": {"size": 10, "type": "root", "constraints": []}},
    ),
    *[("3.5", f"empty {name}", {"cmd": "c", name: []}, {name: ABSENT}) for name in EMPTY],
    *[("3.5", f"empty {name}", {name: {}}, {name: ABSENT}) for name in ("env", "secrets")],
    *[
        ("3.5", f"the word {word}", {"unreachableStrategy": word}, {"unreachableStrategy": "disabled"})
        for word in ("disabled", "Off")
    ],
    ("3.5", "an executor is always there", {}, {"executor": ""}),
    ("3.5", "no role but a declared one", {}, {"role": ABSENT}),
    (
        "3.5",
        "an upgrade strategy is always there",
        {},
        {"upgradeStrategy": {"minimumHealthCapacity": 1.0, "maximumOverCapacity": 1.0}},
    ),
    *[
        ("3.5", f"{name} is never null", {"cmd": "c", name: None}, {name: ABSENT})
        for name in (
            "user",
            "taskKillGracePeriodSeconds",
            "check",
            "tty",
            "executorResources",
            "resourceLimits",
            "container",
        )
    ],
    *[
        ("3.5", f"{name} has no order", {name: values}, {name: expected})
        for name, values, expected in [
            ("constraints", [["b", "UNIQUE"], ["a", "UNIQUE"]], [["a", "UNIQUE"], ["b", "UNIQUE"]]),
            ("dependencies", ["/z", "/b"], ["/b", "/z"]),
            ("acceptedResourceRoles", ["dev", "*"], ["*", "dev"]),
        ]
    ],
    ("3.5", "args have one", {"args": ["b", "a", "b"]}, {"args": ["b", "a", "b"]}),
    (
        "3.5",
        "residency is the server's",
        {**RESIDENT, "residency": {"taskLostBehavior": "WAIT_FOREVER", "relaunchEscalationTimeoutSeconds": 1}},
        {"residency": ABSENT},
    ),
    (
        "3.5",
        "unknown fields are dropped",
        {"instance": 2, "portDefinitions": [{"nam": "x"}]},
        {"instance": ABSENT, "portDefinitions(0)/nam": ABSENT},
    ),
    (
        "3.5",
        "versions are the server's",
        {"version": "v", "versionInfo": {}},
        {"version": ABSENT, "versionInfo": ABSENT},
    ),
    (
        "2.6",
        "seccomp is confined by default",
        {"container": {"type": "MESOS", "linuxInfo": {"seccomp": {"profileName": "x"}}}},
        {"container/linuxInfo": {"seccomp": {"profileName": "x", "unconfined": False}}},
    ),
    (
        "2.6",
        "an external volume is not shared by default",
        {
            "container": {
                "type": "MESOS",
                "volumes": [{"containerPath": "/d", "mode": "RW", "external": {"name": "v", "provider": "dvdi"}}],
            }
        },
        {
            "container/volumes(0)/external/shared": False,
            "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.0},
            "unreachableStrategy": {"inactiveAfterSeconds": 0, "expungeAfterSeconds": 0},
        },
    ),
    (
        "3.6c",
        "an app with a persistent volume",
        RESIDENT,
        {
            "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0.0},
            "unreachableStrategy": "disabled",
        },
    ),
]

OLDER = [
    (
        "3.7",
        "nulls for what is not set",
        dict.fromkeys(("args", "user", "container", "ipAddress", "acceptedResourceRoles", "residency")),
        dict.fromkeys(("args", "user", "container", "ipAddress", "acceptedResourceRoles", "residency"), ABSENT),
    ),
    (
        "3.7",
        "ports beside portDefinitions",
        {"ports": [10000], "portDefinitions": [{"port": 10000, "protocol": "tcp", "labels": {}}]},
        {"portDefinitions": [{"port": 10000, "protocol": "tcp"}], "ports": ABSENT},
    ),
    (
        "3.7",
        "uris beside fetch",
        {"uris": ["a.tgz"], "fetch": [{**PLAIN, "uri": "a.tgz"}], "storeUrls": []},
        {"fetch": [{**PLAIN, "uri": "a.tgz"}], "uris": ABSENT, "storeUrls": ABSENT},
    ),
    (
        "3.7",
        "the place of networks and mappings",
        {"container": docker(network="BRIDGE", portMappings=[{"containerPort": 80, "servicePort": 10000}])},
        {"networks": BRIDGE, "container/portMappings(0)/servicePort": 10000, "container/docker/network": ABSENT},
    ),
]
RULES = rows(FETCH + CHECKS + VALUES + OLDER)


@pytest.mark.parametrize(("sent", "expected"), RULES)
def test_what_get_returns(sent, expected):
    found = parts(app_definition.canonical(app(**sent)), expected)
    assert found == expected
    # 20 and 20.0 are equal, but not the same in a diff.
    assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)


@pytest.mark.parametrize(("sent", "expected"), RULES)
def test_what_get_returns_plans_to_nothing_and_means_itself(sent, expected):
    found = as_stored(app(**sent))
    for definition in (app(**sent), found):
        plan = plan_present(Wanted(app_definition.declared(definition)), found)
        assert (plan.action, plan.before) == (app_plan.NONE, plan.after)


@pytest.mark.parametrize("suffix", ["tar", "tar.gz", "tar.bz2", "tar.xz", "gz", "tgz", "tbz2", "txz", "zip"])
def test_endings_that_uris_are_unpacked_for(suffix):
    """3.3."""
    assert legacy.extracts(f"http://h/a.{suffix}")
    assert not legacy.extracts(f"http://h/{suffix}.jar")


@pytest.mark.parametrize("name", ["gpus", "instances", "backoffSeconds", "maxLaunchDelaySeconds"])
def test_whole_numbers_stay_whole_and_halves_are_refused(name):
    """3.5: Marathon answers a half with 422."""
    assert json.dumps(app_definition.canonical(app(**{name: "2"}))[name]) == "2"
    with pytest.raises(DefinitionError, match=f"/{name} must be a whole number, not 2.5"):
        app_definition.canonical(app(**{name: 2.5}))


class TestPortOfACheck:
    """3.4: only POST and group bodies leave it out, and the next write of any kind adds it and restarts the app."""

    POSTED = as_stored(app(healthChecks=[{"path": "/"}]))
    POSTED["healthChecks"][0].pop("portIndex")

    def test_a_creation_names_it(self):
        request = plan_present(wanted(healthChecks=[{"path": "/"}]), None).request
        assert (request.method, request.body["healthChecks"][0]["portIndex"]) == ("PUT", 0)
        only_post = plan_present(wanted(healthChecks=[{}], executorResources={"cpus": 1}), None).request
        assert (only_post.method, only_post.body["healthChecks"][0]["portIndex"]) == ("POST", 0)

    def test_an_app_without_it_is_left_alone(self):
        assert plan_present(wanted(healthChecks=[{"path": "/"}]), self.POSTED).action == app_plan.NONE

    def test_scaling_it_is_told_to_restart_it(self):
        plan = plan_present(wanted(healthChecks=[{"path": "/"}], instances=2), self.POSTED)
        assert (plan.action, plan.restarts) == (app_plan.SCALED, True)
