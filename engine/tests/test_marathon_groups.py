"""Groups: the tree, lists that are the whole truth, scaling, rolling back, dry runs."""

from __future__ import annotations

import pytest
from marathon_harness import Marathon

CMD = {"cmd": "run", "cpus": 0.1, "mem": 16}


def app(name: str, **fields: object) -> dict:
    return {"id": name, **CMD, **fields}


def ids(marathon: Marathon) -> list[str]:
    return [one["id"] for one in marathon.get("/v2/apps")["apps"]]


def test_a_tree_is_created_at_once(marathon: Marathon) -> None:
    body = {"id": "/shop", "groups": [{"id": "db", "apps": [app("mysql")]},
                                      {"id": "front", "apps": [app("web", dependencies=["../db/mysql"])]}]}
    answer = marathon.send("POST", "/v2/groups", body)
    assert answer.status_code == 201 and answer.headers["Marathon-Deployment-Id"] == answer.json()["deploymentId"]
    marathon.settled()
    tree = marathon.get("/v2/groups")
    (shop,) = tree["groups"]
    assert tree["id"] == "/" and shop["id"] == "/shop" and shop["enforceRole"] is False
    assert [group["id"] for group in shop["groups"]] == ["/shop/db", "/shop/front"]
    (web,) = shop["groups"][1]["apps"]
    assert web["dependencies"] == ["/shop/db/mysql"] and "tasksRunning" not in web
    assert shop["version"] == tree["version"] == answer.json()["version"]
    assert "apps" in marathon.get("/v2/groups?embed=group.groups") and marathon.get(
        "/v2/groups/shop/db?embed=group.groups")["apps"] == []
    (mysql,) = marathon.get("/v2/groups/shop/db?embed=group.apps&embed=group.apps.counts")["apps"]
    assert mysql["tasksRunning"] == 1
    assert [one["id"] for one in marathon.get("/v2/groups/shop/apps")] == ["/shop/db/mysql", "/shop/front/web"]
    assert marathon.refused("POST", "/v2/groups", {"id": "/shop"}, 409) == {
        "message": "Group /shop is already created. Use PUT to change this group."}
    assert marathon.refused("GET", "/v2/groups/none", status=404)["message"] == "Group '/none' does not exist"


def test_what_a_list_leaves_out_is_removed(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/groups/a", {"apps": [app("one"), app("two")], "groups": [
        {"id": "x", "apps": [app("three")]}, {"id": "y"}]})
    marathon.settled()
    marathon.write("PUT", "/v2/groups/a", {"dependencies": ["/b"]})
    assert ids(marathon) == ["/a/one", "/a/two", "/a/x/three"]
    marathon.write("PUT", "/v2/groups/a", {"apps": [app("two")]})
    assert ids(marathon) == ["/a/two", "/a/x/three"]
    marathon.settled()
    marathon.write("PUT", "/v2/groups/a", {"groups": []})
    assert ids(marathon) == ["/a/two"]
    group = marathon.get("/v2/groups/a")
    assert group["groups"] == [] and group["dependencies"] == ["/b"]
    marathon.settled()
    marathon.write("DELETE", "/v2/groups/a")
    marathon.settled()
    assert ids(marathon) == [] and marathon.get("/v2/groups")["groups"] == []
    assert marathon.send("DELETE", "/v2/groups/a").status_code == 404


def test_an_app_takes_the_place_of_an_empty_group_alone(marathon: Marathon) -> None:
    same = "Groups and Applications may not have the same identifier."
    marathon.write("PUT", "/v2/groups/a", {"groups": [{"id": "b"}, {"id": "c", "apps": [app("one", instances=0)]}]})
    marathon.settled()
    for method, path, body, place in (
            ("POST", "/v2/apps", app("/a/c"), "/groups(0)"), ("PUT", "/v2/apps/a", CMD, "/"),
            ("PUT", "/v2/groups/a/c/one", {}, "/groups(0)/groups(1)"),
            ("POST", "/v2/groups", {"id": "/a/c/one/below"}, "/groups(0)/groups(1)")):
        assert marathon.refused(method, path, body)["details"] == [{"path": place, "errors": [same]}]
    marathon.write("POST", "/v2/apps", app("/a/b", instances=0), 201)
    marathon.settled()
    assert [one["id"] for one in marathon.get("/v2/groups/a")["groups"]] == ["/a/c"]


def test_everything_is_removed_at_once(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/groups/a", {"apps": [app("one")], "groups": [{"id": "b", "apps": [app("two")]}]})
    marathon.settled()
    marathon.write("DELETE", "/v2/groups")
    marathon.settled()
    tree = marathon.get("/v2/groups")
    assert (tree["apps"], tree["groups"], tree["id"]) == ([], [], "/")
    assert marathon.get("/v2/tasks") == {"tasks": []}


@pytest.mark.parametrize(("method", "path", "body", "made"), [
    ("POST", "/v2/groups", {"id": "a"}, "/a"), ("POST", "/v2/groups", {"id": "/a/b"}, "/a/b"),
    ("POST", "/v2/groups/a", {"id": "b"}, "/a/b"), ("POST", "/v2/groups/a", {}, "/a"),
    ("POST", "/v2/groups/a", {"id": "../b/c"}, "/b/c"), ("PUT", "/v2/groups/a/b", {}, "/a/b"),
    ("PUT", "/v2/groups/a", {"id": "/a"}, "/a"), ("PUT", "/v2/groups/a", {"id": "b"}, "/a/b"),
    ("PUT", "/v2/groups", {"id": "/a"}, "/a")])
def test_where_a_group_is_made(marathon: Marathon, method: str, path: str, body: dict, made: str) -> None:
    answer = marathon.send(method, path, body)
    assert answer.status_code == (201 if method == "POST" else 200), answer.text
    assert answer.headers.get("Location") == (f"{marathon.url}{made}" if method == "POST" else None)
    assert set(answer.json()) == {"version", "deploymentId"}
    assert marathon.get(f"/v2/groups{made}")["id"] == made


@pytest.mark.parametrize(("method", "path", "body", "status", "message"), [
    ("POST", "/v2/groups", {}, 409, "Group / is already created. Use PUT to change this group."),
    ("POST", "/v2/groups", {"id": "/a"}, 409, "Group /a is already created. Use PUT to change this group."),
    ("POST", "/v2/groups", {"id": "/a/one"}, 409, "An app with the path /a/one already exists."),
    ("GET", "/v2/groups/none", None, 404, "Group '/none' does not exist"),
    ("GET", "/v2/groups/none/versions", None, 404, "Group '/none' does not exist"),
    ("GET", "/v2/groups/a/versions/2001-01-01T00:00:00.000Z", None, 404, "Group '/a' does not exist"),
    ("GET", "/v2/groups/a/versions/then", None, 422,
     "Invalid timestamp provided 'then'. Expecting ISO-8601 datetime string."),
    ("DELETE", "/v2/groups/none", None, 404, "Group '/none' does not exist"),
    ("PATCH", "/v2/groups/none", {"enforceRole": True}, 404, "Group '/none' does not exist"),
    ("PATCH", "/v2/groups/a", {"enforceRole": "yes"}, 422, "Invalid JSON"),
    ("PUT", "/v2/groups/a", {"scaleBy": -1}, 422, "Invalid JSON"),
    ("PUT", "/v2/groups/a", {"scaleBy": 2, "apps": []}, 422, "Object is not valid"),
    ("PUT", "/v2/groups/a", {"version": "2001-01-01T00:00:00.000Z", "id": "/a"}, 422, "Object is not valid"),
    ("PUT", "/v2/groups/a", {"groups": [{"apps": []}]}, 500, "None.get")])
def test_what_is_refused(shared: Marathon, method: str, path: str, body: dict | None, status: int,
                         message: str) -> None:
    shared.write("PUT", "/v2/groups/a", {"apps": [app("one", instances=0)]})
    shared.settled()
    assert shared.refused(method, path, body, status)["message"] == message


@pytest.mark.parametrize(("embed", "apps", "groups", "pods"), [
    ("", 1, 1, 1), ("?embed=group.apps.counts", 0, 0, 0), ("?embed=group.apps", 1, 0, 0),
    ("?embed=group.groups", 0, 1, 0), ("?embed=group.pods", 0, 0, 1), ("?embed=nonsense", 0, 0, 0),
    ("?embed=group.groups&embed=group.apps&embed=group.apps.counts", 1, 1, 0)])
def test_what_a_group_embeds(marathon: Marathon, embed: str, apps: int, groups: int, pods: int) -> None:
    marathon.write("PUT", "/v2/groups/a", {"apps": [app("one", instances=0)], "groups": [
        {"id": "b", "apps": [app("two", instances=0)]}]})
    marathon.settled()
    pod = {"id": "/a/pod", "containers": [
        {"name": "c", "exec": {"command": {"shell": "run"}}, "resources": {"cpus": 0.1, "mem": 16}}]}
    version = marathon.write("POST", "/v2/pods", pod, 201)["version"]
    for path in ("/v2/groups/a", f"/v2/groups/a/versions/{version}"):
        found = marathon.get(path + embed)
        assert (len(found["apps"]), len(found["groups"]), len(found["pods"])) == (apps, groups, pods)
        counted = "group.apps.counts" in embed and "versions" not in path
        assert all(("tasksRunning" in one) is counted for one in found["apps"])


def test_every_change_of_the_tree_is_a_version_of_each_group_in_it(marathon: Marathon) -> None:
    first = marathon.write("PUT", "/v2/groups/a", {})["version"]
    second = marathon.write("PUT", "/v2/groups/b", {})["version"]
    assert marathon.get("/v2/groups/a")["version"] == first
    assert marathon.get("/v2/groups/a/versions") == [first, second]
    assert marathon.get("/v2/groups/b/versions") == [second]
    assert marathon.get("/v2/groups/versions")[-2:] == [first, second]
    assert [one["id"] for one in marathon.get(f"/v2/groups/versions/{first}")["groups"]] == ["/a"]
    assert marathon.get(f"/v2/groups/a/versions/{second}")["version"] == first
    assert marathon.get("/v2/groups/none/apps") == []


def test_a_dry_run_of_scaling_and_of_going_back(marathon: Marathon) -> None:
    first = marathon.write("PUT", "/v2/groups/a", {"apps": [app("one")]})["version"]
    marathon.settled()
    marathon.write("PUT", "/v2/groups/a", {"apps": []})
    marathon.settled()
    assert marathon.write("PUT", "/v2/groups/a?dryRun=true", {"version": first})["steps"][0] == {
        "actions": [{"action": "StartApplication", "app": "/a/one"}]}
    marathon.write("PUT", "/v2/groups/a", {"version": first})
    marathon.settled()
    assert marathon.write("PUT", "/v2/groups/a?dryRun=true", {"scaleBy": 2}) == {
        "steps": [{"actions": [{"action": "ScaleApplication", "app": "/a/one"}]}]}
    assert marathon.app("/a/one")["instances"] == 1


def test_scale_by(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/groups/a", {"apps": [app("one"), app("two", instances=2)]})
    marathon.settled()
    marathon.write("PUT", "/v2/groups/a", {"scaleBy": 1.5})
    assert [one["instances"] for one in marathon.get("/v2/apps")["apps"]] == [2, 3]


def test_back_to_an_earlier_version(marathon: Marathon) -> None:
    first = marathon.write("PUT", "/v2/groups/a", {"apps": [app("one"), app("two", instances=0)]})["version"]
    marathon.settled()
    marathon.write("PUT", "/v2/groups/a", {"apps": [app("one", cpus=0.2)]})
    marathon.settled()
    assert marathon.get("/v2/groups/a/versions") == sorted(marathon.get("/v2/groups/a/versions"))
    earlier = marathon.get(f"/v2/groups/a/versions/{first}")
    assert [one["id"] for one in earlier["apps"]] == ["/a/one", "/a/two"]
    marathon.write("PUT", "/v2/groups/a", {"version": first})
    assert ids(marathon) == ["/a/one", "/a/two"] and marathon.app("/a/one")["cpus"] == 0.1
    refusal = marathon.refused("PUT", "/v2/groups/a", {"version": "2001-01-01T00:00:00.000Z"})
    assert refusal["message"] == "Group /a not available in version 2001-01-01T00:00:00.000Z"


def test_a_dry_run_changes_nothing(marathon: Marathon) -> None:
    result = marathon.write("PUT", "/v2/groups/a?dryRun=true", {"apps": [app("one")]})
    assert result == {"steps": [{"actions": [{"action": "StartApplication", "app": "/a/one"}]},
                                {"actions": [{"action": "ScaleApplication", "app": "/a/one"}]}]}
    assert marathon.get("/v2/groups")["groups"] == [] and marathon.get("/v2/deployments") == []
    marathon.write("PUT", "/v2/groups/a", {"apps": [app("one")]})
    marathon.settled()
    again = marathon.write("PUT", "/v2/groups/a?dryRun=true", {"apps": [app("one")]})
    assert again == {"steps": [{"actions": [{"action": "RestartApplication", "app": "/a/one"}]}]}


@pytest.mark.parametrize("fields", [
    {"labels": {"MARATHON_SINGLE_INSTANCE_APP": "true"}},
    {"unreachableStrategy": {"inactiveAfterSeconds": 9, "expungeAfterSeconds": 5}},
    {"container": {"type": "MESOS",
                   "volumes": [{"containerPath": "data", "mode": "RW", "persistent": {"size": 10}}]}},
])
def test_a_dry_run_leaves_out_the_rules_for_what_is_stored(marathon: Marathon, fields: dict) -> None:
    """Recorded from 1.11.24: it lets an app with a persistent volume and the role * pass."""
    assert marathon.write("PUT", "/v2/groups/a?dryRun=true", {"apps": [app("one", **fields)]})["steps"]
    marathon.refused("PUT", "/v2/groups/a", {"apps": [app("one", **fields)]})
    marathon.refused("PUT", "/v2/apps/a/one", app("/a/one", **fields))


def test_a_dry_run_does_not_look_at_the_whole_tree(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", app("/a"), 201)
    below = {"apps": [app("one")]}
    assert marathon.write("PUT", "/v2/groups/a?dryRun=true", below)["steps"]
    marathon.refused("PUT", "/v2/groups/a", below)


def test_enforce_role(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/groups/prod", {"enforceRole": True})
    assert marathon.get("/v2/groups/prod")["enforceRole"] is True
    marathon.write("POST", "/v2/apps", app("/prod/web"), 201)
    assert marathon.app("/prod/web")["role"] == "prod"
    assert marathon.write("PATCH", "/v2/groups/prod", {"enforceRole": False}) is None
    assert marathon.get("/v2/groups/prod")["enforceRole"] is False
    before = marathon.get("/v2/groups")
    assert marathon.write("PATCH", "/v2/groups/prod", {"enforceRole": True}) is None
    assert marathon.get("/v2/groups")["version"] == before["version"]
    assert marathon.write("PATCH", "/v2/groups/prod", {}) is None
    assert marathon.get("/v2/groups") == before
    assert marathon.refused("PATCH", "/v2/groups/prod/sub", {"enforceRole": True})["message"] == (
        "Path needs to be top-level")
