"""What happened between two answers of Marathon, and what of it the stream has told already."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events.difference import difference
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events.seen import MarathonSeen
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.events.state import MarathonState, state
from ansible_collections.quorum.mesos.plugins.module_utils._marathon.snapshot import Tree

V1, V2, V3 = (f"2026-01-0{day}T00:00:00.000Z" for day in (1, 2, 3))


def task(number: int, status: str = "TASK_RUNNING", alive: bool | None = None) -> dict[str, Any]:
    checks = [] if alive is None else [{"alive": alive}]
    return {"id": f"web.instance-{number}._app.1", "state": status, "host": "h1", "healthCheckResults": checks}


def app(name: str = "/web", version: str = V1, tasks: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    counts = {"instances": len(tasks), "tasksRunning": len(tasks), "tasksUnhealthy": 0}
    return {"id": name, "version": version, "tasks": list(tasks), **counts, **more}


def looked(*apps: dict[str, Any], deployments: tuple[dict[str, Any], ...] = ()) -> MarathonState:
    return state(Tree(apps={one["id"]: one for one in apps}), deployments)


def pods(*statuses: dict[str, Any]) -> MarathonState:
    specs = {one["id"]: one["spec"] for one in statuses}
    return state(Tree(pods=specs, pod_statuses={one["id"]: one for one in statuses}), ())


def pod(version: str = V1, **instances: str) -> dict[str, Any]:
    listed = [{"id": name, "status": status} for name, status in instances.items()]
    return {"id": "/pod", "spec": {"id": "/pod", "version": version}, "instances": listed}


def deployment(action: str = "ScaleApplication", name: str = "/web", version: str = V2) -> dict[str, Any]:
    steps = [{"actions": [{"action": action, "app": name}]}]
    return {"id": "d1", "version": version, "affectedApps": [name], "steps": steps}


def failure(number: int, status: str = "TASK_FAILED") -> dict[str, Any]:
    return {"taskId": task(number)["id"], "state": status, "message": "exit 1", "host": "h1", "timestamp": V2}


def told(before: MarathonState, now: MarathonState, *stream: dict[str, Any]) -> list[dict[str, Any]]:
    seen = MarathonSeen(before)
    for event in stream:
        seen.apply(event)
    return difference(seen, now)


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [event["eventType"] for event in events]


def update(number: int, status: str) -> dict[str, Any]:
    return {"eventType": "status_update_event", "appId": "/web", "taskId": task(number)["id"], "taskStatus": status}


def test_nothing_happened() -> None:
    same = looked(app(tasks=(task(1, alive=True),), lastTaskFailure=failure(0)), deployments=(deployment(),))
    assert told(same, same) == []
    both = pods(pod(one="STABLE"))
    assert told(both, both) == []


def test_a_failure_is_told_once_with_what_marathon_says_of_it() -> None:
    before = looked(app(tasks=(task(1),)))
    now = looked(app(tasks=(task(2),), lastTaskFailure=failure(1)))
    failed, running = told(before, now)
    assert failed == {**update(1, "TASK_FAILED"), "message": "exit 1", "host": "h1", "timestamp": V2}
    assert running == {**update(2, "TASK_RUNNING"), "host": "h1"}
    assert told(now, now) == []


def test_a_failure_of_a_task_that_was_never_seen_is_told() -> None:
    before, now = looked(app(tasks=(task(1),))), looked(app(tasks=(task(1),), lastTaskFailure=failure(7)))
    assert told(before, now) == [{**update(7, "TASK_FAILED"), "message": "exit 1", "host": "h1", "timestamp": V2}]


@pytest.mark.parametrize("status", ["TASK_FAILED", "TASK_KILLED"])
def test_what_the_stream_told_is_not_told_again(status: str) -> None:
    before = looked(app(tasks=(task(1),)))
    now = looked(app(tasks=(task(3),), lastTaskFailure=failure(1, status)))
    stream = [update(1, status), update(2, "TASK_RUNNING"), update(2, "TASK_KILLED"), update(3, "TASK_RUNNING")]
    assert told(before, now, *stream) == []


def test_a_task_that_ended_in_a_way_nobody_knows() -> None:
    (event,) = told(looked(app(tasks=(task(1),))), looked(app()))
    assert (event["taskStatus"], event["taskId"]) == ("TASK_UNKNOWN", task(1)["id"])


@pytest.mark.parametrize(("before", "now", "alive"), [(True, False, False), (None, True, True), (False, True, True)])
def test_health_that_changed(before: bool | None, now: bool, alive: bool) -> None:
    (event,) = told(looked(app(tasks=(task(1, alive=before),))), looked(app(tasks=(task(1, alive=now),))))
    assert (event["eventType"], event["instanceId"], event["alive"]) == (
        "health_status_changed_event", "web.instance-1", alive)  # fmt: skip
    changed = {"eventType": "health_status_changed_event", "instanceId": "web.instance-1", "alive": now}
    assert told(looked(app(tasks=(task(1, alive=before),))), looked(app(tasks=(task(1, alive=now),))), changed) == []


def test_apps_that_came_changed_and_went() -> None:
    before, now = looked(app("/old"), app("/same")), looked(app("/new"), app("/same", V2))
    events = told(before, now)
    assert kinds(events) == ["api_post_event", "api_post_event", "app_terminated_event"]
    assert [one["uri"] for one in events[:2]] == ["/v2/apps/new", "/v2/apps/same"]
    assert events[2]["appId"] == "/old"


BEGUN = {"eventType": "deployment_info", "plan": deployment(), "currentStep": {}}
CHANGED = {"eventType": "api_post_event", "appDefinition": app(version=V2)}
OVER = {"eventType": "deployment_success", "id": "d1", "plan": deployment()}


@pytest.mark.parametrize("stream", [[CHANGED], [BEGUN, CHANGED, OVER]])
def test_a_change_that_the_stream_told_is_not_told_again(stream: list[dict[str, Any]]) -> None:
    assert told(looked(app()), looked(app(version=V2)), *stream) == []


def test_a_change_is_told_where_the_stream_broke_between_its_deployment_and_its_own_event() -> None:
    assert kinds(told(looked(app()), looked(app(version=V2)), BEGUN, OVER)) == ["api_post_event"]
    steps = [{"actions": [{"action": "RestartPod", "pod": "/pod"}]}]
    begun = {**BEGUN, "plan": {"id": "d", "version": V2, "steps": steps}}
    changed = {"eventType": "pod_updated_event", "uri": "/v2/pods/pod"}
    over = {"eventType": "deployment_success", "id": "d", "plan": {}}
    assert kinds(told(pods(pod()), pods(pod(V2)), begun, over)) == ["pod_updated_event"]
    assert told(pods(pod()), pods(pod(V2)), begun, changed, over) == []


def test_a_removal_that_the_stream_told_is_not_told_again() -> None:
    over = {"eventType": "deployment_success", "id": "d1", "plan": deployment("StopApplication")}
    assert told(looked(app()), looked(), over) == []
    assert told(looked(app()), looked(), {"eventType": "app_terminated_event", "appId": "/web"}) == []
    gone = {"eventType": "pod_deleted_event", "uri": "/v2/pods/pod"}
    assert told(pods(pod()), pods(), gone) == []


def test_a_deployment_that_began() -> None:
    (event,) = told(looked(app(version=V2)), looked(app(version=V2), deployments=(deployment(),)))
    assert (event["eventType"], event["plan"]["id"], event["plan"]["version"]) == ("deployment_info", "d1", V2)


def outcome(now: MarathonState, action: str = "ScaleApplication") -> tuple[str, str]:
    running = looked(app(version=V2), deployments=(deployment(action),))
    (event,) = [one for one in told(running, now) if one["eventType"].startswith("deployment")]
    return event["eventType"], event.get("reason", "")


@pytest.mark.parametrize(
    ("action", "now"),
    [
        ("ScaleApplication", looked(app(version=V2, tasks=(task(1),)))),
        ("StartApplication", looked(app(version=V2))),
        ("StopApplication", looked()),
    ],
)
def test_a_deployment_that_did_what_it_should(action: str, now: MarathonState) -> None:
    assert outcome(now, action) == ("deployment_success", "")


@pytest.mark.parametrize(
    ("action", "now", "words"),
    [
        ("ScaleApplication", looked(app(version=V3)), f"/web has the version {V3} and not {V2}"),
        ("ScaleApplication", looked(), "/web does not exist"),
        ("StopApplication", looked(app(version=V2)), "/web exists"),
        ("ScaleApplication", looked(app(version=V2, instances=2)), "/web runs 0 of 2 instances"),
        ("ScaleApplication", looked(app(version=V2, tasksUnhealthy=1)), "1 instances that are not healthy"),
        (
            "ScaleApplication",
            looked(app(version=V2), deployments=({**deployment(), "id": "d2"},)),
            "/web is changed by another deployment",
        ),
    ],
)
def test_a_deployment_that_did_not(action: str, now: MarathonState, words: str) -> None:
    running = looked(app(version=V2), deployments=(deployment(action),))
    event = next(one for one in told(running, now) if one["eventType"] == "deployment_failed")
    assert event["id"] == "d1" and words in event["reason"]


def test_instances_of_pods() -> None:
    before, now = pods(pod(one="STABLE", two="STAGING")), pods(pod(V2, two="STABLE", three="PENDING"))
    events = told(before, now)
    assert kinds(events) == ["pod_updated_event", "instance_changed_event", "instance_changed_event"]
    assert [(one["instanceId"], one["condition"]) for one in events[1:]] == [
        ("one", "Unknown"), ("three", "Provisioned")]  # fmt: skip
    stream = [
        {"eventType": "deployment_info", "plan": {"id": "d", "version": V2, "steps": [
            {"actions": [{"action": "RestartPod", "pod": "/pod"}]}]}, "currentStep": {}},
        {"eventType": "pod_updated_event", "uri": "/v2/pods/pod"},
        {"eventType": "deployment_success", "id": "d", "plan": {}},
        {"eventType": "instance_changed_event", "runSpecId": "/pod", "instanceId": "one", "condition": "Killed"},
        {"eventType": "instance_changed_event", "runSpecId": "/pod", "instanceId": "three", "condition": "Staging"},
    ]  # fmt: skip
    assert told(before, now, *stream) == []
    assert kinds(told(pods(), pods(pod()))) == ["pod_created_event"]
    assert kinds(told(pods(pod()), pods())) == ["pod_deleted_event"]


def test_a_pod_whose_instance_ended() -> None:
    history = [
        {
            "terminatedAt": V2,
            "message": "exit 1",
            "containers": [{"containerId": "pod.instance-1.main", "lastKnownState": "TASK_FAILED"}],
        }
    ]
    (event,) = told(pods(pod()), pods({**pod(), "terminationHistory": history}))
    assert (event["eventType"], event["appId"], event["taskStatus"]) == ("status_update_event", "/pod", "TASK_FAILED")
