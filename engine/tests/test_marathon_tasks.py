"""Tasks as the API lists and ends them, and what an app tells of its own."""

from __future__ import annotations

from typing import Any

import pytest
from fake_master import runs, stays_staged
from marathon_harness import Harness, Marathon

APP = {"id": "/web", "cmd": "run", "cpus": 0.1, "mem": 16, "backoffSeconds": 0}
UNKNOWN = "web.instance-4f0f1a0e-0000-0000-0000-000000000000._app.1"


def staged_beside_running(harness: Harness, marathon: Marathon) -> tuple[str, str]:
    """The ids of a running task of /web and of a staged one of /slow."""
    marathon.write("POST", "/v2/apps", APP, 201)
    (running,) = marathon.running("/web", 1)
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)
    marathon.write("POST", "/v2/apps", {**APP, "id": "/slow"}, 201)
    (staged,) = marathon.wait("the launch", lambda: marathon.get("/v2/apps/slow/tasks")["tasks"])
    return running["id"], staged["id"]


def test_health_that_a_reconciliation_repeats(harness: Harness, marathon: Marathon) -> None:
    check = {"protocol": "COMMAND", "command": {"value": "true"}}
    marathon.write("POST", "/v2/apps", {**APP, "healthChecks": [check]}, 201)
    (task,) = marathon.running("/web", 1)
    told = {"healthy": False, "reason": "REASON_TASK_HEALTH_CHECK_STATUS_UPDATED"}
    repeated = {"healthy": False, "reason": "REASON_RECONCILIATION"}
    for message in ("first", "second", "last"):
        harness.report(task["id"], "TASK_RUNNING", **told, message=message)
        if message != "last":
            harness.report(task["id"], "TASK_RUNNING", **repeated, message=message)

    def last() -> Any:
        (health,) = marathon.running("/web", 1)[0]["healthCheckResults"] or [{}]
        return health if health.get("lastFailureCause") == "last" else None

    assert marathon.wait("the last one", last)["consecutiveFailures"] == 3
    # It counts where the agent had no update to spare for it.
    harness.report(task["id"], "TASK_RUNNING", **{**repeated, "healthy": True})
    marathon.settled()
    assert marathon.app("/web")["tasksHealthy"] == 1


@pytest.mark.parametrize(("query", "wanted"), [
    ("", "both"), ("?status=running", "running"), ("?status=staging", "staged"), ("?status=RUNNING", "running"),
    ("?status=running&status=staging", "both"), ("?status[]=staging", "staged"), ("?status=nonsense", "both"),
    ("?status=running&status[]=staging", "both")])
def test_tasks_by_their_status(harness: Harness, marathon: Marathon, query: str, wanted: str) -> None:
    running, staged = staged_beside_running(harness, marathon)
    listed = {task["id"] for task in marathon.get(f"/v2/tasks{query}")["tasks"]}
    assert listed == {"both": {running, staged}, "running": {running}, "staged": {staged}}[wanted]


def test_a_task_from_every_side(harness: Harness, marathon: Marathon) -> None:
    marathon.write("PUT", "/v2/apps/shop/web", {**APP, "portDefinitions": [{"port": 9000}]}, 201)
    (task,) = marathon.running("/shop/web", 1)
    assert task["id"].startswith("shop_web.instance-") and task["id"].endswith("._app.1")
    assert (task["host"], task["slaveId"], task["role"], task["state"]) == (
        "slave1", "agent-slave1", "*", "TASK_RUNNING")
    assert task["healthCheckResults"] == [] and task["localVolumes"] == [] and task["servicePorts"] == []
    assert task["stagedAt"] <= task["startedAt"]
    assert marathon.get("/v2/tasks")["tasks"] == [{**task, "servicePorts": [9000]}]
    for path in ("/v2/apps/shop/*/tasks", "/v2/apps/*/tasks"):
        assert marathon.get(path)["tasks"] == [task]
    assert marathon.app("/shop/web")["tasks"] == [task]
    for path, kind in (("*/tasks", "Group"), ("tasks", "App")):
        refused = marathon.refused("GET", f"/v2/apps/none/{path}", status=404)
        assert refused == {"message": f"{kind} '/none' does not exist", "details": []}


@pytest.mark.parametrize(("method", "path", "body", "status", "message"), [
    ("DELETE", "/v2/apps/none/tasks", None, 404, "App '/none' does not exist"),
    ("DELETE", "/v2/apps/none/tasks?scale=true", None, 404, "Path '/none' does not exist"),
    ("DELETE", "/v2/apps/idle/tasks?scale=true", None, 404, "Path '/idle' does not exist"),
    ("DELETE", f"/v2/apps/idle/tasks/{UNKNOWN}", None, 404, f"Task '{UNKNOWN}' does not exist"),
    ("DELETE", f"/v2/apps/idle/tasks/{UNKNOWN}?scale=true", None, 404, "Path '/idle' does not exist"),
    ("DELETE", f"/v2/apps/none/tasks/{UNKNOWN}", None, 404, "App '/none' does not exist"),
    ("DELETE", "/v2/apps/idle/tasks?scale=true&wipe=true", None, 400,
     "You cannot use scale and wipe at the same time."),
    ("DELETE", f"/v2/apps/idle/tasks/{UNKNOWN}?scale=true&wipe=true", None, 400,
     "You cannot use scale and wipe at the same time."),
    ("POST", "/v2/tasks/delete?scale=true&wipe=true", {"ids": []}, 400,
     "You cannot use scale and wipe at the same time."),
    ("POST", "/v2/tasks/delete", {"ids": [UNKNOWN, "no id"]}, 400,
     "Invalid task id 'no id'. [taskId no id no valid identifier (of class java.lang.String)]"),
    ("POST", "/v2/tasks/delete", {"ids": ["web.instance-1._app.1"]}, 422, "Invalid UUID string: 1"),
    ("DELETE", "/v2/apps/idle/tasks/web.old", None, 422, "Invalid UUID string: old"),
    ("DELETE", "/v2/apps/idle/tasks/none", None, 404, "Task 'none' does not exist"),
    ("POST", "/v2/tasks/delete", {}, 422, "Invalid JSON"),
    ("POST", "/v2/tasks/delete", {"ids": [1]}, 422, "Invalid JSON"),
    ("POST", "/v2/tasks/delete", {"ids": "x"}, 422, "Invalid JSON"),
])
def test_what_cannot_be_ended(shared: Marathon, method: str, path: str, body: object, status: int,
                              message: str) -> None:
    assert shared.send("PUT", "/v2/apps/idle", {**APP, "instances": 0}).ok
    assert shared.refused(method, path, body, status)["message"] == message


def test_unknown_tasks_are_passed_over(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    (task,) = marathon.running("/web", 1)
    marathon.settled()
    assert marathon.write("POST", "/v2/tasks/delete", {"ids": [UNKNOWN]}) == {"tasks": []}
    assert set(marathon.write("POST", "/v2/tasks/delete?scale=true", {"ids": [UNKNOWN]})) == {
        "version", "deploymentId"}
    assert marathon.write("DELETE", "/v2/apps/web/tasks?host=elsewhere") == {"tasks": []}
    assert [one["id"] for one in marathon.running("/web", 1)] == [task["id"]]


@pytest.mark.parametrize("how", ["?wipe=true", "?wipe=true&host=*", "?host=slave1", ""])
def test_tasks_that_are_ended_are_replaced(marathon: Marathon, how: str) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "instances": 2}, 201)
    before = {task["id"] for task in marathon.running("/web", 2)}
    marathon.settled()
    assert {task["id"] for task in marathon.write("DELETE", f"/v2/apps/web/tasks{how}")["tasks"]} == before
    marathon.wait("others", lambda: not before & {task["id"] for task in marathon.running("/web", 2)})
    assert marathon.app("/web")["instances"] == 2


def test_scaling_by_tasks_counts_each_once(marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "instances": 3}, 201)
    first, second, _third = [task["id"] for task in marathon.running("/web", 3)]
    marathon.settled()
    marathon.write("POST", "/v2/tasks/delete?scale=true", {"ids": [first, first]})
    marathon.settled()
    assert marathon.app("/web")["instances"] == 2
    marathon.write("DELETE", f"/v2/apps/web/tasks/{second}?scale=true")
    marathon.settled()
    assert [task["id"] for task in marathon.running("/web", 1)] == [_third]
    marathon.write("DELETE", "/v2/apps/web/tasks?scale=true")
    marathon.settled()
    assert marathon.app("/web")["instances"] == 0 and marathon.get("/v2/tasks") == {"tasks": []}


def test_scaling_by_tasks_waits_for_the_running_deployment(harness: Harness, marathon: Marathon) -> None:
    _running, staged = staged_beside_running(harness, marathon)
    path = f"/v2/apps/slow/tasks/{staged}?scale=true"
    assert "locked" in marathon.refused("DELETE", path, status=409)["message"]
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", runs)
    marathon.write("DELETE", f"{path}&force=true")
    assert marathon.app("/slow")["instances"] == 0


def test_statistics_by_version(harness: Harness, marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "instances": 0}, 201)
    assert marathon.get("/v2/apps?embed=apps.taskStats")["apps"][0]["tasksStats"] == {}
    marathon.write("PUT", "/v2/apps/web", {"instances": 2})
    marathon.running("/web", 2)
    marathon.settled()
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)
    marathon.write("PUT", "/v2/apps/web", {"cmd": "other", "upgradeStrategy": {
        "minimumHealthCapacity": 1, "maximumOverCapacity": 0.5}})
    marathon.wait("a staged task", lambda: marathon.app("/web")["tasksStaged"])
    (app,) = marathon.get("/v2/apps?embed=apps.taskStats")["apps"]
    stats = {name: part["stats"]["counts"] for name, part in app["tasksStats"].items()}
    counts = {"healthy": 0, "unhealthy": 0}
    assert stats == {
        "totalSummary": {"staged": 1, "running": 2, **counts},
        "withOutdatedConfig": {"staged": 0, "running": 2, **counts},
        "withLatestConfig": {"staged": 1, "running": 0, **counts},
        "startedAfterLastScaling": {"staged": 1, "running": 0, **counts}}
    life = app["tasksStats"]["totalSummary"]["stats"]["lifeTime"]
    assert all(isinstance(life[name], float) for name in ("averageSeconds", "medianSeconds"))
    assert "lifeTime" not in app["tasksStats"]["withLatestConfig"]["stats"]


@pytest.mark.parametrize(("embed", "there", "absent"), [
    ("", ["tasksRunning", "deployments"], ["tasks", "lastTaskFailure", "tasksStats", "readinessCheckResults"]),
    ("?embed=apps.counts", ["tasksRunning", "deployments"], ["tasks"]),
    ("?embed=apps.tasks", ["tasks", "deployments"], ["lastTaskFailure"]),
    ("?embed=tasks", ["tasks"], []), ("?embed=app.tasks", ["tasks"], []), ("?embed=group.apps.tasks", ["tasks"], []),
    ("?embed=apps.failures", ["tasks", "lastTaskFailure"], []),
    ("?embed=apps.lastTaskFailure", ["lastTaskFailure"], ["tasks"]),
    ("?embed=apps.readiness", ["readinessCheckResults"], ["tasks"]),
    ("?embed=nonsense", ["tasksRunning"], ["tasks"])])
def test_what_a_list_embeds(harness: Harness, marathon: Marathon, embed: str, there: list[str],
                            absent: list[str]) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    (task,) = marathon.running("/web", 1)
    harness.report(task["id"], "TASK_FAILED", message="it broke")
    marathon.wait("the failure", lambda: "lastTaskFailure" in marathon.app("/web"))
    ((app,),) = marathon.get(f"/v2/apps{embed}").values()
    assert set(there) <= app.keys() and not set(absent) & app.keys()
    # The apps of a group come like one alone, whatever is asked for (recorded: "GET star").
    ((app,),) = marathon.get(f"/v2/apps/*{embed}").values()
    assert {"tasks", "tasksRunning", "deployments", "lastTaskFailure"} <= app.keys()


def test_an_app_alone_brings_all_but_statistics(harness: Harness, marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    (task,) = marathon.running("/web", 1)
    marathon.settled()
    harness.report(task["id"], "TASK_FAILED", message="it broke")
    marathon.wait("a replacement", lambda: task["id"] not in str(marathon.running("/web", 1)))
    app = marathon.app("/web")
    assert {"tasks", "tasksRunning", "deployments"} <= app.keys() and "tasksStats" not in app
    failure = app["lastTaskFailure"]
    assert failure.pop("timestamp") and failure == {
        "appId": "/web", "host": "slave1", "message": "it broke", "state": "TASK_FAILED", "taskId": task["id"],
        "version": app["version"], "slaveId": "agent-slave1"}
    marathon.write("DELETE", "/v2/apps/web")
    marathon.settled()
    marathon.write("POST", "/v2/apps", APP, 201)
    assert "lastTaskFailure" not in marathon.app("/web")
