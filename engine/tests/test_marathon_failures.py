"""What goes wrong and what Marathon does about it: tasks that die, agents that vanish, leaders that change."""

from __future__ import annotations

import asyncio
import http.server
import threading
import time
from collections.abc import Iterator

import pytest
from fake_master import fails, runs, stays_staged
from marathon_harness import Harness, Marathon

APP = {"id": "/web", "cmd": "run", "cpus": 0.1, "mem": 16, "backoffSeconds": 0}


def test_a_task_that_dies_is_replaced_and_remembered(harness: Harness, marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    (task,) = marathon.running("/web", 1)
    marathon.settled()
    harness.report(task["id"], "TASK_FAILED", message="Container exited with status 3")
    marathon.wait("a replacement", lambda: task["id"] not in str(marathon.running("/web", 1)))
    failure = marathon.app("/web")["lastTaskFailure"]
    assert failure["taskId"] == task["id"] and failure["state"] == "TASK_FAILED"
    assert failure["message"] == "Container exited with status 3" and failure["host"] == "slave1"
    assert failure["slaveId"] == "agent-slave1" and failure["version"] == marathon.app("/web")["version"]


def test_an_agent_that_cannot_start_the_app_is_left_alone_for_a_while(harness: Harness) -> None:
    harness.agent("slave1", behaviour=fails)
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", APP, 201)
    marathon.wait("the first failure", lambda: "lastTaskFailure" in marathon.app("/web"))
    harness.agent("slave2")
    began = time.monotonic()
    (task,) = marathon.running("/web", 1)
    assert task["host"] == "slave2" and time.monotonic() - began < 4


def test_a_new_definition_is_tried_everywhere_at_once(harness: Harness) -> None:
    agent = harness.agent("slave1", behaviour=fails)
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", {**APP, "backoffSeconds": 30}, 201)
    marathon.wait("the failure", lambda: "lastTaskFailure" in marathon.app("/web"))
    harness.call(setattr, agent, "behaviour", runs)
    marathon.write("PUT", "/v2/apps/web?force=true", {"cmd": "other"})
    began = time.monotonic()
    marathon.running("/web", 1)
    assert time.monotonic() - began < 4


def test_the_delay_grows_and_can_be_reset(harness: Harness) -> None:
    harness.agent("slave1", behaviour=fails)
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", {**APP, "backoffSeconds": 30, "backoffFactor": 2}, 201)

    def delayed() -> bool:
        return any(item["delay"]["overdue"] is False and 25 <= item["delay"]["timeLeftSeconds"] <= 30
                   for item in marathon.get("/v2/queue")["queue"])

    marathon.wait("the launch is delayed", delayed)
    assert marathon.send("DELETE", "/v2/queue/none/delay").json() == {
        "message": "Application /none not found in tasks queue.", "details": []}
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", runs)
    assert marathon.send("DELETE", "/v2/queue/web/delay").status_code == 204
    marathon.running("/web", 1)


def test_an_unreachable_task_is_replaced_and_not_wanted_back(harness: Harness, marathon: Marathon) -> None:
    harness.agent("slave2")
    marathon.write("POST", "/v2/apps", {**APP, "constraints": [["hostname", "UNIQUE"]]}, 201)
    (task,) = marathon.running("/web", 1)
    marathon.settled()
    agent = harness.master.agents[f"agent-{task['host']}"]
    harness.call(setattr, agent, "connected", False)
    harness.report(task["id"], "TASK_UNREACHABLE")
    marathon.wait("a replacement", lambda: task["id"] not in str(marathon.running("/web", 1)))
    harness.report(task["id"], "TASK_RUNNING")
    marathon.wait("the returned task is killed", lambda: harness.master.states[task["id"]] == "TASK_KILLED")


def test_a_patient_app_waits_for_its_agent(harness: Harness, marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "unreachableStrategy": "disabled"}, 201)
    (task,) = marathon.running("/web", 1)
    marathon.settled()
    harness.report(task["id"], "TASK_UNREACHABLE")
    marathon.wait("it is seen", lambda: marathon.get("/v2/tasks")["tasks"][0]["state"] == "TASK_UNREACHABLE")
    time.sleep(1.5)
    harness.report(task["id"], "TASK_RUNNING")
    assert [one["id"] for one in marathon.running("/web", 1)] == [task["id"]]


def after_a_lost_master(harness: Harness, marathon: Marathon) -> Marathon:
    """What its supervisor starts then."""
    harness.call(harness.master.disconnect)
    marathon.wait("it ends", lambda: marathon.failures)
    assert marathon.failures == [("the connection to the Mesos master is lost", 105)]
    harness.retire(marathon)
    return harness.marathon(marathon.documents)


def test_a_lost_master_restarts_nothing(harness: Harness, marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "instances": 2}, 201)
    before = {task["id"] for task in marathon.running("/web", 2)}
    marathon.settled()
    first = harness.master.framework
    marathon = after_a_lost_master(harness, marathon)
    assert first is not None and "id" not in first
    assert harness.master.framework["id"] == {"value": marathon.get("/v2/info")["frameworkId"]}
    marathon.wait("it asks about its tasks", lambda: harness.master.calls_of("RECONCILE"))
    assert {task["id"] for task in marathon.running("/web", 2)} == before


def test_tasks_that_ended_meanwhile_are_noticed(harness: Harness, marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", APP, 201)
    (task,) = marathon.running("/web", 1)
    marathon.settled()
    harness.call(harness.master.states.pop, task["id"])
    marathon = after_a_lost_master(harness, marathon)
    marathon.wait("a replacement", lambda: task["id"] not in str(marathon.running("/web", 1)))


def test_a_new_leader_goes_on_with_everything(harness: Harness) -> None:
    agent = harness.agent("slave1")
    documents: dict[str, str] = {}
    first = harness.marathon(documents)
    first.write("POST", "/v2/apps", {**APP, "instances": 2}, 201)
    tasks = {task["id"] for task in first.running("/web", 2)}
    first.settled()
    framework_id = first.get("/v2/info")["frameworkId"]
    harness.call(setattr, agent, "behaviour", stays_staged)
    running = first.write("PUT", "/v2/apps/web", {"cmd": "other"})["deploymentId"]
    first.wait("the new tasks are staged", lambda: len(harness.master.tasks) == 4)
    app = first.app("/web")
    harness.retire(first)
    second = harness.marathon(documents)
    assert second.get("/v2/info")["frameworkId"] == framework_id
    assert [one["id"] for one in second.get("/v2/deployments")] == [running]
    assert second.app("/web")["version"] == app["version"]
    assert second.get("/v2/apps/web/versions") == {"versions": sorted(second.get("/v2/apps/web/versions")["versions"])}
    assert tasks <= set(harness.master.active())
    for task_id in [one for one in harness.master.tasks if one not in tasks]:
        harness.report(task_id, "TASK_RUNNING")
    second.settled()
    assert not tasks & {task["id"] for task in second.running("/web", 2)} and len(harness.master.tasks) == 4


def test_kills_are_repeated_until_they_are_confirmed(harness: Harness) -> None:
    harness.agent("slave1")
    marathon = harness.marathon(kill_retry_timeout="100")
    marathon.write("POST", "/v2/apps", APP, 201)
    marathon.running("/web", 1)
    marathon.settled()
    harness.call(setattr, harness.master, "kills_answered", False)
    marathon.write("DELETE", "/v2/apps/web")
    marathon.wait("a second attempt", lambda: len(harness.master.calls_of("KILL")) >= 2)
    assert marathon.get("/v2/tasks")["tasks"][0]["state"] == "TASK_KILLING"
    harness.call(setattr, harness.master, "kills_answered", True)
    marathon.settled()


def test_a_launch_that_never_runs_is_given_up(harness: Harness) -> None:
    agent = harness.agent("slave1", behaviour=stays_staged)
    marathon = harness.marathon(task_launch_timeout="200")
    marathon.write("POST", "/v2/apps", APP, 201)
    marathon.wait("the kill", lambda: harness.master.calls_of("KILL"))
    harness.call(setattr, agent, "behaviour", runs)
    (stuck,) = harness.master.tasks
    harness.report(stuck, "TASK_KILLED")
    assert marathon.running("/web", 1)[0]["id"] != stuck


class Page(http.server.BaseHTTPRequestHandler):
    status = 200

    def do_GET(self) -> None:
        self.send_response(type(self).status)
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def page() -> Iterator[tuple[type[Page], int]]:
    """A web server whose answer the test sets, and its port."""
    handler = type("OnePage", (Page,), {})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield handler, server.server_address[1]
        server.shutdown()


def checked(port: int, **check: object) -> dict:
    return {**APP, "portDefinitions": [{"port": port, "name": "http"}], "requirePorts": True,
            "healthChecks": [{"protocol": "HTTP", "path": "/", "portIndex": 0, "intervalSeconds": 1,
                              "timeoutSeconds": 1, "gracePeriodSeconds": 0, "maxConsecutiveFailures": 2, **check}]}


def test_an_unhealthy_deployment_waits_and_a_dead_task_is_killed(harness: Harness, page: tuple) -> None:
    handler, port = page
    handler.status = 500
    harness.agent("127.0.0.1", ports=(port, port))
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", checked(port), 201)
    (task,) = marathon.running("/web", 1)
    marathon.wait("the failure is seen", lambda: marathon.app("/web")["tasksUnhealthy"] == 1)
    assert len(marathon.get("/v2/deployments")) == 1
    result = marathon.app("/web")["tasks"][0]["healthCheckResults"][0]
    assert result["alive"] is False and result["lastFailureCause"] == "500 Internal Server Error"
    marathon.wait("it is killed", lambda: harness.master.states[task["id"]] == "TASK_KILLED")
    failure = marathon.app("/web")["lastTaskFailure"]
    assert failure["state"] == "TASK_KILLED"
    assert failure["message"] == ("Task was killed since health check failed. Reason: "
                                  "500 Internal Server Error")
    handler.status = 200
    marathon.settled()
    app = marathon.app("/web")
    assert (app["tasksHealthy"], app["tasksUnhealthy"]) == (1, 0)


def test_failures_within_the_grace_period_do_not_count(harness: Harness, page: tuple) -> None:
    handler, port = page
    handler.status = 503
    harness.agent("127.0.0.1", ports=(port, port))
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", checked(port, gracePeriodSeconds=60, maxConsecutiveFailures=1), 201)
    (task,) = marathon.running("/web", 1)
    marathon.wait("a failure", lambda: "lastFailure" in str(marathon.app("/web")["tasks"][0]["healthCheckResults"]))
    time.sleep(1.2)
    handler.status = 204
    marathon.settled()
    assert [one["id"] for one in marathon.running("/web", 1)] == [task["id"]]


def test_tcp_checks_and_results_of_mesos(harness: Harness, page: tuple) -> None:
    _handler, port = page
    harness.agent("127.0.0.1", ports=(port, port))
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", checked(port, protocol="TCP"), 201)
    marathon.settled()
    assert marathon.app("/web")["tasksHealthy"] == 1
    marathon.write("POST", "/v2/apps", {**APP, "id": "/cmd", "ports": [], "healthChecks": [
        {"protocol": "COMMAND", "command": {"value": "true"}}]}, 201)
    (task,) = marathon.running("/cmd", 1)
    assert len(marathon.get("/v2/deployments")) == 1
    harness.report(task["id"], "TASK_RUNNING", healthy=False)
    marathon.wait("unhealthy", lambda: marathon.app("/cmd")["tasksUnhealthy"] == 1)
    harness.report(task["id"], "TASK_RUNNING", healthy=True)
    marathon.settled()
    assert marathon.app("/cmd")["tasksHealthy"] == 1


def test_readiness_gates_a_deployment(harness: Harness, page: tuple) -> None:
    handler, port = page
    handler.status = 503
    harness.agent("127.0.0.1", ports=(port, port))
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", {
        **APP, "portDefinitions": [{"port": port, "name": "http-api"}], "requirePorts": True,
        "readinessChecks": [{"intervalSeconds": 2, "timeoutSeconds": 1, "preserveLastResponse": True}]}, 201)
    (task,) = marathon.running("/web", 1)

    def results() -> list:
        return marathon.get("/v2/deployments")[0]["currentActions"][0]["readinessCheckResults"]

    (result,) = marathon.wait("a result", results)
    assert result["taskId"] == task["id"] and result["ready"] is False and result["lastResponse"]["status"] == 503
    handler.status = 200
    marathon.settled()


def test_the_health_of_a_task_that_was_unreachable_is_watched_again(harness: Harness, page: tuple) -> None:
    handler, port = page
    harness.agent("127.0.0.1", ports=(port, port))
    marathon = harness.marathon()
    marathon.write("POST", "/v2/apps", checked(port, maxConsecutiveFailures=0) | {
        "unreachableStrategy": "disabled"}, 201)
    marathon.settled()
    (task,) = marathon.running("/web", 1)
    harness.report(task["id"], "TASK_UNREACHABLE")
    time.sleep(1.5)
    harness.report(task["id"], "TASK_RUNNING")
    handler.status = 500
    marathon.wait("the failure is seen", lambda: marathon.app("/web")["tasksUnhealthy"] == 1)
    handler.status = 200
    marathon.wait("it is healthy again", lambda: marathon.app("/web")["tasksHealthy"] == 1)


def test_a_task_that_nobody_wants_is_found_by_asking(harness: Harness) -> None:
    harness.agent("slave1")
    marathon = harness.marathon(reconciliation_initial_delay="0", reconciliation_interval="200")
    marathon.write("POST", "/v2/apps", APP, 201)
    (task,) = marathon.running("/web", 1)
    marathon.settled()

    def leave_behind() -> None:
        # Its agent came back while the word of it got lost.
        harness.master.tasks["stray"] = {**harness.master.tasks[task["id"]], "task_id": {"value": "stray"}}
        harness.master.states["stray"] = "TASK_RUNNING"

    harness.call(leave_behind)
    marathon.wait("it is killed", lambda: harness.master.states["stray"] == "TASK_KILLED")
    assert [one["id"] for one in marathon.running("/web", 1)] == [task["id"]]


def test_scaling_down_by_a_task_ends_that_task_alone(harness: Harness, marathon: Marathon) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "instances": 3}, 201)
    tasks = sorted(marathon.running("/web", 3), key=lambda task: task["startedAt"])
    marathon.settled()

    async def slow() -> None:
        await asyncio.sleep(0.2)

    assert marathon.leader is not None
    harness.call(setattr, marathon.leader.state.store, "flush", slow)
    marathon.write("DELETE", f"/v2/apps/web/tasks/{tasks[0]['id']}?scale=true")
    marathon.settled()
    assert {task["id"] for task in marathon.running("/web", 2)} == {task["id"] for task in tasks[1:]}
    assert len(harness.master.tasks) == 3
