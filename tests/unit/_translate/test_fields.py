"""No field is lost in silence: each one that a person may declare changes what is written, or has a note."""

from __future__ import annotations

import copy

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import definitions, translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.model import app, pod

APP = {"id": "/a", "instances": 2, "container": {"type": "MESOS", "docker": {"image": "a"}}, "portDefinitions": []}
PORT = {"portDefinitions": [{"port": 0, "name": "http"}]}
# A value that is not the default, and where it means nothing alone, what it needs besides.
APP_SAMPLES = {
    "id": "/b",
    "cmd": "run",
    "args": ["run"],
    "user": "www",
    "env": {"A": "b"},
    "instances": 3,
    "cpus": 2,
    "mem": 256,
    "disk": 10,
    "gpus": 1,
    "executor": "//cmd",
    "executorResources": {"cpus": 1, "mem": 64, "disk": 20},
    "resourceLimits": {"cpus": 3},
    "constraints": [["hostname", "UNIQUE"]],
    "acceptedResourceRoles": ["slave_public"],
    "role": "dev",
    "fetch": [{"uri": "http://h/a.tgz"}],
    "networks": [{"mode": "container", "name": "blue"}],
    "portDefinitions": [{"port": 8080, "name": "http"}],
    "requirePorts": (True, {"portDefinitions": [{"port": 8080}]}),
    "container": {"type": "DOCKER", "docker": {"image": "b"}},
    "healthChecks": ([{"protocol": "MESOS_HTTP", "path": "/h"}], PORT),
    "check": ({"tcp": {"portIndex": 0}}, PORT),
    "readinessChecks": ([{"portName": "http"}], PORT),
    "dependencies": ["/db"],
    "upgradeStrategy": {"minimumHealthCapacity": 0.5, "maximumOverCapacity": 0},
    "backoffSeconds": 9,
    "backoffFactor": 3,
    "maxLaunchDelaySeconds": 60,
    "taskKillGracePeriodSeconds": 70,
    "killSelection": "OLDEST_FIRST",
    "unreachableStrategy": {"inactiveAfterSeconds": 60, "expungeAfterSeconds": 120},
    "labels": {"team": "red"},
    "secrets": {"s": {"source": "a/b"}},
    "tty": True,
}
CONTAINER = {"name": "main", "image": {"id": "a"}, "resources": {"cpus": 1, "mem": 64}}
POD = {"id": "/a", "scaling": {"instances": 2}, "containers": [CONTAINER]}
POD_SAMPLES = {
    "id": "/b",
    "labels": {"team": "red"},
    "user": "1000",
    "environment": {"A": "b"},
    "containers": [{**CONTAINER, "name": "other"}],
    "secrets": {"s": {"source": "a/b"}},
    "volumes": (
        [{"name": "v", "host": "/srv"}],
        {"containers": [{**CONTAINER, "volumeMounts": [{"name": "v", "mountPath": "/v"}]}]},
    ),
    "networks": [{"mode": "container", "name": "blue"}],
    "scaling": {"instances": 3},
    "scheduling": {"killSelection": "OLDEST_FIRST"},
    "executorResources": {"cpus": 1, "mem": 64, "disk": 20},
    "role": "dev",
    "linuxInfo": {"seccomp": {"unconfined": True}},
    "legacySharedCgroups": True,
}


def seen(definition, target):
    found = translation.for_target(definition, {}, target)
    return found["objects"], {one["field"] for one in found["notes"]}


@pytest.mark.parametrize("is_pod", [False, True], ids=["app", "pod"])
def test_every_field_has_a_sample_and_a_reader(is_pod):
    known = set(definitions.known_fields(is_pod))
    assert known == set(POD_SAMPLES if is_pod else APP_SAMPLES)
    assert known == (pod if is_pod else app).READ


@pytest.mark.parametrize("target", ["kubernetes", "swarm"])
@pytest.mark.parametrize(
    ("base", "name", "sample"),
    [
        *(pytest.param(APP, name, sample, id=f"app-{name}") for name, sample in APP_SAMPLES.items()),
        *(pytest.param(POD, name, sample, id=f"pod-{name}") for name, sample in POD_SAMPLES.items()),
    ],
)
def test_a_field_is_translated_or_noted(base, name, sample, target):
    value, besides = sample if isinstance(sample, tuple) else (sample, {})
    plain = {**copy.deepcopy(base), **besides}
    objects, notes = seen({**plain, name: value}, target)
    before, noted = seen(plain, target)
    assert objects != before or notes - noted, f"{name} is lost for {target}"


@pytest.mark.parametrize("target", ["kubernetes", "swarm"])
def test_what_marathon_does_not_know_is_noted(target):
    odd = {**APP, "colour": "red", "container": {"type": "MESOS", "docker": {"image": "a", "tag": "1"}}}
    assert {"/colour", "/container/docker/tag"} <= seen(odd, target)[1]
    odd = {**POD, "colour": "red", "containers": [{**CONTAINER, "tag": "1"}]}
    assert {"/colour", "/containers/0/tag"} <= seen(odd, target)[1]


def test_a_field_that_gets_no_reader_has_a_note(monkeypatch):
    monkeypatch.setattr(app, "READ", app.READ - {"tty"})
    assert "/tty" in seen({**APP, "tty": True}, "swarm")[1]
