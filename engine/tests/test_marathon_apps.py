"""Apps from the request to the running task: create, change, scale, restart, remove, roll back."""

from __future__ import annotations

from fake_master import stays_staged
from marathon_harness import Harness, Marathon

APP = {"id": "/web", "cmd": "sleep 1000", "cpus": 0.1, "mem": 16}


def test_an_app_is_created_and_runs(harness: Harness, marathon: Marathon) -> None:
    answer = marathon.send("POST", "/v2/apps", APP)
    assert answer.status_code == 201
    body = answer.json()
    assert body["id"] == "/web" and body["tasksRunning"] == 0
    assert body["deployments"] == [{"id": answer.headers["Marathon-Deployment-Id"]}]
    assert body["portDefinitions"][0]["port"] == 0
    assert answer.headers["X-Marathon-Leader"] == marathon.url
    assert answer.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    (task,) = marathon.running("/web", 1)
    assert task["appId"] == "/web" and task["host"] == "slave1" and task["version"] == body["version"]
    assert 31000 <= task["ports"][0] <= 31999
    marathon.settled()
    app = marathon.app("/web")
    assert app["portDefinitions"][0]["port"] == 10000
    assert (app["tasksStaged"], app["tasksRunning"], app["tasksHealthy"], app["tasksUnhealthy"]) == (0, 1, 0, 0)
    assert app["versionInfo"]["lastConfigChangeAt"] == app["version"]
    assert harness.master.acknowledged


def test_what_cannot_be_created(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    assert marathon.refused("POST", "/v2/apps", APP, 409)["message"] == "An app with id [/web] already exists."
    assert marathon.refused("POST", "/v2/apps", {"cmd": "x1"})["details"] == [
        {"path": "/id", "errors": ["'id' is undefined on object: {\"cmd\":\"x1\"}"]}]
    text = marathon.send("POST", "/v2/apps", headers={"Content-Type": "text/plain"}, data="{}")
    assert (text.status_code, text.json()) == (415, {"message": "Unsupported Media Type"})
    broken = marathon.send("POST", "/v2/apps", headers={"Content-Type": "application/json"}, data="{")
    assert (broken.status_code, broken.json()["message"]) == (400, "Invalid JSON")
    below = marathon.refused("POST", "/v2/apps", {**APP, "id": "/web/below"})
    assert below["details"][0]["errors"] == ["Groups and Applications may not have the same identifier."]


def test_routes_that_do_not_exist(marathon: Marathon) -> None:
    assert marathon.refused("GET", "/v2/nothing", status=500) == {"message": "URI not found"}
    assert marathon.refused("DELETE", "/v2/apps", status=405) == {"message": "Method Not Allowed"}
    assert marathon.refused("PUT", "/v2/apps/web/restart", {}, 405) == {"message": "Method Not Allowed"}
    assert marathon.refused("GET", "/v2/apps/none", status=404)["message"] == "App '/none' does not exist"


def test_the_same_definition_again_changes_nothing(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    (task,) = marathon.running("/web", 1)
    before = marathon.app("/web")["version"]
    first = marathon.write("PUT", "/v2/apps/web", APP)
    second = marathon.write("PUT", "/v2/apps/web?partialUpdate=false", APP)
    assert first["deploymentId"] != second["deploymentId"]
    marathon.settled()
    assert marathon.app("/web")["version"] == before
    assert [one["id"] for one in marathon.running("/web", 1)] == [task["id"]]


def test_scaling_keeps_the_tasks_and_the_configuration(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/apps/web", APP, 201)
    (first,) = marathon.running("/web", 1)
    created = marathon.app("/web")["version"]
    marathon.write("PUT", "/v2/apps/web", {"instances": 3})
    assert first["id"] in [task["id"] for task in marathon.running("/web", 3)]
    marathon.settled()
    info = marathon.app("/web")["versionInfo"]
    assert info["lastConfigChangeAt"] == created < info["lastScalingAt"]
    marathon.write("PUT", "/v2/apps/web", {"instances": 1})
    assert [task["id"] for task in marathon.running("/web", 1)] == [first["id"]]
    marathon.write("PUT", "/v2/apps/web", {"instances": 0})
    marathon.running("/web", 0)


def test_a_changed_definition_replaces_every_task(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "instances": 3}, 201)
    old = {task["id"] for task in marathon.running("/web", 3)}
    marathon.settled()
    marathon.write("PUT", "/v2/apps/web", {"env": {"COLOUR": "green"}})
    marathon.settled()
    tasks = marathon.running("/web", 3)
    assert not old & {task["id"] for task in tasks}
    assert {task["version"] for task in tasks} == {marathon.app("/web")["version"]}


def test_a_restart_gives_new_tasks(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    (old,) = marathon.running("/web", 1)
    marathon.settled()
    marathon.write("POST", "/v2/apps/web/restart", {})
    marathon.settled()
    (new,) = marathon.running("/web", 1)
    assert new["id"] != old["id"]


def test_a_deleted_app_is_gone_at_once_and_its_tasks_with_the_deployment(harness: Harness, marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    marathon.running("/web", 1)
    marathon.write("DELETE", "/v2/apps/web")
    assert marathon.send("GET", "/v2/apps/web").status_code == 404
    marathon.settled()
    assert marathon.get("/v2/tasks") == {"tasks": []} and not harness.master.active()
    assert marathon.refused("DELETE", "/v2/apps/web", status=404) == {"message": "App '/web' does not exist"}


def test_a_deployment_locks_its_apps(harness: Harness, marathon: Marathon) -> None:
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)
    blocked = marathon.write("PUT", "/v2/apps/web", APP, 201)["deploymentId"]
    (listed,) = marathon.get("/v2/deployments")
    assert listed["id"] == blocked and listed["affectedApps"] == ["/web"]
    assert listed["steps"] == [{"actions": [{"action": "StartApplication", "app": "/web"}]},
                               {"actions": [{"action": "ScaleApplication", "app": "/web"}]}]
    marathon.wait("the second step", lambda: marathon.get("/v2/deployments")[0]["currentStep"] == 2)
    refusal = marathon.refused("PUT", "/v2/apps/web", {"instances": 2}, 409)
    assert refusal["deployments"] == [{"id": blocked}]
    forced = marathon.write("PUT", "/v2/apps/web?force=true", {"instances": 2})["deploymentId"]
    assert [one["id"] for one in marathon.get("/v2/deployments")] == [forced]


def test_cancelling_a_create_removes_the_app_again(harness: Harness, marathon: Marathon) -> None:
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)
    blocked = marathon.write("PUT", "/v2/apps/group/web", {**APP, "id": "/group/web"}, 201)["deploymentId"]
    undone = marathon.write("DELETE", f"/v2/deployments/{blocked}")
    assert undone["deploymentId"] != blocked
    assert marathon.send("GET", "/v2/apps/group/web").status_code == 404
    assert marathon.get("/v2/groups")["groups"] == []
    assert marathon.refused("DELETE", f"/v2/deployments/{blocked}", status=404) == {
        "message": f"DeploymentPlan {blocked} does not exist", "details": []}


def test_cancelling_with_force_leaves_the_definition(harness: Harness, marathon: Marathon) -> None:
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)
    blocked = marathon.write("PUT", "/v2/apps/web", APP, 201)["deploymentId"]
    answer = marathon.send("DELETE", f"/v2/deployments/{blocked}?force=true")
    assert (answer.status_code, answer.content) == (202, b"")
    assert marathon.get("/v2/deployments") == [] and marathon.app("/web")["instances"] == 1


def test_versions_and_the_way_back(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/apps/web", {**APP, "instances": 2}, 201)
    marathon.running("/web", 2)
    marathon.settled()
    marathon.write("PUT", "/v2/apps/web", {"cmd": "sleep 2000", "instances": 1})
    marathon.settled()
    versions = sorted(marathon.get("/v2/apps/web/versions")["versions"])
    assert len(versions) == 2
    assert marathon.get(f"/v2/apps/web/versions/{versions[0]}")["cmd"] == "sleep 1000"
    marathon.write("PUT", "/v2/apps/web", {"version": versions[0]})
    app = marathon.app("/web")
    assert (app["cmd"], app["instances"]) == ("sleep 1000", 2) and app["version"] > versions[1]
    assert marathon.refused("PUT", "/v2/apps/web?force=true", {"version": "2001-01-01T00:00:00.000Z"}, 404) == {
        "message": "App '/web' does not exist"}
    assert marathon.send("GET", "/v2/apps/web/versions/yesterday").status_code == 422


def test_a_list_of_apps_is_one_deployment(marathon: Marathon) -> None:
    both = [{**APP, "id": "/shop/db"}, {**APP, "id": "/shop/web", "dependencies": ["/shop/db"]}]
    result = marathon.write("PUT", "/v2/apps", both)
    assert set(result) == {"version", "deploymentId"}
    marathon.settled()
    assert [app["id"] for app in marathon.get("/v2/apps/shop/*")["*"]] == ["/shop/db", "/shop/web"]
    assert marathon.refused("PATCH", "/v2/apps", [{"id": "/shop/none", "instances": 2}], 404) == {
        "message": "App '/shop/none' does not exist"}


def test_dependencies_come_first(harness: Harness, marathon: Marathon) -> None:
    apps = [{**APP, "id": "/shop/web", "dependencies": ["/shop/db"]}, {**APP, "id": "/shop/db"}]
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)
    marathon.write("PUT", "/v2/apps", apps)
    marathon.wait("the database is launched", lambda: harness.master.tasks)
    steps = marathon.get("/v2/deployments")[0]["steps"]
    assert [[one["app"] for one in step["actions"]] for step in steps] == [
        ["/shop/db", "/shop/web"], ["/shop/db"], ["/shop/web"]]
    (task_id,) = harness.master.tasks
    assert task_id.startswith("shop_db.instance-") and task_id.endswith("._app.1")
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", lambda task: [{"state": "TASK_RUNNING"}])
    harness.report(task_id, "TASK_RUNNING")
    marathon.settled()
    circle = marathon.refused("PUT", "/v2/apps", [{"id": "/shop/db", "dependencies": ["/shop/web"]}])
    assert circle["details"] == [{"path": "/", "errors": ["Dependency graph has cyclic dependencies."]}]


def test_filters(marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/apps", [{**APP, "id": "/a/one", "labels": {"tier": "front", "x": "1"}},
                                       {**APP, "id": "/b/two", "cmd": "python3 x", "labels": {"tier": "back"}}])

    def found(query: str) -> list[str]:
        return [app["id"] for app in marathon.get(f"/v2/apps?{query}")["apps"]]

    assert found("id=ONE") == ["/a/one"] and found("cmd=Python") == ["/b/two"]
    assert found("label=tier==front") == ["/a/one"] and found("label=tier in (front,back)") == ["/a/one", "/b/two"]
    assert found("label=tier!=front") == ["/b/two"] and found("label=tier,x") == ["/a/one"]
    assert found("label=tier notin (front)") == ["/b/two"] and found("id=one&cmd=python") == []
    assert marathon.refused("GET", "/v2/apps?label=a%20b")["message"].startswith("Can not parse label selector")


def test_embeds(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    marathon.running("/web", 1)
    (plain,) = marathon.get("/v2/apps")["apps"]
    assert "tasks" not in plain and plain["tasksRunning"] == 1 and "deployments" in plain
    (full,) = marathon.get("/v2/apps?embed=apps.tasks&embed=nonsense")["apps"]
    assert len(full["tasks"]) == 1


def test_tasks_killed_by_hand_are_replaced_or_scaled_away(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "instances": 2}, 201)
    first, second = marathon.running("/web", 2)
    marathon.settled()
    answer = marathon.write("DELETE", f"/v2/apps/web/tasks/{first['id']}")
    assert answer["task"]["id"] == first["id"]
    marathon.wait("a replacement", lambda: first["id"] not in str(marathon.running("/web", 2)))
    marathon.write("POST", "/v2/tasks/delete?scale=true", {"ids": [second["id"]]})
    assert second["id"] not in str(marathon.running("/web", 1))
    assert marathon.app("/web")["instances"] == 1
    assert marathon.refused("DELETE", "/v2/apps/web/tasks?scale=true&wipe=true", status=400) == {
        "message": "You cannot use scale and wipe at the same time."}
    assert marathon.send("DELETE", "/v2/apps/web/tasks/none").status_code == 404
    assert marathon.refused("POST", "/v2/tasks/delete", {"ids": ["x"]}, 400)["message"].startswith(
        "Invalid task id 'x'.")
    assert marathon.get("/v2/tasks?status=staging") == {"tasks": []}


def test_too_many_deployments(harness: Harness) -> None:
    harness.agent("slave1", behaviour=stays_staged)
    marathon = harness.marathon(max_running_deployments="1")
    marathon.write("POST", "/v2/apps", APP, 201)
    refusal = marathon.refused("POST", "/v2/apps", {**APP, "id": "/other"}, 403)
    assert refusal["message"].startswith("Max number (1) of running deployments is achieved.")


def test_the_role_of_a_resident_app_changes_by_force_alone(harness: Harness) -> None:
    marathon = harness.marathon(mesos_role="dev")
    marathon.write("POST", "/v2/apps", {**APP, "id": "/g/db", "role": "dev", "container": {"type": "MESOS", "volumes": [
        {"containerPath": "data", "mode": "RW", "persistent": {"size": 10}}]}}, 201)
    marathon.write("DELETE", f"/v2/deployments/{marathon.get('/v2/deployments')[0]['id']}?force=true", status=202)
    assert "retry your request with ?force=true" in str(marathon.refused("PUT", "/v2/apps/g/db", {"role": "g"}))
    marathon.write("PUT", "/v2/apps/g/db?force=true", {"role": "g"})
    assert marathon.app("/g/db")["role"] == "g"


def test_a_deployment_too_large_for_zookeeper_is_refused(marathon: Marathon, harness: Harness) -> None:
    assert marathon.leader is not None
    harness.call(setattr, marathon.leader.state.store, "fits", lambda _document: False)
    refusal = marathon.refused("POST", "/v2/apps", APP)
    assert refusal["message"].startswith("The deployment of 1 apps is too large to be stored: change fewer apps")
    assert marathon.get("/v2/apps") == {"apps": []}
