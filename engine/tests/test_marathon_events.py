"""The event stream: who gets it, which events there are and what they say."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterator

import pytest
from event_stream import Listener
from fake_master import runs, stays_staged
from marathon_harness import Harness, Marathon

from labengine.marathon.events import EventBus

APP = {"id": "/web", "cmd": "run", "cpus": 0.1, "mem": 16}
CHECK = {"protocol": "COMMAND", "command": {"value": "true"}}


@pytest.fixture
def listener(marathon: Marathon) -> Iterator[Listener]:
    yield Listener(marathon.url)


def test_events_tell_a_deployment(marathon: Marathon, listener: Listener) -> None:
    created = marathon.write("POST", "/v2/apps", APP, 201)
    marathon.wait("the deployment's end", lambda: listener.data("deployment_success"))
    types = listener.types()
    assert types[0] == "event_stream_attached"
    for kind in ("api_post_event", "group_change_success", "deployment_info", "status_update_event",
                 "instance_changed_event", "deployment_step_success"):
        assert kind in types
    (success,) = listener.data("deployment_success")
    assert success["id"] == created["deployments"][0]["id"] and success["eventType"] == "deployment_success"
    assert success["plan"]["steps"][0]["actions"] == [{"action": "StartApplication", "app": "/web"}]
    assert [one["taskStatus"] for one in listener.data("status_update_event")] == ["TASK_STARTING", "TASK_RUNNING"]
    assert listener.data("api_post_event")[0]["appDefinition"]["portDefinitions"][0]["port"] == 10000


@pytest.mark.parametrize(("flags", "wanted"), [({}, False), ({"enable_features": "task_killing"}, True)])
def test_mesos_is_asked_to_tell_when_a_task_is_about_to_end(harness: Harness, flags: dict[str, str],
                                                             wanted: bool) -> None:
    marathon = harness.marathon(**flags)
    marathon.wait("it is registered", lambda: harness.master.framework)
    assert ({"type": "TASK_KILLING_STATE"} in harness.master.framework["capabilities"]) is wanted


def test_a_task_that_its_agent_ends_is_told_and_counts_until_it_has_ended(harness: Harness, marathon: Marathon,
                                                                         listener: Listener) -> None:
    harness.agent("slave1")
    marathon.write("POST", "/v2/apps", {**APP, "instances": 1}, 201)
    (task,) = marathon.running("/web", 1)
    for _turn in range(2):
        harness.report(task["id"], "TASK_KILLING")
    marathon.wait("it is shown", lambda: marathon.get("/v2/apps/web/tasks")["tasks"][0]["state"] == "TASK_KILLING")
    assert [one["id"] for one in marathon.get("/v2/apps/web/tasks")["tasks"]] == [task["id"]]
    assert marathon.app("/web")["tasksRunning"] == 1
    harness.report(task["id"], "TASK_KILLED")
    marathon.wait("another runs", lambda: marathon.running("/web", 1)[0]["id"] != task["id"])
    states = [one["taskStatus"] for one in listener.data("status_update_event") if one["taskId"] == task["id"]]
    assert states == ["TASK_STARTING", "TASK_RUNNING", "TASK_KILLING", "TASK_KILLED"]


def test_events_are_filtered_and_asked_for_properly(harness: Harness, marathon: Marathon) -> None:
    only = Listener(marathon.url, "?event_type=deployment_failed")
    assert marathon.send("GET", "/v2/events").status_code == 405
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", lambda task: [])
    blocked = marathon.write("PUT", "/v2/apps/web", APP, 201)["deploymentId"]
    marathon.write("PUT", "/v2/apps/web?force=true", {"instances": 2})
    (failed,) = marathon.wait("the cancellation", lambda: only.data("deployment_failed"))
    assert failed["id"] == blocked and failed["reason"] == "The upgrade has been cancelled"
    assert set(only.types()) == {"deployment_failed"}
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", runs)


def test_a_client_that_does_not_read_is_cut_off() -> None:
    bus = EventBus(limit=2)
    slow = bus.subscribe(frozenset({"tick"}), "client")
    for number in range(5):
        bus.publish("tick", number=number)
    events = [slow.queue.get_nowait() for _ in range(slow.queue.qsize())]
    assert [event and event["number"] for event in events] == [0, 1, None]


@pytest.mark.parametrize("accept", ["*/*", "text/event-stream, */*", "application/json"])
def test_the_stream_is_asked_for_with_its_type_alone(marathon: Marathon, accept: str) -> None:
    answer = marathon.send("GET", "/v2/events", headers={"Accept": accept})
    assert answer.status_code == 405 and answer.headers["Content-Type"].startswith("text/html")


def test_frames_end_in_crlf_and_nothing_is_cached(marathon: Marathon) -> None:
    host, port = marathon.address.split(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request("GET", "/v2/events?event_type=event_stream_attached&plan-format=light",
                       headers={"Accept": "text/event-stream"})
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/event-stream")
    assert answer.headers["Cache-Control"] == "no-cache, no-store, must-revalidate"
    assert answer.readline() == b"event: event_stream_attached\r\n"
    data = answer.readline()
    assert data.startswith(b'data: {"remoteAddress":"127.0.0.1","eventType":"event_stream_attached","timestamp":"')
    assert data.endswith(b'}\r\n') and answer.readline() == b"\r\n"
    connection.close()


def test_others_hear_who_leaves(marathon: Marathon, listener: Listener) -> None:
    leaving = marathon.send("GET", "/v2/events", headers={"Accept": "text/event-stream"}, stream=True)
    marathon.wait("both are there", lambda: len(listener.data("event_stream_attached")) == 2)
    leaving.close()
    (event,) = marathon.wait("its end", lambda: listener.data("event_stream_detached"))
    assert event["remoteAddress"] == "127.0.0.1"


def test_health_checks_come_and_go_with_their_app(harness: Harness, marathon: Marathon, listener: Listener) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "healthChecks": [CHECK]}, 201)
    (task,) = marathon.running("/web", 1)
    harness.report(task["id"], "TASK_RUNNING", healthy=False)
    marathon.wait("unhealthy", lambda: marathon.app("/web")["tasksUnhealthy"] == 1)
    harness.report(task["id"], "TASK_RUNNING", healthy=True)
    marathon.settled()
    version = marathon.app("/web")["version"]
    instance_id = task["id"].removesuffix("._app.1")
    (added,) = listener.data("add_health_check_event")
    assert (added["appId"], added["version"], added["healthCheck"]["protocol"]) == ("/web", version, "COMMAND")
    assert [{name: one[name] for name in ("appId", "instanceId", "version", "alive")}
            for one in listener.data("health_status_changed_event")] == [
        {"appId": "/web", "instanceId": instance_id, "version": version, "alive": alive} for alive in (False, True)]
    assert [(one["instanceId"], one["runSpecId"], one["healthy"], one["runSpecVersion"])
            for one in listener.data("instance_health_changed_event")] == [
        (instance_id, "/web", alive, version) for alive in (False, True)]
    marathon.write("PUT", "/v2/apps/web", {"instances": 2})
    assert listener.data("remove_health_check_event") == []
    marathon.write("DELETE", "/v2/apps/web")
    marathon.settled()
    removed = marathon.wait("the end", lambda: listener.data("remove_health_check_event"))
    assert {one["appId"] for one in removed} == {"/web"}
    (ended,) = marathon.wait("the app's end", lambda: listener.data("app_terminated_event"))
    assert ended["appId"] == "/web"


def test_an_instance_from_its_launch_to_its_end(harness: Harness, marathon: Marathon, listener: Listener) -> None:
    marathon.write("POST", "/v2/apps", {**APP, "backoffSeconds": 0}, 201)
    (task,) = marathon.running("/web", 1)
    marathon.settled()
    harness.report(task["id"], "TASK_FAILED", message="it broke")
    instance_id = task["id"].removesuffix("._app.1")

    def changes() -> list[dict]:
        return [one for one in listener.data("instance_changed_event") if one["instanceId"] == instance_id]

    marathon.wait("the end", lambda: len(changes()) == 4)
    assert [one["condition"] for one in changes()] == ["Provisioned", "Starting", "Running", "Failed"]
    assert {(one["runSpecId"], one["agentId"], one["host"], one["runSpecVersion"]) for one in changes()} == {
        ("/web", "agent-slave1", "slave1", task["version"])}
    failed = next(one for one in listener.data("status_update_event") if one["taskStatus"] == "TASK_FAILED")
    assert {name: failed[name] for name in (
        "slaveId", "taskId", "message", "appId", "host", "ipAddresses", "ports", "version")} == {
        "slaveId": "agent-slave1", "taskId": task["id"], "message": "it broke", "appId": "/web", "host": "slave1",
        "ipAddresses": [], "ports": task["ports"], "version": task["version"]}


def test_what_only_mesos_knows_of(harness: Harness, marathon: Marathon, listener: Listener) -> None:
    harness.call(harness.master.send, {"type": "UPDATE", "update": {"status": {
        "task_id": {"value": "shop_old.instance-1._app.1"}, "state": "TASK_LOST", "agent_id": {"value": "a"}}}})
    (unknown,) = marathon.wait("the unknown task", lambda: listener.data("unknown_instance_terminated_event"))
    assert (unknown["instanceId"], unknown["runSpecId"], unknown["condition"]) == (
        "shop_old.instance-1", "/shop/old", "Unknown")
    harness.call(harness.master.send, {"type": "MESSAGE", "message": {
        "agent_id": {"value": "a"}, "executor_id": {"value": "e"}, "data": base64.b64encode(b"hi").decode()}})
    (message,) = marathon.wait("the message", lambda: listener.data("framework_message_event"))
    assert (message["executorId"], message["slaveId"], message["message"]) == ("e", "a", [104, 105])
    harness.call(harness.master.disconnect)
    marathon.wait("the master is lost", lambda: listener.data("scheduler_disconnected_event"))
    assert marathon.failures == [("the connection to the Mesos master is lost", 105)]


@pytest.mark.parametrize(("method", "path", "body", "group"), [
    ("PUT", "/v2/apps/shop/web", APP, "/shop"),
    ("PUT", "/v2/apps", [{**APP, "id": "/shop/web"}], "/"),
    ("PUT", "/v2/groups/shop/front", {}, "/shop"),
    ("POST", "/v2/groups", {"id": "/shop/front"}, "/"),
    ("DELETE", "/v2/groups", None, "/"),
])
def test_the_group_of_a_change(marathon: Marathon, listener: Listener, method: str, path: str, body: object,
                               group: str) -> None:
    answer = marathon.send(method, path, body)
    assert answer.status_code in (200, 201)
    (event,) = marathon.wait("the event", lambda: listener.data("group_change_success"))
    assert (event["groupId"], event["version"]) == (group, answer.json()["version"])


def test_a_refused_change_is_told_too(harness: Harness, marathon: Marathon, listener: Listener) -> None:
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", stays_staged)
    marathon.write("PUT", "/v2/apps/web", APP, 201)
    refusal = marathon.refused("PUT", "/v2/apps/web", {"cmd": "other"}, 409)
    (failed,) = marathon.wait("the failed change", lambda: listener.data("group_change_failed"))
    assert (failed["groupId"], failed["reason"]) == ("/", refusal["message"])
    (deployment,) = marathon.wait("the failed deployment", lambda: listener.data("deployment_failed"))
    assert deployment["id"] == deployment["plan"]["id"] and "reason" not in deployment
    assert deployment["id"] not in str(marathon.get("/v2/deployments"))


def test_pods_have_events_of_their_own(marathon: Marathon, listener: Listener) -> None:
    pod = {"id": "/pod", "containers": [{"name": "a", "resources": {"cpus": 0.1, "mem": 16}}]}
    marathon.write("POST", "/v2/pods", pod, 201)
    marathon.settled()
    marathon.write("PUT", "/v2/pods/pod", pod)
    marathon.write("DELETE", "/v2/pods/pod?force=true", status=202)
    for kind in ("pod_created_event", "pod_updated_event", "pod_deleted_event"):
        (event,) = marathon.wait(kind, lambda kind=kind: listener.data(kind))
        assert event["clientIp"] == "127.0.0.1" and event["uri"].startswith("/v2/pods")
    (info, *_later) = listener.data("deployment_info")
    assert info["currentStep"] == {"actions": [{"action": "StartPod", "pod": "/pod"}]}
    assert set(info["plan"]) == {"id", "version", "steps"}
