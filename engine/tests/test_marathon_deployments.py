"""Deployments: the plan that a change makes, where it stands, who is in its way, and how it is undone."""

from __future__ import annotations

from typing import Any

import pytest
from fake_master import runs, stays_staged
from marathon_harness import Harness, Marathon

APP = {"cmd": "run", "cpus": 0.1, "mem": 16, "backoffSeconds": 0}
POD = {"containers": [{"name": "a", "exec": {"command": {"shell": "run"}}, "resources": {"cpus": 0.1, "mem": 16}}]}


def app(app_id: str, **fields: Any) -> dict[str, Any]:
    return {"id": app_id, **APP, **fields}


def steps(deployment: dict[str, Any]) -> list[list[str]]:
    """Each step's actions in words."""
    return [sorted(f"{one['action']} {one.get('app') or one.get('pod')}" for one in step["actions"])
            for step in deployment["steps"]]


def stall(harness: Harness) -> None:
    """What is launched from now on stays staged, so that deployments do not end."""
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)


def go_on(harness: Harness) -> None:
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", runs)
    for task_id in [one for one, state in harness.master.states.items() if state == "TASK_STAGING"]:
        harness.report(task_id, "TASK_RUNNING")


@pytest.mark.parametrize(("method", "path", "body", "planned"), [
    ("POST", "/v2/apps", app("/new"), [["StartApplication /new"], ["ScaleApplication /new"]]),
    ("PUT", "/v2/apps/g/web", {"instances": 3}, [["ScaleApplication /g/web"]]),
    ("PUT", "/v2/apps/g/web", {"labels": {"a": "b"}}, [["RestartApplication /g/web"]]),
    ("PUT", "/v2/apps/g/web", {"cmd": "other", "instances": 4}, [["RestartApplication /g/web"]]),
    ("PATCH", "/v2/apps/g/web", {"backoffFactor": 2}, [["RestartApplication /g/web"]]),
    ("POST", "/v2/apps/g/web/restart", {}, [["RestartApplication /g/web"]]),
    ("PUT", "/v2/apps", [{"id": "/g/web", "cmd": "other"}, app("/g/new", dependencies=["/g/web"])],
     [["StartApplication /g/new"], ["RestartApplication /g/web"], ["ScaleApplication /g/new"]]),
    ("PUT", "/v2/groups/g", {"apps": [app("new")]},
     [["StopApplication /g/web"], ["StartApplication /g/new"], ["ScaleApplication /g/new"]]),
    ("PUT", "/v2/groups/g", {"scaleBy": 3}, [["ScaleApplication /g/web"]]),
    ("POST", "/v2/pods", {"id": "/p", **POD}, [["StartPod /p"], ["ScalePod /p"]]),
    ("PUT", "/v2/pods/g/pod", {"id": "/g/pod", **POD, "scaling": {"kind": "fixed", "instances": 2}},
     [["ScalePod /g/pod"]]),
    ("PUT", "/v2/pods/g/pod", {"id": "/g/pod", **POD, "environment": {"A": "b"}}, [["RestartPod /g/pod"]]),
])
def test_plans(harness: Harness, marathon: Marathon, method: str, path: str, body: Any,
               planned: list[list[str]]) -> None:
    marathon.write("POST", "/v2/apps", app("/g/web"), 201)
    marathon.write("POST", "/v2/pods", {"id": "/g/pod", **POD}, 201)
    marathon.settled()
    stall(harness)
    answer = marathon.send(method, path, body)
    assert answer.status_code in (200, 201), answer.text
    (deployment,) = marathon.get("/v2/deployments")
    assert deployment["id"] == answer.headers["Marathon-Deployment-Id"]
    assert steps(deployment) == planned and deployment["totalSteps"] == len(planned)
    named = {one.split()[1] for step in planned for one in step}
    assert {*deployment["affectedApps"], *deployment["affectedPods"]} == named


@pytest.mark.parametrize(("method", "path", "body"), [
    ("PUT", "/v2/apps/g/web", {"instances": 1}), ("PUT", "/v2/apps/g/web?partialUpdate=false", APP),
    ("PATCH", "/v2/apps", [{"id": "/g/web"}]), ("PUT", "/v2/groups/g", {}), ("PUT", "/v2/groups/empty", {}),
    ("PUT", "/v2/apps/g/web", {"executorResources": {"cpus": 0.1}})])
def test_a_change_of_nothing_has_no_steps_and_meets_nobody(harness: Harness, marathon: Marathon, method: str,
                                                           path: str, body: Any) -> None:
    stall(harness)
    marathon.write("PUT", "/v2/apps/g/web", APP, 201)
    (running,) = marathon.get("/v2/deployments")
    before = marathon.app("/g/web")["version"]
    answer = marathon.write(method, path, body)
    assert answer["deploymentId"] != running["id"] and answer["version"] > running["version"]
    assert [one["id"] for one in marathon.get("/v2/deployments")] == [running["id"]]
    assert marathon.app("/g/web")["version"] == before


def test_where_a_deployment_stands(harness: Harness, marathon: Marathon) -> None:
    stall(harness)
    made = marathon.write("PUT", "/v2/apps", [app("/g/web", dependencies=["/g/db"]), app("/g/db", instances=2)])
    marathon.wait("both are launched", lambda: len(harness.master.tasks) == 2)
    (deployment,) = marathon.get("/v2/deployments")
    assert deployment["id"] == made["deploymentId"] and deployment["version"] == made["version"]
    assert (deployment["currentStep"], deployment["totalSteps"]) == (2, 3)
    assert deployment["currentActions"] == [
        {"action": "ScaleApplication", "app": "/g/db", "readinessCheckResults": []}]
    assert marathon.app("/g/web")["deployments"] == [{"id": deployment["id"]}]
    assert marathon.get("/v2/queue")["queue"] == []
    go_on(harness)
    marathon.settled()
    assert marathon.app("/g/web")["tasksRunning"] == 1


def test_a_group_that_depends_on_another_comes_after_it(harness: Harness, marathon: Marathon) -> None:
    stall(harness)
    marathon.write("PUT", "/v2/groups/shop", {"groups": [
        {"id": "front", "dependencies": ["../db"], "apps": [app("web")]},
        {"id": "db", "apps": [app("one"), app("two")]}]})
    (deployment,) = marathon.get("/v2/deployments")
    assert steps(deployment)[1:] == [
        ["ScaleApplication /shop/db/one", "ScaleApplication /shop/db/two"], ["ScaleApplication /shop/front/web"]]


@pytest.mark.parametrize(("method", "path", "body"), [
    ("PUT", "/v2/groups/b", {"dependencies": ["/a"]}),
    ("PUT", "/v2/apps/b/two", {"dependencies": ["/a/one"]}),
    ("PUT", "/v2/apps/b/two", {"dependencies": ["/a"]}),
    ("POST", "/v2/apps", app("/b/three", dependencies=["/a"])),
    ("PUT", "/v2/groups/b?dryRun=true", {"apps": [app("two", dependencies=["/a"])]})])
def test_circles_are_refused(marathon: Marathon, method: str, path: str, body: Any) -> None:
    marathon.write("PUT", "/v2/groups/a", {"apps": [app("one", instances=0)]})
    marathon.write("PUT", "/v2/groups/b", {"apps": [app("two", instances=0)]})
    marathon.write("PUT", "/v2/groups/a", {"dependencies": ["/b"]})
    marathon.settled()
    before = marathon.get("/v2/groups")
    assert marathon.refused(method, path, body)["details"] == [
        {"path": "/", "errors": ["Dependency graph has cyclic dependencies."]}]
    assert marathon.get("/v2/groups") == before


def test_what_does_not_exist_holds_nobody_up(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", app("/web", dependencies=["/none", "/nowhere/at/all"]), 201)
    marathon.settled()


def test_who_is_in_the_way_is_told(harness: Harness, marathon: Marathon) -> None:
    stall(harness)
    blocking = sorted(marathon.write("PUT", f"/v2/apps/g/{name}", APP, 201)["deploymentId"] for name in ("a", "b"))
    marathon.write("PUT", "/v2/apps/other", APP, 201)
    for method, path, body in (("DELETE", "/v2/groups/g", None), ("PUT", "/v2/groups/g", {"apps": []}),
                               ("PUT", "/v2/apps", [{"id": "/g/a", "cmd": "x1"}, {"id": "/g/b", "cmd": "x1"}])):
        refusal = marathon.refused(method, path, body, 409)
        assert sorted(one["id"] for one in refusal["deployments"]) == blocking
        assert refusal["message"].startswith("App is locked by one or more deployments.")
    assert marathon.send("DELETE", "/v2/apps/g/a?force=false").status_code == 409
    assert set(marathon.get("/v2/apps?id=/g/a")["apps"][0]) >= {"id"}
    marathon.write("DELETE", "/v2/apps/g/a")
    marathon.write("DELETE", "/v2/groups/g?force=true")
    assert not set(blocking) & {one["id"] for one in marathon.get("/v2/deployments")}
    assert [one["id"] for one in marathon.get("/v2/apps")["apps"]] == ["/other"]


def test_the_way_back_from_a_change(harness: Harness) -> None:
    harness.agent("slave1")
    marathon = harness.marathon(kill_retry_timeout="100")
    marathon.write("PUT", "/v2/apps/web", {**APP, "instances": 2}, 201)
    marathon.settled()
    before = marathon.app("/web")
    stall(harness)
    changed = marathon.write("PUT", "/v2/apps/web", {"cmd": "other", "instances": 1})["deploymentId"]
    undone = marathon.send("DELETE", f"/v2/deployments/{changed}")
    assert undone.headers["Marathon-Deployment-Id"] == undone.json()["deploymentId"] != changed
    after = marathon.app("/web")
    assert (after["cmd"], after["instances"]) == ("run", 2) and after["version"] > before["version"]
    assert changed not in {one["id"] for one in marathon.get("/v2/deployments")}
    go_on(harness)
    marathon.settled()
    assert {one["version"] for one in marathon.running("/web", 2)} <= {before["version"], after["version"]}


def test_the_way_back_from_a_removal_keeps_what_came_since(harness: Harness, marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/apps/web", APP, 201)
    marathon.settled()
    harness.call(setattr, harness.master, "kills_answered", False)
    removed = marathon.write("DELETE", "/v2/apps/web")["deploymentId"]
    assert steps(marathon.get("/v2/deployments")[0]) == [["StopApplication /web"]]
    marathon.write("PUT", "/v2/apps/new", APP, 201)
    marathon.write("DELETE", f"/v2/deployments/{removed}")
    assert [one["id"] for one in marathon.get("/v2/apps")["apps"]] == ["/new", "/web"]


def test_an_end_by_force_keeps_the_definition_and_the_tasks(harness: Harness, marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/apps/web", APP, 201)
    (old,) = marathon.running("/web", 1)
    marathon.settled()
    stall(harness)
    changed = marathon.write("PUT", "/v2/apps/web", {"cmd": "other"})["deploymentId"]
    answer = marathon.send("DELETE", f"/v2/deployments/{changed}?force=true")
    assert (answer.status_code, answer.content) == (202, b"")
    assert "Marathon-Deployment-Id" not in answer.headers
    assert marathon.app("/web")["cmd"] == "other" and marathon.get("/v2/deployments") == []
    assert old["id"] in {one["id"] for one in marathon.app("/web")["tasks"]}
    for force in ("", "?force=true"):
        assert marathon.refused("DELETE", f"/v2/deployments/{changed}{force}", status=404) == {
            "message": f"DeploymentPlan {changed} does not exist", "details": []}


LIMIT = ("Max number (1) of running deployments is achieved. Wait for existing deployments to complete or cancel "
         "oneusing force=true parameter. You can increase max deployment number by using --max_running_deployments "
         "parameter but be advised that this can have negative effects on the performance.")


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/v2/apps", app("/new")),
    ("POST", "/v2/apps", app("/web")),
    ("PUT", "/v2/apps/web?force=true", {"cmd": "other"}),
    ("PUT", "/v2/apps/web", {}),
    ("POST", "/v2/apps/web/restart?force=true", {}),
    ("DELETE", "/v2/apps/web", None),
    ("PUT", "/v2/groups/a", {}),
    ("DELETE", "/v2/groups?force=true", None),
    ("POST", "/v2/pods", {"id": "/p", **POD}),
    ("DELETE", "/v2/deployments/{}", None),
])
def test_too_many_deployments_whatever_is_wanted(harness: Harness, method: str, path: str, body: Any) -> None:
    harness.agent("slave1", behaviour=stays_staged)
    marathon = harness.marathon(max_running_deployments="1")
    running = marathon.write("PUT", "/v2/apps/web", APP, 201)["deploymentId"]
    assert marathon.refused(method, path.format(running), body, 403) == {"message": LIMIT}
    assert marathon.send("DELETE", f"/v2/deployments/{running}?force=true").status_code == 202
    marathon.write("PUT", "/v2/apps/other", APP, 201)


def test_the_same_volume_is_not_for_two_apps(harness: Harness) -> None:
    marathon = harness.marathon(enable_features="external_volumes")
    volume = {"containerPath": "data", "mode": "RW", "external": {
        "name": "v", "provider": "dvdi", "options": {"dvdi/driver": "rexray"}}}
    boxed = {**APP, "container": {"type": "MESOS", "volumes": [volume]}}
    marathon.write("PUT", "/v2/apps/g/one", boxed, 201)
    text = "Volume name 'v' in {} conflicts with volume(s) of same name in app(s): {}"
    refusal = marathon.refused("PUT", "/v2/apps/two", boxed)
    assert sorted((one["path"], *one["errors"]) for one in refusal["details"]) == [
        ("/apps(0)/container", text.format("/two", "/g/one")),
        ("/groups(0)/apps(0)/container", text.format("/g/one", "/two"))]
