from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app as app_definition,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.definition import (
    app_fields,
)
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.errors import DefinitionError

DATA = json.loads((Path(__file__).parents[1] / "data" / "normalise.json").read_text())
VECTORS = [pytest.param(vector, id=vector["name"]) for vector in DATA["vectors"]]


def expected(vector):
    app = {**DATA["defaults"], **vector["canonical"]}
    return {name: value for name, value in app.items() if name not in vector.get("absent", ())}


@pytest.mark.parametrize("vector", VECTORS)
def test_canonical_form(vector):
    assert app_definition.canonical(vector["sent"]) == expected(vector)


@pytest.mark.parametrize("vector", VECTORS)
def test_canonical_form_of_a_canonical_form_is_itself(vector):
    canonical = app_definition.canonical(vector["sent"])
    assert app_definition.canonical(canonical) == canonical


@pytest.mark.parametrize("vector", VECTORS)
def test_the_declared_part_means_the_same_as_the_whole(vector):
    assert app_definition.complete(app_definition.declared(vector["sent"])) == expected(vector)


@pytest.mark.parametrize("vector", VECTORS)
def test_the_definition_is_left_as_it_was(vector):
    sent = copy.deepcopy(vector["sent"])
    app_definition.canonical(sent)
    assert sent == vector["sent"]


@pytest.mark.parametrize("vector", VECTORS)
def test_no_legacy_field_is_left(vector):
    canonical = app_definition.canonical(vector["sent"])
    assert not set(canonical) & set(app_fields.names(app_fields.LEGACY) + app_fields.names(app_fields.SERVER))
    docker = canonical.get("container", {}).get("docker", {})
    assert not {"network", "portMappings"} & set(docker)


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        ({"container": {"docker": {"image": "x", "network": "NONE"}}}, "use HOST, BRIDGE or USER"),
        ({"container": {"docker": {"network": "HOST"}}, "networks": [{"mode": "host"}]}, "docker.network and networks"),
        ({"ipAddress": {}, "networks": [{"mode": "host"}]}, "ipAddress and networks"),
        ({"cmd": "sleep 1", "args": ["run"]}, "cmd and args contradict each other: keep cmd"),
        ({"ports": [1], "portDefinitions": [{"port": 2}]}, "keep portDefinitions"),
        ({"uris": ["a"], "fetch": [{"uri": "b"}]}, "keep fetch"),
        (
            {"container": {"docker": {"portMappings": [{"containerPort": 1}]}, "portMappings": [{"containerPort": 2}]}},
            "portMappings contradict",
        ),
        ({"instances": "many"}, '/instances must be a number, not "many"'),
        ({"instances": 2.5}, "/instances must be a whole number, not 2.5"),
        ({"instances": True}, "/instances must be a number, not true"),
        ({"cpus": "nan"}, "/cpus must be a number"),
        ({"cpus": 10**400}, "/cpus must be a number, not 1000"),
        ({"requirePorts": "maybe"}, "/requirePorts must be true or false"),
        ({"env": ["A=1"]}, "/env must be a mapping"),
        ({"constraints": "hostname:UNIQUE"}, "/constraints must be a list"),
        ({"constraints": ["hostname:UNIQUE"]}, "/constraints(0) must be a list"),
        ({"container": {"portMappings": [80]}}, "/container/portMappings(0) must be a mapping, not 80"),
        ({"portDefinitions": [{"port": "http"}]}, "/portDefinitions(0)/port must be a number"),
        ({"dependencies": ["No_Id"]}, "/dependencies(0) 'No_Id' is not an app id"),
        ({"id": "/shop/versions"}, "/id '/shop/versions' ends in versions, which Marathon's API takes for a question"),
        ({"id": "restart"}, "/id 'restart' ends in restart"),
        ({"id": "/a/tasks/"}, "about /a and not for a name: choose another last part"),
    ],
)
def test_contradictions_and_wrong_types_are_refused_by_name(definition, words):
    with pytest.raises(DefinitionError) as failure:
        app_definition.canonical({"id": "/a", **definition})
    assert words in str(failure.value)


@pytest.mark.parametrize("wrong", ["/", "", "/Shop", "/a_b", "/-a", "/a/?force=true", 7])
def test_ids_that_marathon_cannot_have(wrong):
    with pytest.raises(DefinitionError, match="/id"):
        app_definition.canonical({"id": wrong, "cmd": "sleep 1"})


def test_a_default_that_differs_between_releases():
    app = {"id": "/a", "cmd": "sleep 1"}
    assert app_definition.canonical(app, (1, 7))["maxLaunchDelaySeconds"] == 3600
    assert app_definition.canonical(app, (1, 8))["maxLaunchDelaySeconds"] == 300


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("1.11.24", (1, 11, 24)),
        ("1.5.0-96-gf84298d", (1, 5, 0)),
        ("v1.9.100-SNAPSHOT", (1, 9, 100)),
        ("0.13", (0, 13, 0)),
        ("", (1, 11)),
        ("x", (1, 11)),
    ],
)
def test_release_of_a_version(version, release):
    assert app_fields.parse_release(version) == release


def test_a_field_that_marathon_would_ignore_is_told():
    told = app_definition.unknown_fields({"id": "a", "cmd": "c", "ports": [], "version": "v", "instance": 2})
    assert told == ["Marathon knows no app field 'instance' and ignores it; did you mean 'instances'?"]


@pytest.mark.parametrize(("name", "meant"), [("Cpus", "cpus"), ("CPUS", "cpus"), ("healthchecks", "healthChecks")])
def test_capitals_do_not_hide_what_was_meant(name, meant):
    told = [f"Marathon knows no app field {name!r} and ignores it; did you mean {meant!r}?"]
    assert app_definition.unknown_fields({"id": "a", "cmd": "c", name: 1}) == told
