"""The paths of pods: what each answers, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest
from marathon_harness import Marathon

POD = {"id": "/g/pod", "containers": [
    {"name": "a", "exec": {"command": {"shell": "run"}}, "resources": {"cpus": 0.1, "mem": 16}}],
    "scaling": {"kind": "fixed", "instances": 0}}
UUID = "4f0f1a0e-0000-0000-0000-000000000000"
NO_ID = r"must fully match regular expression '^(.+)\.(instance-|marathon-)([^\.]+)$'"
THEN = "2001-01-01T00:00:00.000Z"


@pytest.fixture(scope="module")
def with_pod(shared: Marathon) -> Marathon:
    shared.write("POST", "/v2/pods", POD, 201)
    shared.write("PUT", "/v2/apps/g/app", {"cmd": "run", "instances": 0}, 201)
    shared.settled()
    return shared


@pytest.mark.parametrize(("method", "path", "body", "status", "message"), [
    ("GET", "/v2/pods/none", None, 404, '{"message": "pod with /none does not exist"}'),
    ("GET", "/v2/pods/g/app", None, 404, '{"message": "pod with /g/app does not exist"}'),
    ("GET", "/v2/pods/none::status", None, 404, "Pod '/none' does not exist"),
    ("GET", "/v2/pods/none::versions", None, 404, "Pod '/none' does not exist"),
    ("GET", f"/v2/pods/none::versions/{THEN}", None, 404, "Pod '/none' does not exist"),
    ("GET", f"/v2/pods/g/pod::versions/{THEN}", None, 404, "Pod '/g/pod' does not exist"),
    ("GET", "/v2/pods/g/pod::versions/then", None, 422,
     "Invalid timestamp provided 'then'. Expecting ISO-8601 datetime string."),
    ("DELETE", "/v2/pods/none", None, 404, "Pod '/none' does not exist"),
    ("DELETE", f"/v2/pods/none::instances/none.instance-{UUID}", None, 404, "Path '/none' does not exist"),
    ("DELETE", f"/v2/pods/g/pod::instances/g_pod.instance-{UUID}", None, 404,
     f"Task 'g_pod.instance-{UUID}' does not exist"),
    ("DELETE", "/v2/pods/g/pod::instances/one", None, 422, "Object is not valid"),
    ("DELETE", "/v2/pods/g/pod::instances/g_pod.instance-1", None, 422, "Invalid UUID string: 1"),
    ("DELETE", "/v2/pods/none::instances", [], 404, "Path '/none' does not exist"),
    ("DELETE", "/v2/pods/g/pod::instances", {}, 422, "Invalid JSON"),
    ("DELETE", "/v2/pods/g/pod::instances", ["one"], 422, "Object is not valid"),
    ("POST", "/v2/pods", POD, 409, "A pod with id [/g/pod] already exists."),
    ("PUT", "/v2/pods/g/pod", {**POD, "id": "/g/other"}, 400,
     "'/g/pod' does not match definition's id ('/g/other')"),
    ("PUT", "/v2/pods/g/app", {**POD, "id": "/g/app"}, 422, "Object is not valid"),
    ("POST", "/v2/apps", {"id": "/g/pod", "cmd": "run"}, 422, "Object is not valid"),
    ("POST", "/v2/pods", {**POD, "id": "/g"}, 422, "Object is not valid"),
])
def test_refusals(with_pod: Marathon, method: str, path: str, body: Any, status: int, message: str) -> None:
    assert with_pod.refused(method, path, body, status)["message"] == message


@pytest.mark.parametrize(("path", "body", "details"), [
    ("/v2/pods/g/pod::instances/one", None, [{"path": "/", "errors": [NO_ID]}]),
    ("/v2/pods/g/pod::instances", [f"a.instance-{UUID}", "one"], [{"path": "(1)", "errors": [NO_ID]}]),
    ("/v2/pods/g/pod::instances", [1], [{"path": "(0)", "errors": ["error.expected.jsstring"]}]),
])
def test_ids_of_instances(with_pod: Marathon, path: str, body: Any, details: list[dict[str, Any]]) -> None:
    assert with_pod.refused("DELETE", path, body)["details"] == details


def test_versions_and_the_definition_of_each(with_pod: Marathon) -> None:
    first = with_pod.get("/v2/pods/g/pod")
    assert with_pod.get("/v2/pods/g/pod::versions") == [first["version"]]
    answer = with_pod.send("PUT", "/v2/pods/g/pod", {**POD, "labels": {"a": "b"}})
    assert answer.status_code == 200 and answer.headers["Marathon-Deployment-Id"]
    with_pod.settled()
    second = with_pod.get("/v2/pods/g/pod")
    assert sorted(with_pod.get("/v2/pods/g/pod::versions")) == [first["version"], second["version"]]
    for pod in (first, second):
        assert with_pod.get(f"/v2/pods/g/pod::versions/{pod['version']}") == pod


def test_a_pod_that_is_put_anew_is_created(marathon: Marathon) -> None:
    answer = marathon.send("PUT", "/v2/pods/new", {**POD, "id": "/new"})
    assert (answer.status_code, answer.json()["id"]) == (200, "/new")
    marathon.settled()
    (status,) = marathon.get("/v2/pods/::status")
    assert (status["id"], status["status"], status["instances"], status["terminationHistory"]) == (
        "/new", "STABLE", [], [])
    gone = marathon.send("DELETE", "/v2/pods/new")
    assert (gone.status_code, gone.content) == (202, b"")
    assert gone.headers["Location"].endswith(gone.headers["Marathon-Deployment-Id"])
    assert marathon.get("/v2/pods") == []


def test_instances_that_wait_for_an_offer_are_pending(marathon: Marathon) -> None:
    huge = {**POD, "scaling": {"kind": "fixed", "instances": 2}, "containers": [
        {**POD["containers"][0], "resources": {"cpus": 64, "mem": 16}}]}
    version = marathon.write("POST", "/v2/pods", huge, 201)["version"]

    def waiting() -> list[dict[str, Any]]:
        return marathon.get("/v2/pods/g/pod::status")["instances"]

    one, other = marathon.wait("both wait", waiting)
    assert one["id"] != other["id"] and one["id"].startswith("g_pod.instance-")
    assert (one["status"], one["containers"], one["role"]) == ("PENDING", [], "*")
    assert one["specReference"] == f"/v2/pods/g/pod::versions/{version}" and "agentId" not in one
    assert [instance["id"] for instance in waiting()] == [one["id"], other["id"]]
    smaller = {**huge, "containers": POD["containers"], "scaling": {"kind": "fixed", "instances": 1}}
    marathon.write("PUT", "/v2/pods/g/pod?force=true", smaller)
    marathon.settled()
    assert [instance["status"] for instance in waiting()] == ["STABLE"]
