"""What a new leader finds: everything that was answered before, and deployments that go on where they stood."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from event_stream import Listener
from fake_master import fails, runs, stays_staged
from marathon_harness import Harness, Marathon

APP = {"cmd": "run", "cpus": 0.1, "mem": 16}
POD = {"containers": [{"name": "a", "exec": {"command": {"shell": "run"}}, "resources": {"cpus": 0.1, "mem": 16}}]}


class Succession:
    """``leader`` leads; ``change`` puts another one with the same store in its place."""

    def __init__(self, harness: Harness) -> None:
        self._harness = harness
        self._documents: dict[str, str] = {}
        self.leader = harness.marathon(self._documents)

    def change(self) -> Marathon:
        self._harness.retire(self.leader)
        self.leader = self._harness.marathon(self._documents)
        return self.leader


@pytest.fixture
def succession(harness: Harness) -> Iterator[Succession]:
    harness.agent("slave1")
    yield Succession(harness)


def behave(harness: Harness, behaviour: Any) -> None:
    harness.call(setattr, harness.master.agents["agent-slave1"], "behaviour", behaviour)


def test_every_answer_is_the_same(harness: Harness, succession: Succession) -> None:
    first = succession.leader
    first.write("PUT", "/v2/groups/shop", {"dependencies": ["/db"], "enforceRole": False, "groups": [
        {"id": "front", "apps": [{"id": "web", **APP, "labels": {"a": "b"}, "backoffSeconds": 0}]}]})
    first.write("POST", "/v2/pods", {"id": "/db/pod", **POD}, 201)
    first.settled()
    first.write("PUT", "/v2/apps/shop/front/web", {"instances": 2})
    first.settled()
    (task, _other) = first.running("/shop/front/web", 2)
    harness.report(task["id"], "TASK_FAILED", message="it broke")
    first.wait("the failure", lambda: "lastTaskFailure" in first.app("/shop/front/web"))
    first.running("/shop/front/web", 2)
    paths = ("/v2/apps/shop/front/web", "/v2/apps/shop/front/web/versions", "/v2/groups", "/v2/groups/versions",
             "/v2/groups/shop/versions", "/v2/pods", "/v2/pods/db/pod::versions", "/v2/tasks", "/v2/queue",
             "/v2/deployments")
    before = {path: first.get(path) for path in paths}
    second = succession.change()
    after = {path: second.get(path) for path in paths}
    for answers in (before, after):
        # The time of asking.
        for pod in (pod for group in answers["/v2/groups"]["groups"] for pod in group["pods"]):
            pod.pop("lastUpdated")
            for instance in pod["instances"]:
                instance.pop("lastUpdated")
                for container in instance["containers"]:
                    container.pop("lastUpdated")
    assert after == before
    assert "lastTaskFailure" in after["/v2/apps/shop/front/web"]["app"]


def test_a_deployment_goes_on(harness: Harness, succession: Succession) -> None:
    behave(harness, stays_staged)
    made = succession.leader.write("PUT", "/v2/apps", [
        {"id": "/web", **APP, "dependencies": ["/db"]}, {"id": "/db", **APP}])
    succession.leader.wait("the first launch", lambda: harness.master.tasks)
    second = succession.change()
    (deployment,) = second.get("/v2/deployments")
    assert deployment["id"] == made["deploymentId"] and deployment["version"] == made["version"]
    behave(harness, runs)
    for task_id in [one for one, state in harness.master.states.items() if state == "TASK_STAGING"]:
        harness.report(task_id, "TASK_RUNNING")
    second.settled()
    assert len(harness.master.tasks) == 2
    assert [second.app(app_id)["tasksRunning"] for app_id in ("/db", "/web")] == [1, 1]


def test_a_deployment_of_another_leader_is_undone(harness: Harness, succession: Succession) -> None:
    behave(harness, stays_staged)
    made = succession.leader.write("PUT", "/v2/apps/g/web", APP, 201)
    second = succession.change()
    assert second.refused("PUT", "/v2/apps/g/web", {"cmd": "other"}, 409)["deployments"] == [
        {"id": made["deploymentId"]}]
    second.write("DELETE", f"/v2/deployments/{made['deploymentId']}")
    assert second.get("/v2/apps") == {"apps": []} and second.get("/v2/groups")["groups"] == []


def test_what_waits_for_an_offer_waits_again(harness: Harness, succession: Succession) -> None:
    succession.leader.write("POST", "/v2/apps", {"id": "/huge", **APP, "mem": 10**6, "instances": 3}, 201)
    second = succession.change()
    (item,) = second.wait("the queue", lambda: [
        one for one in second.get("/v2/queue?embed=lastUnusedOffers")["queue"] if one.get("lastUnusedOffers")])
    assert (item["app"]["id"], item["count"], item["delay"]["overdue"]) == ("/huge", 3, True)
    assert item["lastUnusedOffers"][0]["reason"] == ["InsufficientMemory"]


def test_a_delay_is_forgotten(harness: Harness, succession: Succession) -> None:
    behave(harness, fails)
    succession.leader.write("POST", "/v2/apps", {"id": "/web", **APP, "backoffSeconds": 300}, 201)
    succession.leader.wait("the delay", lambda: any(
        one["delay"]["overdue"] is False for one in succession.leader.get("/v2/queue")["queue"]))
    behave(harness, runs)
    succession.change().running("/web", 1)


def test_health_is_asked_for_again(harness: Harness, succession: Succession) -> None:
    check = {"protocol": "COMMAND", "command": {"value": "true"}}
    succession.leader.write("POST", "/v2/apps", {"id": "/web", **APP, "healthChecks": [check]}, 201)
    (task,) = succession.leader.running("/web", 1)
    harness.report(task["id"], "TASK_RUNNING", healthy=True)
    succession.leader.settled()
    second = succession.change()
    assert second.app("/web")["tasksHealthy"] == 1
    harness.report(task["id"], "TASK_RUNNING", healthy=False)
    second.wait("its health is bad", lambda: second.app("/web")["tasksUnhealthy"] == 1)


def test_a_task_that_was_being_ended_is_ended(harness: Harness, succession: Succession) -> None:
    succession.leader.write("PUT", "/v2/apps/web", APP, 201)
    (task,) = succession.leader.running("/web", 1)
    succession.leader.settled()
    harness.call(setattr, harness.master, "kills_answered", False)
    succession.leader.write("DELETE", f"/v2/apps/web/tasks/{task['id']}")
    harness.call(setattr, harness.master, "kills_answered", True)
    second = succession.change()
    second.wait("another one", lambda: task["id"] not in str(second.running("/web", 1)))


def test_streams_of_events_end_with_their_leader(succession: Succession) -> None:
    listener = Listener(succession.leader.url)
    succession.leader.wait("it is attached", listener.types)
    succession.change()
    succession.leader.wait("the end", lambda: listener.ended)
