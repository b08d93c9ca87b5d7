"""Rules for apps that a dry run of Marathon leaves out: each by what breaks it and by what keeps it."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import app as app_definition
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.rules import app as app_rules
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.rules.surroundings import Surroundings

SINGLE = {"labels": {"MARATHON_SINGLE_INSTANCE_APP": "true"}}
NONE_OVER = {"minimumHealthCapacity": 0, "maximumOverCapacity": 0}
HTTP = {"protocol": "HTTP", "path": "/"}


def canonical(app_id="/g/a", **declared):
    return app_definition.canonical({"id": app_id, "cmd": "sleep 1000", **declared})


def resident(size=10, path="data", **declared):
    volume = {"containerPath": path, "mode": "RW", "persistent": {"size": size}}
    return {"container": {"type": "MESOS", "volumes": [volume]}, "role": "dev", **declared}


def told(after, before=None, **more):
    return [str(problem) for problem in app_rules.problems(after, before, **more)]


@pytest.mark.parametrize(
    ("declared", "words"),
    [
        ({"instances": -1}, "/instances is -1, but must be 0 or more"),
        ({"portDefinitions": [{"port": 70000}]}, "/portDefinitions(0)/port is 70000, but must be between 0 and 6553"),
        (SINGLE, "/upgradeStrategy/minimumHealthCapacity is 1.0, but must be 0 with the label"),
        (
            {**SINGLE, "upgradeStrategy": NONE_OVER, "instances": 2},
            "/instances is 2, but must be 0 or 1 with the label",
        ),
        (
            {"unreachableStrategy": {"inactiveAfterSeconds": 9, "expungeAfterSeconds": 5}},
            "is 9, but must not be more than",
        ),
        (
            {"healthChecks": [{**HTTP, "portIndex": 1}]},
            "/healthChecks(0)/portIndex is 1, but must be the number of a port",
        ),
        ({"healthChecks": [HTTP], "portDefinitions": []}, "/healthChecks(0) must have port or portIndex (there are"),
        ({"healthChecks": [{"protocol": "COMMAND"}]}, "/healthChecks(0)/command is required"),
        (
            {"healthChecks": [{**HTTP, "command": {"value": "true"}}]},
            '/healthChecks(0)/protocol is "HTTP", but must be',
        ),
        ({"check": {"intervalSeconds": 5}}, "/check must have one of http, tcp and exec, and has none"),
        ({"check": {"http": {"scheme": "HTTPS"}}}, '/check/http/scheme is "HTTPS", but must be HTTP'),
        ({"check": {"tcp": {"portIndex": 3}}}, "/check/tcp/portIndex is 3"),
        (
            {"check": {"tcp": {"port": 1}}, "container": {"docker": {"image": "i"}}},
            "/check works with the container type MESOS only",
        ),
        (
            {"container": {"type": "MESOS", "linuxInfo": {"seccomp": {"unconfined": False}}}},
            "/container/linuxInfo/seccomp must have either",
        ),
        (
            {"container": {"type": "MESOS", "linuxInfo": {"ipcInfo": {"mode": "SHARE_PARENT", "shmSize": 5}}}},
            "/container/linuxInfo/ipcInfo/shmSize is 5, but must not be set",
        ),
        (resident(role="*"), '/role is "*", but must be a role of its own'),
        (
            resident(upgradeStrategy={"minimumHealthCapacity": 0, "maximumOverCapacity": 1}),
            "/upgradeStrategy/maximumOver",
        ),
        (
            resident(unreachableStrategy={"inactiveAfterSeconds": 0, "expungeAfterSeconds": 5}),
            "/unreachableStrategy must be disabled",
        ),
    ],
)
def test_what_marathon_would_refuse(declared, words):
    assert any(words in sentence for sentence in told(canonical(**declared))), told(canonical(**declared))


@pytest.mark.parametrize(
    "declared",
    [
        {},
        {"instances": 0},
        {**SINGLE, "upgradeStrategy": NONE_OVER},
        {"healthChecks": [HTTP]},
        {"healthChecks": [{**HTTP, "port": 80}], "portDefinitions": []},
        {"healthChecks": [{"protocol": "COMMAND", "command": {"value": "true"}}]},
        {"check": {"http": {"portIndex": 0}}},
        resident(),
    ],
)
def test_what_marathon_takes(declared):
    assert told(canonical(**declared)) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (resident(size=20), "/container/volumes of the containerPath 'data' cannot change"),
        (resident(path="log"), "'data' cannot change"),
        (resident(cpus=2), "/cpus is 2.0, but cannot change in an app with persistent volumes"),
        (resident(requirePorts=True), "/requirePorts is true, but cannot change"),
        (resident(requirePorts=True, portDefinitions=[{"port": 80}]), "/portDefinitions cannot change"),
        (resident(role="other"), '/role is "other", but changes for new instances only'),
        ({}, "'data' cannot change"),
    ],
)
def test_what_an_app_with_persistent_volumes_may_not_change(changed, words):
    before = canonical(**resident())
    found = told(canonical(**changed), before)
    assert any(words in sentence for sentence in found), found
    assert told(canonical(**resident(env={"A": "b"})), before) == []


def test_its_role_changes_with_force():
    assert told(canonical(**resident(role="other")), canonical(**resident()), force=True) == []


AROUND = Surroundings(mesos_role="dev", enforced=False)


@pytest.mark.parametrize(
    ("app_id", "around", "declared", "current", "words"),
    [
        ("/g/a", AROUND, {"role": "x"}, None, ['/role is "x", but must be one of dev, g']),
        ("/g/a", AROUND, {"role": "x"}, "x", []),
        ("/g/a", AROUND, {"role": "g"}, None, []),
        ("/a", AROUND, {"role": "a"}, "a", ['/role is "a", but must be one of dev']),
        ("/g/a", Surroundings("dev", enforced=True), {"role": "dev"}, None, ['/role is "dev", but must be one of g']),
        ("/g/a", Surroundings(), {"role": "x"}, None, []),
        ("/g/a", AROUND, {"acceptedResourceRoles": ["g"]}, None, ["/acceptedResourceRoles must be of * and dev only"]),
        ("/g/a", AROUND, {"acceptedResourceRoles": ["g"], "role": "g"}, None, []),
    ],
)
def test_roles_are_those_of_the_group(app_id, around, declared, current, words):
    after = canonical(app_id, **declared)
    known = {"role": current} if current else None
    found = app_rules.in_surroundings(after, known, (1, 11), around)
    assert [str(problem) for problem in found] == words


def test_releases_without_roles_have_no_rules_for_them():
    assert list(app_rules.in_surroundings(canonical(role="x"), None, (1, 8), AROUND)) == []
