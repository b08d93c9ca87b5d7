"""Groups: the tree, lists that are the whole truth, scaling, rolling back, dry runs."""

from __future__ import annotations

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
    assert marathon.refused("GET", "/v2/groups/none", status=404) == {"message": "Group '/none' does not exist"}


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


def test_enforce_role(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/groups/prod", {"enforceRole": True})
    assert marathon.get("/v2/groups/prod")["enforceRole"] is True
    marathon.write("POST", "/v2/apps", app("/prod/web"), 201)
    assert marathon.app("/prod/web")["role"] == "prod"
    assert marathon.write("PATCH", "/v2/groups/prod", {"enforceRole": False}) is None
    assert marathon.get("/v2/groups/prod")["enforceRole"] is False
    assert marathon.refused("PATCH", "/v2/groups/prod/sub", {"enforceRole": True})["message"] == (
        "Path needs to be top-level")
