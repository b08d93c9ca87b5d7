"""Every form of a definition is taken; what Marathon refuses is refused by its place; nothing ever crashes."""

from __future__ import annotations

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._translate import translation
from ansible_collections.quorum.mesos.plugins.module_utils._translate.definitions import MarathonError

OLD = {
    "id": "web",
    "uris": ["http://h/a.tgz", "http://h/docker.tar.gz"],
    "ports": [0],
    "container": {
        "type": "DOCKER",
        "docker": {"image": "a", "network": "BRIDGE", "portMappings": [{"containerPort": 80, "servicePort": 10080}]},
    },
    "constraints": [["hostname", "UNIQUE", ""]],
}
NEW = {
    "id": "/web",
    "fetch": [{"uri": "http://h/a.tgz"}, {"uri": "http://h/docker.tar.gz"}],
    "networks": [{"mode": "container/bridge"}],
    "container": {
        "type": "DOCKER",
        "docker": {"image": "a"},
        "portMappings": [{"containerPort": 80, "hostPort": 0, "servicePort": 10080}],
    },
    "constraints": [["hostname", "UNIQUE"]],
}
POD = {"id": "/p", "containers": [{"name": "a", "image": {"id": "a"}, "resources": {"cpus": 1, "mem": 32}}]}


def made(value, **options):
    return translation.for_target(value, options, "kubernetes")


def test_old_and_new_forms_are_the_same():
    assert made(OLD) == made(NEW)


@pytest.mark.parametrize(
    "value",
    [
        {"app": NEW},
        {"apps": [NEW]},
        [NEW],
        {"id": "/", "apps": [NEW], "groups": [], "dependencies": []},
        {**NEW, "tasksRunning": 3, "version": "2020-01-01T00:00:00.000Z", "deployments": []},
    ],
    ids=["answer", "answers", "list", "root", "running"],
)
def test_saved_answers(value):
    assert made(value) == made(NEW)


def test_a_group_with_apps_and_pods_below_it():
    group = {
        "id": "/shop",
        "dependencies": ["/db"],
        "apps": [{"id": "web", "cmd": "x"}],
        "groups": [{"id": "in", "apps": [{"id": "deep", "cmd": "x", "dependencies": ["/shop/web"]}]}],
        "pods": [{**POD, "id": "pod"}],
    }
    found = made(group)
    assert found["names"] == {"/shop/web": "shop-web", "/shop/in/deep": "shop-in-deep", "/shop/pod": "shop-pod"}
    told = {note["id"]: note["text"] for note in found["notes"] if note["field"] == "/dependencies"}
    assert "move /db first" in told["/shop/web"] and "move /db first" in told["/shop/pod"]
    assert "move /shop/web first" in told["/shop/in/deep"]


def test_places_are_those_of_the_definition_as_it_is_written():
    app = {**NEW, "constraints": [["rack", "LIKE", "b"], ["attic", "LIKE", "[ab]"]]}
    assert {"/constraints/1"} == {n["field"] for n in made(app)["notes"] if "regular expression" in n["text"]}
    pod = {
        **POD,
        "scheduling": {
            "placement": {
                "constraints": [
                    {"fieldName": "rack", "operator": "is", "value": "b"},
                    {"fieldName": "attic", "operator": "LIKE", "value": "[ab]"},
                ]
            }
        },
    }
    told = {n["field"] for n in made(pod)["notes"] if "regular expression" in n["text"]}
    assert told == {"/scheduling/placement/constraints/1"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("text", "must be a mapping"),
        (None, "must be a mapping"),
        ({}, "no id"),
        ({"id": 7}, "/id must be a string"),
        ({"id": "/A"}, "not an app id"),
        ([NEW, NEW], "declared twice"),
        ({**NEW, "cpus": "many"}, "/cpus must be a number"),
        ({**NEW, "instances": -1}, "/instances"),
        ({**NEW, "cmd": "a", "args": ["b"]}, "contradict"),
        ({**NEW, "args": ["a", None]}, "/args/1 is null"),
        ({**NEW, "env": {"A": {"secrets": "x"}}}, "/env/A refers to no secret"),
        ({**NEW, "fetch": [{"extract": True}]}, "uri is required"),
        ({**NEW, "container": {"volumes": [{"hostPath": "/a"}]}}, "containerPath is required"),
        ({**NEW, "container": {"docker": {"image": "a", "pullConfig": {}}}}, "secret is required"),
        ({**POD, "volumes": [{"host": "/a"}]}, "/volumes(0)/name is required"),
        ({**POD, "containers": [{"resources": {}}]}, "/containers(0)/name is required"),
        ({"apiVersion": "v1", "kind": "Pod", "id": "a"}, "a Kubernetes object"),
        ({"services": {}}, "a Compose file"),
    ],
)
def test_what_is_wrong_is_refused_by_its_place(value, told):
    with pytest.raises(MarathonError) as failure:
        made(value)
    assert told in str(failure.value)


def test_a_scheduler_of_mesos_is_not_written():
    found = made({**NEW, "labels": {"DCOS_PACKAGE_FRAMEWORK_NAME": "kafka"}})
    assert found["objects"] == []
    assert ("dropped", "/labels/DCOS_PACKAGE_FRAMEWORK_NAME") in {(n["level"], n["field"]) for n in found["notes"]}


def test_the_login_of_a_registry_is_no_file_of_the_app():
    pod = made(OLD)["objects"][0]["spec"]["template"]["spec"]
    assert pod["imagePullSecrets"] == [{"name": "web-registry"}]
    script = pod["initContainers"][0]["command"][-1]
    assert "a.tgz" in script and "docker.tar.gz" not in script


def test_an_image_that_marathon_itself_drops_is_told():
    found = made({"id": "/a", "cmd": "x", "container": {"type": "MESOS", "appc": {"image": "x"}}})
    assert "/container/appc" in [note["field"] for note in found["notes"]]
